"""The queue: the hits that wait, with whose they are, how old, how large; filtered, sorted, a page at a time."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import RequestError
from fxwatch.identifiers import entity_key
from fxwatch.reading import hits as reading
from fxwatch.reading.cases import with_terms
from fxwatch.terms import Status
from fxwatch.warehouse.summing import who

if TYPE_CHECKING:
    from fxwatch.home import Home

COLUMNS = (
    *("hit_id", "rule", "entity_id", "name", "area", "direction", "item", "raised_on", "found_on", "value", "unit", "limit_value"),
    *("times_limit", "amount_usd", "severity", "age_days", "assigned_to", "due_on", "overdue", "status", "notice", "proposal"),
    *("proposed_by", "evidence_changed"),
)  # fmt: skip
# The days since a hit was found, as `ageing` groups them: both ends included.
AGES: dict[str, tuple[int, int | None]] = {"0-7": (0, 7), "8-30": (8, 30), "31-90": (31, 90), "over-90": (91, None)}
ORDERS = ("due", "amount", "severity", "oldest", "newest")
NOBODY = "nobody"
PAGE = 50


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of the queue; None leaves a filter out.

    `area`: its first digits; `age`: one of `AGES`; `above`: USD, strictly; `whose`: an account, or `NOBODY`; `entity`: an
    identifier in either form, or a part of a name; `order`: one of `ORDERS`.
    """

    rule: str | None = None
    item: str | None = None
    direction: str | None = None
    area: str | None = None
    age: str | None = None
    above: Decimal | None = None
    whose: str | None = None
    overdue: bool = False
    entity: str | None = None
    order: str = "due"


def queue(home: "Home", status: str = Status.OPEN) -> pl.DataFrame:
    """Every hit of a status, as a queue shows it: the columns `COLUMNS`.

    `amount_usd` (Decimal) is the sum of the flows behind a hit; `times_limit` is the value over
    its limit; `age_days` counts from the day on which it was found; `due_on` is of its assignment or by the general term.
    `name` and `area` are those of the roll as published, empty for an entity that is on none.

    Raises:
        RequestError: no such status.
    """
    hits, _ = with_terms(home, reading.hits_of(home, status=status))
    con = home.snapshot().con
    hits = hits.join(who(con).select("entity_id", "name", "area"), on="entity_id", how="left", maintain_order="left")
    times = pl.col("value").cast(pl.Float64) / pl.col("limit_value").cast(pl.Float64)
    return hits.with_columns(times_limit=times).select(COLUMNS)


def chosen(queue: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """The hits of a queue that fit, in the order that is asked.

    Raises:
        RequestError: no such age or order.
    """
    if asked.order not in ORDERS or (asked.age is not None and asked.age not in AGES):
        raise RequestError(
            f"A queue is ordered by {', '.join(ORDERS)} and its ages are {', '.join(AGES)}; found {asked.order!r}, {asked.age!r}.",
            f"队列可按 {'、'.join(ORDERS)} 排序,账龄为 {'、'.join(AGES)};实为 {asked.order!r}、{asked.age!r}。",
        )
    return _ordered(queue.filter(_fits(asked)), asked.order)


def _fits(asked: Asked) -> pl.Expr:
    fits = pl.lit(True)
    for name in ("rule", "item", "direction"):
        if (word := getattr(asked, name)) is not None:
            fits &= pl.col(name) == word
    if asked.area is not None:
        fits &= pl.col("area").str.starts_with(asked.area)
    if asked.age is not None:
        youngest, oldest = AGES[asked.age]
        fits &= pl.col("age_days") >= youngest
        fits &= pl.lit(True) if oldest is None else pl.col("age_days") <= oldest
    if asked.above is not None:
        fits &= pl.col("amount_usd") > asked.above
    if asked.whose is not None:
        fits &= pl.col("assigned_to").is_null() if asked.whose == NOBODY else pl.col("assigned_to") == asked.whose
    if asked.overdue:
        fits &= pl.col("overdue")
    return fits & _of_entity(asked.entity)


def _of_entity(entity: str | None) -> pl.Expr:
    if not entity or not entity.strip():
        return pl.lit(True)
    text = entity.strip()
    key = entity_key(text, verify=False) or text.upper()
    in_name = pl.col("name").str.to_lowercase().str.contains(text.lower(), literal=True).fill_null(value=False)
    return (pl.col("entity_id") == key) | in_name


def _ordered(hits: pl.DataFrame, order: str) -> pl.DataFrame:
    # Of two that are alike the larger comes first, and the id settles the rest: a page never shuffles.
    by: dict[str, list[tuple[Any, bool]]] = {
        "due": [("due_on", False), ("amount_usd", True)],
        "amount": [("amount_usd", True)],
        "severity": [(pl.col("severity") != "article", False), ("times_limit", True), ("amount_usd", True)],
        "oldest": [("raised_on", False), ("amount_usd", True)],
        "newest": [("raised_on", True), ("amount_usd", True)],
    }
    keys = [*by[order], ("hit_id", False)]
    return hits.sort([key for key, _ in keys], descending=[down for _, down in keys], nulls_last=True)


def per_rule(queue: pl.DataFrame, asked: Asked) -> dict[str, int]:
    """How many hits each rule has among those that fit all else that is asked; rules without any are left out."""
    fitting = queue.filter(_fits(replace(asked, rule=None)))
    return dict(fitting.group_by("rule").len().sort("rule").iter_rows())


def pages(count: int) -> int:
    """How many pages so many hits take; an empty queue has one."""
    return max(1, -(-count // PAGE))


def page(hits: pl.DataFrame, number: int) -> pl.DataFrame:
    """One page, numbered from 1; a number beyond the last page gives the last."""
    at = min(max(number, 1), pages(hits.height))
    return hits.slice((at - 1) * PAGE, PAGE)


def next_of(hits: pl.DataFrame, hit_id: str, gone: set[str]) -> str | None:
    """The hit to look at after one: the next in the order that is not gone, else the first that is left, else None."""
    ids = hits["hit_id"].to_list()
    at = ids.index(hit_id) if hit_id in ids else -1
    return next((h for h in (*ids[at + 1 :], *ids[: max(at, 0)]) if h not in gone), None)
