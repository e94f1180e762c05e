"""Notices and dismissals: what a regulator decides about hits, and how a notice is taken back."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import RequestError
from fxwatch.reading import hits as reading
from fxwatch.register import Act, Kind
from fxwatch.review import checks
from fxwatch.review.intents import Intent, nothing_waits, put, standing_notice
from fxwatch.terms import Role, Status

if TYPE_CHECKING:
    from fxwatch.home import Home


def issue_notices(
    home: "Home", hit_ids: Sequence[str], *, by: str | None = None, why: str, on: date | None = None
) -> list[str]:
    """Issue one notice per entity, naming all its hits given; each keeps a copy of them.

    Args:
        home: where.
        hit_ids: open hits, or explained ones.
        by: an account with the role regulator; without it, the operating-system user's.
        why: for the record.
        on: the day of the notices, in a simulation home; else today.

    Returns:
        The notices' numbers (`N1`), in the order of the hits; where four eyes are required, the proposals' (`P1`).

    Raises:
        NotFound: there is no such hit.
        Decided: a hit is noticed, dismissed or proposed already; the sentence says by whom and when.
        RequestError: a hit is withdrawn; no reason is given; a past day in a home that is no simulation.
        Forbidden: the account is no regulator.
    """
    actor, day, why = home.actor(by), checks.day_of(home, on), checks.reason(why)
    hit_ids = checks.distinct(hit_ids)
    kept = reading.frozen(home, hit_ids)
    known = checks.rests_on(reading.known_now(home), kept.values())
    made = []
    with home.register.writing("notices") as writing:
        hits = checks.undecided(home, writing, hit_ids, also=(Status.EXPLAINED,))
        for entity_id in hits["entity_id"].unique(maintain_order=True):
            named = hits.filter(pl.col("entity_id") == entity_id)["hit_id"].to_list()
            content = {"hits": [kept[h] for h in named], "known": known}
            signed: dict[str, Any] = {
                "by": actor,
                "role": Role.REGULATOR,
                "day": day,
                "why": why,
                "entity_id": entity_id,
            }
            act = put(writing, Intent(Kind.NOTICE_ISSUED, f"entity:{entity_id}", content, **signed))
            made.append(number_of(act))
    return made


def number_of(act: Act) -> str:
    """What an act is called from now on: the number of its notice, or of the proposal where it waits."""
    return str(act.payload["proposal" if act.kind == Kind.PROPOSED else "notice"])


def dismiss(
    home: "Home",
    hit_ids: Sequence[str],
    *,
    by: str | None = None,
    why: str,
    explains_until: date | None = None,
    on: date | None = None,
) -> list[Act]:
    """Dismiss open hits: looked at and found in order. One act a hit; nothing is counted, so nobody need approve.

    Args:
        home: where.
        hit_ids: open hits.
        by: an account with the role regulator.
        why: for the record.
        explains_until: further hits of the same rule and entity raised up to this day are `explained`.
        on: the day of the acts, in a simulation home; else today.

    Raises:
        as `issue_notices`; RequestError also where `explains_until` lies before every hit.
    """
    actor, day, why = home.actor(by), checks.day_of(home, on), checks.reason(why)
    hit_ids = checks.distinct(hit_ids)
    kept = reading.frozen(home, hit_ids)
    known = checks.rests_on(reading.known_now(home), kept.values())
    with home.register.writing("dismissals") as writing:
        hits = checks.undecided(home, writing, hit_ids)
        first = hits["raised_on"].min()
        if explains_until is not None and isinstance(first, date) and explains_until < first:
            raise RequestError(
                f"A dismissal up to {explains_until} explains nothing: the hit was raised on {first}. Name that day or a later one.",
                f"排除说明期至 {explains_until} 不起作用：该命中发生于 {first}。请指定该日或其后的日期。",
            )
        return [
            writing.append(
                Kind.HIT_DISMISSED,
                by=actor,
                role=Role.REGULATOR,
                subject=f"hit:{hit['hit_id']}",
                day=day,
                why=why,
                payload={
                    "hit": kept[hit["hit_id"]],
                    "explains_until": explains_until.isoformat() if explains_until else None,
                    "known": known,
                },
                entity_id=hit["entity_id"],
            )
            for hit in hits.select("hit_id", "entity_id").iter_rows(named=True)
        ]


def rescind_notice(
    home: "Home", notice: str, *, by: str | None = None, why: str, to: str = "dismissed", on: date | None = None
) -> Act:
    """Take a notice back: it counts no longer, and its hits are dismissed, or open again.

    Args:
        home: where.
        notice: its number, as `notices` lists it.
        by: an account with the role approver.
        why: for the record.
        to: `dismissed` or `open`.
        on: the day of the act, in a simulation home; else today.

    Returns:
        The rescission; where four eyes are required, the proposal.

    Raises:
        NotFound: there is no such notice.
        Decided: it is rescinded already, or that is proposed.
    """
    check_to(to)
    actor, day, why = home.actor(by), checks.day_of(home, on), checks.reason(why)
    with home.register.writing("a rescission") as writing:
        found = standing_notice(writing, notice)
        nothing_waits(writing, f"Notice {notice}", f"预警提示 {notice}", f"notice:{notice}")
        signed: dict[str, Any] = {
            "by": actor,
            "role": Role.APPROVER,
            "day": day,
            "why": why,
            "entity_id": found["entity_id"],
        }
        content = {"notice": notice, "to": to}
        return put(writing, Intent(Kind.NOTICE_RESCINDED, f"notice:{notice}", content, **signed))


def check_to(to: str) -> None:
    """What the hits of a rescinded notice become.

    Raises:
        RequestError: neither `dismissed` nor `open`.
    """
    if to not in checks.TO:
        raise RequestError(
            f"A notice's hits become dismissed or open, not {to!r}.",
            f"撤销后命中只能为 dismissed 或 open，不能是 {to!r}。",
        )
