"""Everything that happened with one entity, in one line of time: what the rules found and what the bureau did."""

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.reading import hits as reading
from fxwatch.reading.portrait import entry_of
from fxwatch.register import Kind
from fxwatch.terms import Language

if TYPE_CHECKING:
    from fxwatch.home import Home

# What an act is filed under.
_FILED = {
    Kind.NOTICE_ISSUED: "notice", Kind.NOTICE_JOINED: "notice", Kind.NOTICE_RESCINDED: "notice",
    Kind.HIT_DISMISSED: "dismissal", Kind.HIT_ASSIGNED: "assignment",
    Kind.BREACH_RECORDED: "breach", Kind.BREACH_CHANGED: "breach", Kind.BREACH_RESCINDED: "breach",
    Kind.INQUIRY_OPENED: "inquiry", Kind.INQUIRY_ANSWERED: "inquiry", Kind.INQUIRY_CLOSED: "inquiry",
    Kind.OBJECTION_LODGED: "objection", Kind.OBJECTION_DECIDED: "objection",
    Kind.NOTE_ADDED: "note",
    Kind.PROPOSED: "approval", Kind.APPROVED: "approval", Kind.REFUSED: "approval",
    Kind.FILE_PRODUCED: "paper", Kind.LETTER_PRODUCED: "paper",
}  # fmt: skip
KINDS = ("hit", *dict.fromkeys(_FILED.values()))
COLUMNS: dict[str, Any] = {
    "day": pl.Date, "kind": pl.String, "what": pl.String, "subject": pl.String, "said": pl.String, "by": pl.String,
    "act": pl.Int64, "hit_id": pl.String,
}  # fmt: skip


def timeline(home: "Home", entity_id: str, language: Language = "en") -> pl.DataFrame:
    """Hits and acts of one entity, the newest first.

    Args:
        home: where.
        entity_id: its key.
        language: of the sentences of hits.

    Returns:
        The columns `COLUMNS`: kind (one of `KINDS`), what (the kind of the act; of a hit its status), subject (`N1`, a breach's
        number, a rule, …), said (a hit's sentence; of an act its reason), by, act (its number; empty for a hit), hit_id (of
        a hit). A hit bears the day on which it was raised.
    """
    rows = [*_hits(home, entity_id, language), *_acts(home, entity_id)]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row").sort(
        "day", "act", "subject", descending=[True, True, False], nulls_last=True
    )


def counts(events: pl.DataFrame) -> dict[str, int]:
    """How many events of each kind there are, in the order of `KINDS`; kinds without any left out."""
    found = dict(events.group_by("kind").len().iter_rows())
    return {kind: found[kind] for kind in KINDS if kind in found}


def _hits(home: "Home", entity_id: str, language: Language) -> list[tuple[Any, ...]]:
    entry = entry_of(home, entity_id)
    name = entry["name"] if entry else entity_id
    return [
        (
            hit["raised_on"],
            "hit",
            hit["status"],
            hit["rule"],
            reading.sentence({**hit, "entity": name}, language),
            None,
            None,
            hit["hit_id"],
        )
        for hit in reading.hits_of(home, entity=entity_id).iter_rows(named=True)
    ]


def _acts(home: "Home", entity_id: str) -> list[tuple[date, str, str, str, str, str, int, None]]:
    return [
        (
            act["day"],
            _FILED[Kind(act["kind"])],
            act["kind"],
            act["subject"].partition(":")[2] or act["subject"],
            act["why"],
            act["by"],
            act["number"],
            None,
        )
        for act in home.register.acts(entity_id=entity_id).iter_rows(named=True)
        if Kind(act["kind"]) in _FILED
    ]
