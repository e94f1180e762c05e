"""Looking again at the groups of flows that changed: what they are, which flows they have now, and what is found in them.

Of the entities that are touched all flows are read once, with the few columns that tell keys and days; what else a rule asks for is
read of the flows that it looks at again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from fxwatch.engines.local import Findings, asked, find_all, lazily
from fxwatch.episodes import places
from fxwatch.flows import EXTRA_COLUMNS, FLOW_COLUMNS, packable, packed
from fxwatch.keys import Ints, is_one_of
from fxwatch.rule import EarlyWarning
from fxwatch.rulebook import inputs_of
from fxwatch.stages import Stages
from fxwatch.stretches import Episode, stretches, taken, told_right
from fxwatch.totals import month, quarter
from fxwatch.warehouse import changing
from fxwatch.warehouse.frames import flow_frame
from fxwatch.windows import Windows, numbers

if TYPE_CHECKING:
    import duckdb

ROLL = "roll"
ENTITY = ("entity",)
# What a rule may be self-contained within beside columns of its frame.
_MADE = {"month": month(), "quarter": quarter(), "payee": pl.coalesce("contract", "counterparty")}
_PERIODS = {"month", "quarter"}
# Keys that are numbers of texts: flows without one bear on no finding.
IDENTITIES = {"counterparty", "contract", "invoice", "tax_filing", "payee"}
# Of a key with an identity, what the warehouse is asked by: it knows words as positions, and no periods.
_ASKED_BY = IDENTITIES | {"entity", "declaration"}
# Cheap to read, and asked for by most rules.
_USUAL = ("payment_type",)


def within_of(rule: EarlyWarning) -> tuple[str, ...]:
    """The key within which a rule is self-contained; its whole partition unless it says more."""
    return rule.within or (rule.partition,)


def is_known(within: Iterable[str]) -> bool:
    """Whether a key can be told from the columns of flows."""
    return {*FLOW_COLUMNS, *EXTRA_COLUMNS, *_MADE}.issuperset(within)


@dataclass
class Found:
    """What looking again brought.

    Attributes:
        findings: of the keys that were looked at.
        judged: ids of the hits on record that these findings take the place of.
        not_computed, skipped: the whole tables, as far as they are known.
        rules: of each rule that was looked at, how many keys.
    """

    findings: list[Findings]
    judged: list[pl.Series]
    not_computed: pl.DataFrame
    skipped: pl.DataFrame
    rules: dict[str, int] = field(default_factory=dict)


class Looking:
    """One run's look at what changed since the last one."""

    def __init__(
        self,
        con: "duckdb.DuckDBPyConnection",
        rules: Mapping[str, EarlyWarning],
        inputs: Mapping[str, Any],
        moved: Sequence[int],
        apart: Collection[str],
        stages: Stages,
    ) -> None:
        """`rules`: those that are not computed whole; `moved`: entities of which the roll says something else now; `apart`: rules
        some of whose findings are kept apart, so that the hits on record do not tell them all.
        """
        self._apart = apart
        self._con, self._rules, self._inputs, self._stages = con, rules, inputs, stages
        self._columns = sorted(
            {c for rule in rules.values() for c in (*rule.columns, *_roots(_key(within_of(rule))))} & {*EXTRA_COLUMNS}
        )
        self._moved = pl.Series(list(moved), dtype=pl.Int32)
        self._changed = changing.changed_flows(con, self._columns)
        self._of_periods: dict[str, EarlyWarning] = {}
        self._found = Found([], [], changing.kept(con, "not_computed"), changing.kept(con, "skipped"))

    def look(self) -> Found:
        """Look, group by group of rules that are self-contained within the same."""
        groups: dict[tuple[str, ...], dict[str, EarlyWarning]] = {}
        for name, rule in self._rules.items():
            reach = None if name in self._apart else rule.reach(self._inputs["calendar"])
            if reach is None:
                groups.setdefault(within_of(rule), {})[name] = rule
            else:
                self._look_at_stretches(name, rule, reach)
        self._of_periods = {
            name: rule
            for within, rules in groups.items()
            if _PERIODS.intersection(within)
            for name, rule in rules.items()
        }
        for within, rules in groups.items():
            if within == ENTITY:
                self._look_at_entities(rules)
            elif IDENTITIES.intersection(within):
                self._look_across(within, rules)
            else:
                self._look_within(within, rules)
        return self._found

    def _look_at_entities(self, rules: dict[str, EarlyWarning]) -> None:
        """Whole entities; those that moved on the roll, too, whether a rule minds the roll or not."""
        changed = self._changed["entity"].n_unique()
        minding = {name: rule for name, rule in rules.items() if changed + len(self._moved_for(rule))}
        if not minding:
            return
        flows = self._whole({c for rule in minding.values() for c in rule.columns})
        judged = changing.hits_of_entities(self._con, list(minding), self._entities)
        inputs = changing.OfEntities(self._entities).narrowed(self._inputs)
        keys = {name: changed + len(self._moved_for(rule)) for name, rule in minding.items()}
        found = self._find(minding, flows, inputs, judged, keys)
        self._tell_missing(list(minding), flows.select("entity").clear(), self._entities, found.not_computed)
        self._tell_skipped(minding, flows, inputs)

    def _look_at_stretches(self, name: str, rule: EarlyWarning, reach: int) -> None:
        """The days around the changed ones; all days of entities that moved on the roll, or whose declarations have legs apart."""
        moved = self._moved_for(rule)
        if self._changed.is_empty() and moved.is_empty():
            return
        known = changing.episodes_on_record(self._con, name, self._entities)
        told: dict[int, list[Episode]] = defaultdict(list)
        spans = zip(numbers(known["raised_on"]).tolist(), numbers(known["last_day"]).tolist(), strict=True)
        keys = known.select("entity", "direction", "item", "object").iter_rows()
        for (entity, *key), (first, last) in zip(keys, spans, strict=True):
            told[entity].append(Episode(tuple(key), first, last))
        counts = rule.looks_at() & Windows(self._inputs["calendar"]).covers()
        whole = self._whole({*_roots([counts, *rule.parts()])}.intersection(EXTRA_COLUMNS))

        def active(entities: list[int]) -> list[Ints]:
            own = whole.lazy().filter(pl.col("entity").is_in(entities), counts)
            key = [part.alias(f"part {n}") for n, part in enumerate(rule.parts())]
            keyed = own.select("entity", "day", *key).collect()
            each = keyed.partition_by(keyed.columns[2:]) if rule.parts() else [keyed]
            return [np.sort(places(of["entity"], numbers(of["day"]))) for of in each]

        parts = stretches(self._changed, told, active, reach, pl.concat([moved, self._linked]).unique())
        rows = told_right(taken(whole, parts), parts, reach, counts)
        flows = self._with(rows, rule.columns).with_columns(entity="stretch").drop("stretch")
        inputs = {
            given: _by_stretch(value, parts) if isinstance(value, pl.DataFrame) and "entity" in value.columns else value
            for given, value in self._inputs.items()
        }
        found = _of_entities(find_all({name: rule}, flows, inputs, self._stages), parts)
        judged = known.select("hit_id", "raised_on", "entity").join(parts, on="entity").filter(_is_judged())
        self._keep(found, flows, judged["hit_id"], {name: len(parts)})
        self._ask_missing(name, rule)
        self._tell_skipped({name: rule}, None, self._inputs)

    def _look_within(self, within: tuple[str, ...], rules: dict[str, EarlyWarning]) -> None:
        """Parts of entities; and all of those that moved on the roll, or whose declarations have legs in several periods."""
        keys = self._keys(within)
        for name, rule in rules.items():
            whole = self._moved_for(rule)
            if keys.is_empty() and whole.is_empty():
                continue
            if _PERIODS.intersection(within):
                whole = pl.concat([whole, self._linked]).unique()
                mine = _of_keys(self._quarters, within, keys, whole)
            else:
                days = self._whole({*EXTRA_COLUMNS}.intersection(within))
                mine = self._with(_of_keys(days, within, keys, whole), rule.columns)
            resting = changing.hits_on(self._con, [name], pl.concat([mine["flow"], self._changed["flow"]]).unique())
            judged = pl.concat([resting, changing.hits_of_entities(self._con, [name], whole)]).unique()
            found = self._find({name: rule}, mine, self._inputs, judged, {name: len(keys) + len(whole)})
            if {"entity", "item"}.issuperset(within):
                self._tell_missing([name], keys, whole, found.not_computed)
            else:
                self._ask_missing(name, rule)
            self._tell_skipped({name: rule}, mine, self._inputs)

    def _look_across(self, within: tuple[str, ...], rules: dict[str, EarlyWarning]) -> None:
        """What has the same identity, whichever entities it is of, of flows that one of the rules looks at."""
        for name, rule in rules.items():
            if len(self._changed):
                self._ask_missing(name, rule)
                self._tell_skipped({name: rule}, None, self._inputs)
            moved = self._moved_for(rule)
            touched = self._changed.filter(rule.looks_at()).select(_key(within)).unique().drop_nulls()
            if touched.is_empty() and moved.is_empty():
                continue
            columns = sorted({*rule.columns, *_roots(_key(within))}.intersection(EXTRA_COLUMNS))
            known = [name for name in within if name in _ASKED_BY]
            flows = flow_frame(self._con, columns, share=changing.OfKeys(touched.select(known).unique()))
            if len(known) < len(within):
                flows = _of_keys(flows, within, touched, moved.clear())
            if len(moved):
                own = flow_frame(self._con, columns, share=changing.OfEntities(moved))
                flows = pl.concat([flows, own]).unique("flow")
            resting = changing.hits_on(self._con, [name], pl.concat([flows["flow"], self._changed["flow"]]).unique())
            judged = pl.concat([resting, changing.hits_of_entities(self._con, [name], moved)]).unique()
            self._find({name: rule}, flows, self._inputs, judged, {name: len(touched) + len(moved)})

    def _find(
        self,
        rules: dict[str, EarlyWarning],
        flows: pl.DataFrame,
        inputs: Mapping[str, Any],
        judged: pl.Series,
        keys: dict[str, int],
    ) -> Findings:
        found = find_all(rules, flows, inputs, self._stages)
        self._keep(found, flows, judged, keys)
        return found

    def _keep(self, found: Findings, flows: pl.DataFrame, judged: pl.Series, keys: dict[str, int]) -> None:
        self._found.rules |= keys
        self._found.judged.append(judged)
        nothing = Findings.none()
        found = replace(found.with_amounts(flows), not_computed=nothing.not_computed, skipped=nothing.skipped)
        self._found.findings.append(found)

    def _moved_for(self, rule: EarlyWarning) -> pl.Series:
        """Who moved on the roll, for a rule that minds it."""
        return self._moved if ROLL in inputs_of(rule) else self._moved.clear()

    # ---- what could not be computed, and what was passed over

    def _tell_missing(self, rules: list[str], keys: pl.DataFrame, entities: pl.Series, now: pl.DataFrame) -> None:
        """What was not computed of some keys, and of some entities, is told anew."""
        told = self._found.not_computed
        gone = told.filter(pl.col("rule").is_in(rules))
        parts = [gone.filter(pl.col("entity").is_in(entities.implode()))]
        if len(keys):
            named = [keys[name].cast(pl.String).alias(name) if name == "item" else keys[name] for name in keys.columns]
            parts.append(gone.join(pl.DataFrame(named), on=keys.columns, how="semi", nulls_equal=True))
        stands = told.join(pl.concat(parts), on=told.columns, how="anti", nulls_equal=True)
        self._found.not_computed = pl.concat([stands, like(now, told)])

    def _ask_missing(self, name: str, rule: EarlyWarning) -> None:
        """A finer key, or an identity, does not say whose it is: whole entities do."""
        if type(rule).not_computed is not EarlyWarning.not_computed:
            is_beyond = ~Windows(self._inputs["calendar"]).covers()
            flows = self._with(self._days.filter(is_beyond), rule.columns)
            now = asked(rule.not_computed, flows.lazy(), lazily(self._inputs)).collect()
            self._tell_missing(
                [name], flows.select("entity").clear(), self._entities, now.with_columns(rule=pl.lit(name))
            )

    def _tell_skipped(
        self, rules: dict[str, EarlyWarning], flows: pl.DataFrame | None, inputs: Mapping[str, Any]
    ) -> None:
        """What was passed over changes by what the keys give now, less what they gave.

        `flows`: those of the keys; of whole entities where there is none.
        """
        for name, rule in rules.items():
            if type(rule).skipped is EarlyWarning.skipped:
                continue
            columns = [*FLOW_COLUMNS, *rule.columns]
            now, then = (self._changed.filter(sign=sign).select(columns) for sign in (1, -1))
            if not rule.skips_flows:
                of_keys = (self._whole(rule.columns) if flows is None else flows).select(columns)
                stood = of_keys.filter(~is_one_of("flow", now["flow"]))
                now, then = of_keys, pl.concat([stood, then])
            for frame, sign in ((now, 1), (then, -1)):
                counted = asked(rule.skipped, frame.lazy(), lazily(inputs)).with_columns(
                    pl.col("count") * sign, rule=pl.lit(name)
                )
                self._found.skipped = pl.concat([self._found.skipped, like(counted.collect(), self._found.skipped)])

    # ---- flows and keys

    def _keys(self, within: Sequence[str]) -> pl.DataFrame:
        return self._changed.select(_key(within)).unique()

    def _with(self, flows: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
        """Flows of this look with further columns."""
        missing = [name for name in columns if name not in flows.columns]
        if not missing:
            return flows
        more = flow_frame(self._con, missing, share=changing.OfKeys(flows.select("flow").unique()))
        return flows.join(more.select("flow", *missing), on="flow", how="left", maintain_order="left")

    def _whole(self, columns: Collection[str]) -> pl.DataFrame:
        """All flows of the entities that are touched, with further columns."""
        if set(self._days.columns).issuperset(columns):
            return self._days
        return flow_frame(self._con, sorted({*_USUAL, *columns}), share=changing.OfEntities(self._entities))

    @cached_property
    def _quarters(self) -> pl.DataFrame:
        """What every rule of months or quarters may look at, with all columns that these ask for: the quarters in which something
        changed, and all flows of entities that are looked at whole.
        """
        rules = self._of_periods.values()
        whole = pl.concat([self._linked, *(self._moved_for(rule) for rule in rules)]).unique()
        within = ("entity", "quarter")
        columns = {c for rule in rules for c in (*rule.columns, *within_of(rule))} & {*EXTRA_COLUMNS}
        return self._with(_of_keys(self._days, within, self._keys(within), whole), sorted(columns))

    @cached_property
    def _days(self) -> pl.DataFrame:
        """The same with the usual columns."""
        return flow_frame(self._con, _USUAL, share=changing.OfEntities(self._entities))

    @cached_property
    def _pairs(self) -> pl.DataFrame:
        """Columns entity, other: who shares a declaration whose legs stand apart, both ways."""
        pairs = changing.legs_apart(self._con)
        return pl.concat([pairs, pairs.select(entity="other", other="entity")]).unique()

    @cached_property
    def _linked(self) -> pl.Series:
        """Who of those that are touched has declarations whose legs stand apart."""
        return self._pairs.filter(pl.col("entity").is_in(self._entities.implode()))["entity"].unique()

    @cached_property
    def _entities(self) -> pl.Series:
        """Whose flows changed, who moved on the roll, and who shares a declaration with one of these: a change may have given its
        legs different entities, and the first speaks for both.
        """
        touched = pl.concat([self._changed["entity"], self._moved]).unique()
        while True:
            linked = self._pairs.filter(pl.col("entity").is_in(touched.implode()))["other"]
            more = pl.concat([touched, linked]).unique()
            if len(more) == len(touched):
                return touched.sort()
            touched = more


def like(frame: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """A frame with the columns of another, in their types."""
    return frame.select(pl.col(name).cast(dtype) for name, dtype in other.schema.items())


def _is_judged() -> pl.Expr:
    day = pl.col("raised_on").to_physical().cast(pl.Int64)
    return day.is_between("since", "until")


def _by_stretch(given: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """What is told about entities, told about each of their stretches."""
    told = given.join(parts.select("entity", "stretch"), on="entity")
    return told.with_columns(entity="stretch").select(given.columns)


def _of_entities(found: Findings, parts: pl.DataFrame) -> Findings:
    """What was found in stretches, as far as it is judged anew, told about the entities again and numbered."""
    whose = parts.select("since", "until", entity="stretch", whose="entity")
    hits = found.hits.join(whose, on="entity", maintain_order="left").filter(_is_judged())
    hits = hits.with_columns(entity="whose").with_row_index("number").with_columns(pl.col("number").cast(pl.Int64))
    renamed = hits.select("finding", "number")
    evidence, settled = (
        frame.join(renamed, on="finding").with_columns(finding="number").select(frame.columns)
        for frame in (found.evidence, found.settled)
    )
    hits = hits.with_columns(finding="number").select(found.hits.columns)
    return replace(found, hits=hits, evidence=evidence, settled=settled)


def _of_keys(days: pl.DataFrame, within: Sequence[str], keys: pl.DataFrame, whole: pl.Series) -> pl.DataFrame:
    """The flows that have one of some keys, or are of one of some entities."""
    if packable(within):  # one number is found much faster than several columns
        number = packed(*within)
        wanted = keys.select(number).to_series()
        is_one = days.select(_key(within)).select(number.is_in(wanted.implode())).to_series()
    else:
        is_one = _is_among(days.select(_key(within)), keys)
    return days.filter(is_one | days["entity"].is_in(whole.implode()) if len(whole) else is_one)


def _key(within: Iterable[str]) -> list[pl.Expr]:
    return [_MADE[name].alias(name) if name in _MADE else pl.col(name) for name in within]


def _roots(expressions: Iterable[pl.Expr]) -> set[str]:
    """The columns that expressions are made of."""
    return {name for expression in expressions for name in expression.meta.root_names()}


def _is_among(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.Series:
    """Of each row whether it is one of some keys."""
    marked = rows.join(
        keys.with_columns(is_among=True), on=keys.columns, how="left", nulls_equal=True, maintain_order="left"
    )
    return marked["is_among"].fill_null(value=False)
