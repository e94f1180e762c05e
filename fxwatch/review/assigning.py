"""Whose work a hit is, and notes on anything the register knows."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from fxwatch.errors import NotFound
from fxwatch.identifiers import entity_key
from fxwatch.reading import hits as reading
from fxwatch.register import Act, Kind, Writing
from fxwatch.review import checks
from fxwatch.terms import Role, Status

if TYPE_CHECKING:
    from fxwatch.home import Home

# What an assignment keeps of its hit: which it was. The evidence is kept by the act that decides it.
_KEPT = ("hit_id", "rule", "entity_id", "raised_on", "digest")


def assign(
    home: "Home",
    hit_ids: Sequence[str],
    to: str,
    *,
    due: date | None = None,
    why: str = "assigned",
    by: str | None = None,
    on: date | None = None,
) -> list[Act]:
    """Give open hits to an account, with the day by which they are to be decided; one act a hit, the newest speaks.

    Args:
        home: where.
        hit_ids: open hits, proposed ones included.
        to: an account with the role regulator.
        due: the day; without it, `register.due_days` working days after the hit was found.
        why: for the record.
        by: an account with the role regulator.
        on: the day of the acts, in a simulation home; else today.

    Raises:
        NotFound: there is no such hit or account.
        Decided: a hit is decided already.
        RequestError: the due day lies before the act's.
        Forbidden: one of the accounts is no regulator.
    """
    actor, day, why = home.actor(by), checks.day_of(home, on), checks.reason(why)
    hit_ids, due_on = checks.distinct(hit_ids), checks.due_day(due, day)
    known = reading.known_now(home)
    with home.register.writing("assignments") as writing:
        writing.require(to, Role.REGULATOR)
        hits = checks.undecided(home, writing, hit_ids, also=(Status.EXPLAINED,), may_wait=True)
        return [
            writing.append(
                Kind.HIT_ASSIGNED,
                by=actor,
                role=Role.REGULATOR,
                subject=f"hit:{hit['hit_id']}",
                day=day,
                why=why,
                payload={"hit": hit, "to": to, "due_on": due_on, "known": known},
                entity_id=hit["entity_id"],
            )
            for hit in hits.select(_KEPT).iter_rows(named=True)
        ]


class _Subject(NamedTuple):
    """What a note is about."""

    name: str
    entity_id: str | None = None
    hits: tuple[str, ...] = ()


def note(home: "Home", subject: str, text: str, *, by: str | None = None, on: date | None = None) -> Act:
    """Put a note on record.

    Args:
        home: where.
        subject: a notice, inquiry, objection or proposal by its number, a hit, an entity or a breach; `kind:name` where a
            name could mean two of them.
        text: the note.
        by: an account with the role regulator.
        on: the day of the act, in a simulation home; else today.

    Raises:
        NotFound: the register knows nothing of that name.
        Forbidden: the account is no regulator.
    """
    actor, day, text = home.actor(by), checks.day_of(home, on), checks.reason(text)
    hits = reading.hits_of(home, ids=[subject.removeprefix("hit:")])
    with home.register.writing("a note") as writing:
        on_what = _subject(home, writing, subject, hits["entity_id"].to_list())
        return writing.append(
            Kind.NOTE_ADDED,
            by=actor,
            role=Role.REGULATOR,
            subject=on_what.name,
            day=day,
            why=text,
            payload={"text": text, "hits": list(on_what.hits)},
            entity_id=on_what.entity_id,
        )


def _subject(home: "Home", writing: Writing, word: str, entities_of_hit: list[str]) -> _Subject:
    kind, _, name = word.partition(":") if word.partition(":")[0] in _KINDS else ("", "", word)
    found: dict[str, Any] = {
        "notice": lambda: writing.notice(name),
        "inquiry": lambda: writing.inquiry(name),
        "objection": lambda: writing.objection(name) if name.startswith("O") else None,
        "proposal": lambda: writing.proposal(name),
        "breach": lambda: writing.breach(name),
    }
    if kind in ("", "hit") and entities_of_hit:
        return _Subject(f"hit:{name}", entities_of_hit[0], (name,))
    for what, look in found.items():
        if kind in ("", what) and (row := look()) is not None:
            return _Subject(f"{what}:{name}", row["entity_id"])
    key = entity_key(name, verify=home.settings.verify_ids) if kind in ("", "entity") else None
    if key is not None and writing.enrolled(key) is not None:
        return _Subject(f"entity:{key}", key)
    raise NotFound(
        f"The register knows no {word}: no hit, notice, inquiry, objection, proposal, breach or entity of that name.",
        f"登记簿中没有 {word}：并无此名的命中、提示、调查、异议、待批事项、违规或主体。",
    )


_KINDS = ("hit", "notice", "inquiry", "objection", "proposal", "breach", "entity")
