"""The queue: the hits that wait, with whose they are, how old, how large; filtered, sorted, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.attention.scores import kept
from fxwatch.errors import RequestError
from fxwatch.identifiers import entity_key
from fxwatch.reading import hits as reading
from fxwatch.reading.cases import with_terms
from fxwatch.risk.sampling import interleaved
from fxwatch.terms import Status
from fxwatch.warehouse.summing import who

if TYPE_CHECKING:
    from fxwatch.home import Home

COLUMNS = (
    *("hit_id", "rule", "entity_id", "name", "area", "direction", "item", "raised_on", "found_on", "value", "unit", "limit_value"),
    *("times_limit", "amount_usd", "severity", "age_days", "assigned_to", "due_on", "overdue", "status", "notice", "proposal"),
    *("proposed_by", "evidence_changed", "risk", "risk_reasons", "sampled", "turn"),
)  # fmt: skip
# The days since a hit was found, as `ageing` groups them: both ends included.
AGES: dict[str, tuple[int, int | None]] = {"0-7": (0, 7), "8-30": (8, 30), "31-90": (31, 90), "over-90": (91, None)}
ORDERS = ("risk", "due", "amount", "severity", "oldest", "newest")
NOBODY = "nobody"
PAGE = 50
_NAMES = "names and areas"  # under this name a home keeps those of its snapshot


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of the queue; None leaves a filter out.

    `area`: its first digits; `age`: one of `AGES`; `above`: USD, strictly; `whose`: an account, or `NOBODY`; `entity`: an
    identifier in either form, or a part of a name; `order`: one of `ORDERS`.
    """

    rule: str | None = None
    item: str | None = None
    direction: str | None = None
    severity: str | None = None
    area: str | None = None
    age: str | None = None
    above: Decimal | None = None
    whose: str | None = None
    overdue: bool = False
    entity: str | None = None
    order: str = "due"


def queue(home: "Home", status: str = Status.OPEN) -> pl.DataFrame:
    """Every hit of a status, as a queue shows it: the columns `COLUMNS`, in no order of its own.

    `amount_usd` (Decimal) is the sum of the flows behind a hit; `times_limit` is the value over its limit; `age_days` counts
    from the day on which it was found; `due_on` is of its assignment or by the general term, empty for a hit that is not open. `name` and `area` are those of
    the roll as published, empty for an entity that is on none. `risk` is the model's probability for the entity, `risk_reasons` names the
    features that weigh most, `sampled` marks the month's random sample; empty where no model is in force.

    Raises:
        RequestError: no such status.
    """
    hits = reading.hits_of(home, status=status)
    if status == Status.OPEN:
        hits, _ = with_terms(home, hits)
    else:  # what is decided is due no more
        hits = hits.with_columns(age_days=_age(home), due_on=pl.lit(None, pl.Date), overdue=pl.lit(False))
    snapshot = home.snapshot()
    names = home.kept.get(_NAMES, snapshot.name, lambda: who(snapshot.con).select("entity_id", "name", "area"))
    times = pl.col("value").cast(pl.Float64) / pl.col("limit_value").cast(pl.Float64)
    hits = hits.join(names, on="entity_id", how="left", maintain_order="left").with_columns(times_limit=times)
    return _with_risk(home, hits).select(COLUMNS)


def _with_risk(home: "Home", hits: pl.DataFrame) -> pl.DataFrame:
    """With what the model in force thinks of each hit's entity, and with the place in which the queue then asks for it.

    `turn` begins with the likeliest entity and its largest hit; each fiftieth place is one of the month's random sample, which is
    looked at whatever the model says. Without a model all four columns are empty.
    """
    scored = kept(home)
    if scored.is_empty():
        empty: dict[str, pl.DataType | type[pl.DataType]] = {
            "risk": pl.Float64,
            "risk_reasons": pl.List(pl.String),
            "sampled": pl.Boolean,
            "turn": pl.Int64,
        }
        return hits.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in empty.items())
    told = scored.select("entity_id", "place", "sampled", risk="probability", risk_reasons="reasons")
    hits = hits.join(told, on="entity_id", how="left", maintain_order="left")
    hits = hits.with_columns(pl.col("sampled").fill_null(value=False))
    order = (
        hits.with_row_index("row")
        .select("row", "place", "sampled", cents=(pl.col("amount_usd") * 100).cast(pl.Int64))
        .sort("cents", descending=True, maintain_order=True)
        .sort("place", nulls_last=True, maintain_order=True)
    )
    turns = order.select("row", turn=interleaved(order["sampled"]).cast(pl.Int64)).sort("row")
    return hits.with_columns(turns["turn"])


def order_now(home: "Home") -> str:
    """How a queue is ordered unless somebody asks otherwise: by risk where a model is in force and has scored, else by due day."""
    return "due" if kept(home).is_empty() else "risk"


def _age(home: "Home") -> pl.Expr:
    return (pl.lit(home.today()) - pl.col("found_on")).dt.total_days()


@dataclass(frozen=True)
class Line:
    """The hits of a queue that fit what is asked, in its order.

    Attributes:
        hits: the whole queue.
        order: the rows of it (numbers) that fit, the first in line first.
    """

    hits: pl.DataFrame
    order: pl.Series

    def __len__(self) -> int:
        return len(self.order)

    @property
    def pages(self) -> int:
        """How many pages there are; an empty line has one."""
        return max(1, -(-len(self) // PAGE))

    def page(self, number: int) -> pl.DataFrame:
        """One page, numbered from 1; a number beyond the last page gives the last."""
        at = min(max(number, 1), self.pages)
        return self.hits[self.order.slice((at - 1) * PAGE, PAGE)]

    def of(self, hit_ids: Sequence[str]) -> pl.DataFrame:
        """Some hits of the queue by their ids."""
        return self.hits.filter(pl.col("hit_id").is_in(list(hit_ids)))

    def around(self, hit_id: str) -> tuple[str | None, str | None]:
        """The hits before and after one in line; None where there is none, or where the hit itself does not stand in it."""
        row = self.hits["hit_id"].index_of(hit_id)
        at = None if row is None else self.order.index_of(row)
        if at is None:
            return None, None
        return self._id(at - 1), self._id(at + 1)

    def following(self, decided: Sequence[str]) -> str | None:
        """Where to go on when some hits are decided: the next after the last of them that is left, else the first."""
        rows = self.hits["hit_id"].is_in(list(decided)).arg_true().cast(self.order.dtype)
        gone = self.order.is_in(rows.implode())
        left = (~gone).arg_true()
        after = left.filter(left > (gone.arg_true().max() or 0)) if gone.any() else left
        at = after.head(1) if len(after) else left.head(1)
        return self._id(at[0]) if len(at) else None

    def _id(self, at: int) -> str | None:
        return str(self.hits["hit_id"][self.order[at]]) if 0 <= at < len(self) else None


def line(queue: pl.DataFrame, asked: Asked) -> Line:
    """The hits of a queue that fit, in the order that is asked.

    Raises:
        RequestError: no such age or order.
    """
    if asked.order not in ORDERS or (asked.age is not None and asked.age not in AGES):
        raise RequestError(
            f"A queue is ordered by {', '.join(ORDERS)} and its ages are {', '.join(AGES)}; found {asked.order!r}, {asked.age!r}.",
            f"队列可按 {'、'.join(ORDERS)} 排序，账龄为 {'、'.join(AGES)}；实为 {asked.order!r}、{asked.age!r}。",
        )
    keys = _KEYS[asked.order]
    # Whole numbers alone are sorted, one key after another: many times quicker than rows of decimals and texts, which are
    # fetched a page at a time. What is alike stays in the order in which it was found: a page never shuffles.
    numbers = (
        queue.with_row_index("row").filter(_fits(asked)).select("row", *(key.alias(name) for name, key, _ in keys))
    )
    for name, _, descending in reversed(keys):
        numbers = numbers.sort(name, descending=descending, nulls_last=True, maintain_order=True)
    return Line(queue, numbers["row"])


_AMOUNT = ("amount", (pl.col("amount_usd") * 100).cast(pl.Int64), True)
_RAISED = pl.col("raised_on").to_physical()
# By what a line is ordered, what weighs most first: name, key, whether the largest comes first.
_KEYS: dict[str, list[tuple[str, pl.Expr, bool]]] = {
    "risk": [("turn", pl.col("turn"), False), ("due", pl.col("due_on").to_physical(), False), _AMOUNT],
    "due": [("due", pl.col("due_on").to_physical(), False), _AMOUNT],
    "amount": [_AMOUNT],
    "severity": [("article", pl.col("severity") != "article", False), ("times", pl.col("times_limit"), True), _AMOUNT],
    "oldest": [("raised", _RAISED, False), _AMOUNT],
    "newest": [("raised", _RAISED, True), _AMOUNT],
}


def per_rule(queue: pl.DataFrame, asked: Asked) -> dict[str, int]:
    """How many hits each rule has among those that fit all else that is asked; rules without any are left out."""
    fitting = queue.filter(_fits(replace(asked, rule=None)))
    return dict(fitting.group_by("rule").len().sort("rule").iter_rows())


def _fits(asked: Asked) -> pl.Expr:
    fits = pl.lit(True)
    for name in ("rule", "item", "direction", "severity"):
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
