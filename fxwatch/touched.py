"""What changed since the last run: which flows, whose they are, and all flows of these with the columns that tell keys and days."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.flows import EXTRA_COLUMNS, FLOW_COLUMNS, packable, packed
from fxwatch.rule import EarlyWarning
from fxwatch.rulebook import inputs_of
from fxwatch.stretches import around, taken
from fxwatch.totals import month, quarter
from fxwatch.warehouse import changing
from fxwatch.warehouse.frames import flow_frame

if TYPE_CHECKING:
    import duckdb

ROLL = "roll"
ENTITY = ("entity",)
# What a rule may be self-contained within beside columns of its frame.
MADE = {"month": month(), "quarter": quarter(), "payee": pl.coalesce("contract", "counterparty")}
PERIODS = {"month", "quarter"}
# Keys that are numbers of texts: flows without one bear on no finding.
IDENTITIES = {"counterparty", "contract", "invoice", "tax_filing", "payee"}
# Those of them that name with whom an entity trades.
PARTNERS = {"counterparty", "contract", "payee"}
# Cheap to read, and asked for by most rules.
_USUAL = {"payment_type"}


def within_of(rule: EarlyWarning) -> tuple[str, ...]:
    """The key within which a rule is self-contained; its whole partition unless it says more."""
    return rule.within or (rule.partition,)


def is_known(within: Iterable[str]) -> bool:
    """Whether a key can be told from the columns of flows."""
    return {*FLOW_COLUMNS, *EXTRA_COLUMNS, *MADE}.issuperset(within)


def is_of_partners(within: Iterable[str]) -> bool:
    """Whether a key is of an entity and one whom it trades with."""
    return "entity" in within and bool(PARTNERS.intersection(within))


def key_of(within: Iterable[str]) -> list[pl.Expr]:
    """The columns of a key, out of those of flows."""
    return [MADE[name].alias(name) if name in MADE else pl.col(name) for name in within]


def roots(expressions: Iterable[pl.Expr]) -> set[str]:
    """The columns that expressions are made of."""
    return {name for expression in expressions for name in expression.meta.root_names()}


def columns_of_touched(rules: Iterable[EarlyWarning]) -> list[str]:
    """The further columns that all flows of touched entities are read with."""
    return sorted(_USUAL.union(*(rule.columns for rule in rules if within_of(rule) == ENTITY)))


class Touched:
    """What changed, read once for all rules and shared by them: nobody changes it.

    Attributes:
        flows: those that changed, as they stood (`sign` -1) and stand (1), and the other legs of their declarations (0), with
            every column that some rule asks for.
        moved: entities of which the roll says something else than at the last run.
        entities: whose flows changed, who moved on the roll, and who shares a declaration with one of these: a change may
            have given its legs different entities, and the first speaks for both.
        linked: those of them whose declarations have legs that stand apart: of other entities, days, directions or payees.
        days: all flows of these entities, with the columns that most rules ask for.
        near: those of them on the days around changes, as many as the rules with a `reach` look at.
        quarters: what rules of months or quarters may look at, with all columns that these ask for: the quarters in which
            something changed, and all flows of entities that are looked at whole.
        partners: what rules may look at that look at an entity and one whom it trades with: all flows of those that changed ones
            name, by counterparty or contract, with all columns that these rules ask for.
        inputs: what rules are told, of these entities alone.
    """

    def __init__(
        self,
        con: "duckdb.DuckDBPyConnection",
        rules: Mapping[str, EarlyWarning],
        inputs: Mapping[str, Any],
        moved: Sequence[int],
    ) -> None:
        asked = {c for rule in rules.values() for c in (*rule.columns, *roots(key_of(within_of(rule))))}
        self.flows = changing.changed_flows(con, sorted(asked & {*EXTRA_COLUMNS}))
        self.moved = pl.Series(list(moved), dtype=pl.Int32)
        pairs = changing.legs_apart(con)
        pairs = pl.concat([pairs, pairs.select(entity="other", other="entity")]).unique()
        self.entities = _with_others(pl.concat([self.flows["entity"], self.moved]).unique(), pairs)
        apart = pairs.filter(pl.col("entity").is_in(self.entities.implode()))["entity"]
        self.linked = pl.concat([apart, changing.payees_apart(con, self.entities)]).unique()
        self.inputs = changing.OfEntities(self.entities).narrowed(inputs)
        self.days = flow_frame(con, columns_of_touched(rules.values()), share=changing.OfEntities(self.entities))
        reaches = [reach for rule in rules.values() if (reach := rule.reach(inputs["calendar"])) is not None]
        self.near = taken(self.days, around(self.flows, max(reaches, default=0))).drop("stretch")
        self.quarters = self._quarters(con, [r for r in rules.values() if PERIODS.intersection(within_of(r))])
        self.partners = self._partners(con, [r for r in rules.values() if is_of_partners(within_of(r))])

    def is_nothing(self) -> bool:
        """Whether no flow changed and nobody moved."""
        return self.entities.is_empty()

    def moved_for(self, rule: EarlyWarning) -> pl.Series:
        """Who moved on the roll, for a rule that minds it."""
        return self.moved if ROLL in inputs_of(rule) else self.moved.clear()

    def whole_for(self, rule: EarlyWarning) -> pl.Series:
        """Of whom a rule looks at all flows, or all days, again, whichever changed."""
        own = self.moved_for(rule)
        return pl.concat([own, self.linked]).unique() if rule.adds_legs else own

    def keys(self, within: Sequence[str]) -> pl.DataFrame:
        """The keys that changed flows have."""
        return self.flows.select(key_of(within)).unique()

    def whole(self, con: "duckdb.DuckDBPyConnection", columns: Collection[str]) -> pl.DataFrame:
        """All flows of the entities, with further columns."""
        if set(self.days.columns).issuperset(columns):
            return self.days
        return flow_frame(con, sorted({*_USUAL, *columns}), share=changing.OfEntities(self.entities))

    def _quarters(self, con: "duckdb.DuckDBPyConnection", rules: Sequence[EarlyWarning]) -> pl.DataFrame:
        if not rules:
            return self.days.clear()
        whole = pl.concat([self.whole_for(rule) for rule in rules]).unique()
        within = ("entity", "quarter")
        columns = {c for rule in rules for c in (*rule.columns, *within_of(rule))} & {*EXTRA_COLUMNS}
        return with_columns(con, of_keys(self.days, within, self.keys(within), whole), sorted(columns))

    def _partners(self, con: "duckdb.DuckDBPyConnection", rules: Sequence[EarlyWarning]) -> pl.DataFrame:
        asked = {c for rule in rules for c in (*rule.columns, *roots(key_of(within_of(rule))))}
        columns = sorted(asked & {*EXTRA_COLUMNS})
        parts = [self.flows.select(*FLOW_COLUMNS, *columns).clear()]
        for name in sorted({"counterparty", "contract"} & asked):
            keys = self.flows.select("entity", name).unique().drop_nulls()
            if len(keys):
                parts.append(flow_frame(con, columns, share=changing.OfKeys(keys)))
        return pl.concat(parts).unique("flow")


def _with_others(touched: pl.Series, pairs: pl.DataFrame) -> pl.Series:
    """Entities, and those with whom they share a declaration, and so on."""
    while True:
        linked = pairs.filter(pl.col("entity").is_in(touched.implode()))["other"]
        more = pl.concat([touched, linked]).unique()
        if len(more) == len(touched):
            return touched.sort()
        touched = more


def with_columns(con: "duckdb.DuckDBPyConnection", flows: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Flows with further columns, which are read."""
    missing = [name for name in columns if name not in flows.columns]
    if not missing:
        return flows
    more = flow_frame(con, missing, share=changing.OfKeys(flows.select("flow").unique()))
    return flows.join(more.select("flow", *missing), on="flow", how="left", maintain_order="left")


def of_keys(flows: pl.DataFrame, within: Sequence[str], keys: pl.DataFrame, whole: pl.Series) -> pl.DataFrame:
    """The flows that have one of some keys, or are of one of some entities."""
    if packable(within):  # one number is found much faster than several columns
        number = packed(*within)
        wanted = keys.select(number).to_series()
        is_one = flows.select(key_of(within)).select(number.is_in(wanted.implode())).to_series()
    else:
        is_one = _is_among(flows.select(key_of(within)), keys)
    return flows.filter(is_one | flows["entity"].is_in(whole.implode()) if len(whole) else is_one)


def _is_among(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.Series:
    """Of each row whether it is one of some keys."""
    marked = rows.join(
        keys.with_columns(is_among=True), on=keys.columns, how="left", nulls_equal=True, maintain_order="left"
    )
    return marked["is_among"].fill_null(value=False)
