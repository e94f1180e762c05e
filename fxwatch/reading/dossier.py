"""What is on record about a hit and its entity: what earlier notices said, what a decision rested on, the days behind a hit."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import NotFound
from fxwatch.grading import window
from fxwatch.reading import cases
from fxwatch.reading.grades import parameter
from fxwatch.register import Kind
from fxwatch.terms import Status
from fxwatch.warehouse.summing import names_of

if TYPE_CHECKING:
    from fxwatch.home import Home

_GIVE: dict[str, tuple[Kind, ...]] = {
    Status.NOTICED: (Kind.NOTICE_ISSUED, Kind.NOTICE_JOINED),
    Status.DISMISSED: (Kind.HIT_DISMISSED, Kind.NOTICE_RESCINDED),
}
_DECIDING = (Kind.NOTICE_ISSUED, Kind.NOTICE_JOINED, Kind.HIT_DISMISSED)


def notices_to(home: "Home", entity_id: str) -> list[dict[str, Any]]:
    """The notices ever issued to an entity, newest first.

    Returns:
        The columns of `Register.notices`, `counts` (it stands and its day is in today's window) and `objection`: the row of
        `cases.objections` about it, None where nobody objected.
    """
    today = home.today()
    first, last = window(today, parameter(home, "grade.window", today))
    found = home.register.notices(entity_id=entity_id).reverse()
    objected = {row["notice"]: row for row in cases.objections(home, entity=entity_id).iter_rows(named=True)}
    return [
        {
            **row,
            "counts": row["status"] == "standing" and first <= row["day"] <= last,
            "objection": objected.get(row["notice"]),
        }
        for row in found.iter_rows(named=True)
    ]


def said_in(home: "Home", notice: str) -> list[dict[str, str]]:
    """What a notice said of each hit that it names: hit_id, en, zh, word for word as its acts keep it.

    Raises:
        NotFound: there is no such notice.
    """
    acts = home.register.acts(subject=f"notice:{notice}")
    naming = acts.filter(pl.col("kind").is_in([str(Kind.NOTICE_ISSUED), str(Kind.NOTICE_JOINED)]))
    if naming.is_empty():
        raise NotFound(
            f"There is no notice {notice}. List them with: fxwatch notices",
            f"没有预警提示 {notice}。可用 fxwatch notices 列出。",
        )
    return [_said(copy) for row in naming.iter_rows(named=True) for copy in _copies(row)]


def proposed_in(home: "Home", proposal: str) -> list[dict[str, str]]:
    """What a proposed notice would say of each hit, as `said_in`; nothing for other proposals."""
    acts = home.register.acts(subject=f"proposal:{proposal}").filter(pl.col("kind") == str(Kind.PROPOSED))
    return [_said(copy) for row in acts.iter_rows(named=True) for copy in _copies(row)]


def change_in(home: "Home", proposal: str) -> dict[str, str | None] | None:
    """What a proposed version, or shadow, would change: what, value, valid_from; None of other proposals."""
    acts = home.register.acts(subject=f"proposal:{proposal}").filter(pl.col("kind") == str(Kind.PROPOSED))
    for row in acts.iter_rows(named=True):
        told = json.loads(row["payload"])
        content = told["content"]
        if told["does"] in (Kind.PARAMETER_SET, Kind.SHADOW_BEGUN, Kind.SHADOW_ENDED):
            what = told["on_what"].partition("=")[0].removeprefix("shadow:")
            return {"what": what, "value": content.get("value"), "valid_from": content["valid_from"]}
    return None


def _said(copy: dict[str, Any]) -> dict[str, str]:
    """The sentence that a copy keeps; the oldest copies keep none."""
    name = copy["hit_id"]
    return {"hit_id": name, "en": copy.get("sentence", name), "zh": copy.get("sentence_zh", name)}


def rested_on(acts: pl.DataFrame, hit_id: str) -> dict[str, Any] | None:
    """The copy of a hit that its newest decision keeps; None where no decision names the hit itself.

    Args:
        acts: `Register.acts` of the hit.
        hit_id: the hit.
    """
    deciding = acts.filter(pl.col("kind").is_in([str(kind) for kind in _DECIDING])).reverse()
    kept = (copy for row in deciding.iter_rows(named=True) for copy in _copies(row) if copy["hit_id"] == hit_id)
    return next(kept, None)


def decision_in(acts: pl.DataFrame, status: str) -> dict[str, Any] | None:
    """The act that gave a hit its status, of its own acts; None where it has the status for another reason.

    Args:
        acts: `Register.acts` of the hit.
        status: `noticed` or `dismissed`; no act gives the other ones.
    """
    deciding = acts.filter(pl.col("kind").is_in([str(kind) for kind in _GIVE.get(status, ())]))
    return None if deciding.is_empty() else deciding.row(-1, named=True)


def _copies(act: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The copies of hits in an act's payload."""
    payload = json.loads(act["payload"])
    payload = payload.get("content", payload)  # a proposal keeps the act that it would become
    yield from payload.get("hits", [])
    if act["kind"] == Kind.HIT_DISMISSED:
        yield payload["hit"]


def named(home: "Home", rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with an `entity_id` and beside it the `name` on the roll as published, null for an entity that is on none."""
    ids = rows["entity_id"].drop_nulls().unique().to_list()
    names = names_of(home.snapshot().con, ids)
    return rows.join(names, on="entity_id", how="left", maintain_order="left")


def per_day(flows: pl.DataFrame) -> pl.DataFrame:
    """The flows behind a hit by day: day, amount_usd (Decimal), flows; deleted ones left out."""
    standing = flows.filter(pl.col("state") == "standing")
    summed = standing.group_by("day").agg(pl.col("amount_usd").sum(), flows=pl.len().cast(pl.Int64))
    return summed.sort("day")
