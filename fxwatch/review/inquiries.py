"""Inquiries (跟踪调查): a question to an entity with a due day, its answer, and what was found."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import NotFound, RequestError
from fxwatch.identifiers import entity_key
from fxwatch.reading import hits as reading
from fxwatch.register import Act, Kind, Writing
from fxwatch.review import checks
from fxwatch.terms import Role

if TYPE_CHECKING:
    from fxwatch.home import Home


def open_inquiries(
    home: "Home",
    hit_ids: Sequence[str] = (),
    *,
    entity_id: str | None = None,
    question: str,
    due: date,
    by: str | None = None,
    on: date | None = None,
) -> list[str]:
    """Open an inquiry on hits, one per entity, or on an entity; each keeps a copy of its hits.

    Args:
        home: where.
        hit_ids: hits, whatever became of them.
        entity_id: in place of hits, an entity on the roll, in either form.
        question: what is to be explained.
        due: the day by which the entity is to answer.
        by: an account with the role regulator.
        on: the day of the act, in a simulation home; else today.

    Returns:
        The inquiries' numbers (`Q1`), in the order of the hits.

    Raises:
        NotFound: there is no such hit, or the entity is not on the roll.
        RequestError: neither hits nor an entity, or both; an empty question; a due day before the act's.
        Forbidden: the account is no regulator.
    """
    actor, day, question = home.actor(by), checks.day_of(home, on), checks.reason(question)
    due_on = checks.due_day(due, day)
    if bool(hit_ids) == (entity_id is not None):
        raise RequestError(
            "An inquiry is on hits or on one entity: name either.", "调查须针对命中或一个主体，二者择一。"
        )
    hit_ids = list(dict.fromkeys(hit_ids))
    kept = reading.frozen(home, hit_ids) if hit_ids else {}
    key = _on_the_roll(home, entity_id) if entity_id is not None else None
    known, made = reading.known_now(home), []
    with home.register.writing("inquiries") as writing:
        hits = checks.hits_known(home, hit_ids) if hit_ids else None
        entities = hits["entity_id"].unique(maintain_order=True).to_list() if hits is not None else [key]
        for entity in entities:
            named = hits.filter(pl.col("entity_id") == entity)["hit_id"].to_list() if hits is not None else []
            copies = [kept[h] for h in named]
            number = writing.next_inquiry()
            payload: dict[str, Any] = {"inquiry": f"Q{number}", "number": number, "question": question}
            payload |= {"due_on": due_on, "hits": copies, "known": checks.rests_on(known, copies)}
            signed: dict[str, Any] = {
                "by": actor,
                "role": Role.REGULATOR,
                "day": day,
                "why": question,
                "entity_id": entity,
            }
            writing.append(Kind.INQUIRY_OPENED, subject=f"inquiry:Q{number}", payload=payload, **signed)
            made.append(f"Q{number}")
    return made


def answer_inquiry(home: "Home", inquiry: str, *, answer: str, by: str | None = None, on: date | None = None) -> Act:
    """Put the entity's answer on record; what comes later is a note.

    Raises:
        NotFound: there is no such inquiry.
        Decided: it is answered or closed already.
        Forbidden: the account is no regulator.
    """
    actor, day, answer = home.actor(by), checks.day_of(home, on), checks.reason(answer)
    with home.register.writing("an answer") as writing:
        found = _open(writing, inquiry)
        if found["answered_at"]:
            raise checks.first(
                f"Inquiry {inquiry}", f"调查 {inquiry}", "answered, on record", "登记答复", found["answered_by"], found["answered_at"]
            )  # fmt: skip
        payload = {"inquiry": inquiry, "answer": answer}
        signed: dict[str, Any] = {
            "by": actor,
            "role": Role.REGULATOR,
            "day": day,
            "why": answer,
            "entity_id": found["entity_id"],
        }
        return writing.append(Kind.INQUIRY_ANSWERED, subject=f"inquiry:{inquiry}", payload=payload, **signed)


def close_inquiry(home: "Home", inquiry: str, *, finding: str, by: str | None = None, on: date | None = None) -> Act:
    """Close an inquiry with what was found, answered or not.

    Raises:
        NotFound: there is no such inquiry.
        Decided: it is closed already.
        Forbidden: the account is no regulator.
    """
    actor, day, finding = home.actor(by), checks.day_of(home, on), checks.reason(finding)
    with home.register.writing("a finding") as writing:
        found = _open(writing, inquiry)
        payload = {"inquiry": inquiry, "finding": finding}
        signed: dict[str, Any] = {
            "by": actor,
            "role": Role.REGULATOR,
            "day": day,
            "why": finding,
            "entity_id": found["entity_id"],
        }
        return writing.append(Kind.INQUIRY_CLOSED, subject=f"inquiry:{inquiry}", payload=payload, **signed)


def _open(writing: Writing, inquiry: str) -> dict[str, Any]:
    found = writing.inquiry(inquiry)
    if found is None:
        raise NotFound(
            f"There is no inquiry {inquiry}. List them with: fxwatch inquiries",
            f"没有调查 {inquiry}。可用 fxwatch inquiries 列出。",
        )
    if found["closed_at"]:
        raise checks.first(
            f"Inquiry {inquiry}", f"调查 {inquiry}", "closed", "结案", found["closed_by"], found["closed_at"]
        )
    return found


def _on_the_roll(home: "Home", entity_id: str) -> str:
    key = entity_key(entity_id, verify=home.settings.verify_ids)
    if key is None or not home.register.is_enrolled(key):
        raise NotFound(
            f"The entity {entity_id} is not on the roll. Load it first: fxwatch load entities FILE",
            f"主体 {entity_id} 不在名录。请先用 fxwatch load entities 载入。",
        )
    return key
