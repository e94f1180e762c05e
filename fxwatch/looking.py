"""Looking again at the groups of flows that changed: what they are, which flows they have now, and what is found in them.

The flows of all entities that are touched are read once; a rule that is self-contained within less looks at its part of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from fxwatch.engines.local import AMOUNTS, Findings, amounts_behind, asked, find_all, lazily
from fxwatch.episodes import places
from fxwatch.flows import EXTRA_COLUMNS, FLOW_COLUMNS
from fxwatch.keys import Ints
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
_ABOUT_ENTITIES = {"settlements", "filings"}
# What a rule may be self-contained within beside columns of its frame.
_PERIODS = {"month": month(), "quarter": quarter()}


def within_of(rule: EarlyWarning) -> tuple[str, ...]:
    """The key within which a rule is self-contained; its whole partition unless it says more."""
    # What else is told about entities is theirs as a whole.
    whole = _ABOUT_ENTITIES.intersection(inputs_of(rule)) or not rule.within
    return (rule.partition,) if whole else rule.within


def is_known(within: Iterable[str]) -> bool:
    """Whether a key can be told from the columns of flows."""
    return {*FLOW_COLUMNS, *EXTRA_COLUMNS, *_PERIODS}.issuperset(within)


@dataclass
class Found:
    """What looking again brought.

    Attributes:
        findings: of the keys that were looked at.
        judged: ids of the hits on record that these findings take the place of.
        not_computed, skipped: the whole tables, as far as they are known.
        rules: of each rule that was looked at, how many keys.
        amounts: flow, amount_usd of the flows behind the findings.
    """

    findings: list[Findings]
    judged: list[pl.Series]
    not_computed: pl.DataFrame
    skipped: pl.DataFrame
    rules: dict[str, int] = field(default_factory=dict)
    amounts: list[pl.DataFrame] = field(default_factory=lambda: [pl.DataFrame(schema=AMOUNTS)])


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
            {c for rule in rules.values() for c in (*rule.columns, *within_of(rule))} & {*EXTRA_COLUMNS}
        )
        self._moved = pl.Series(list(moved), dtype=pl.Int32)
        self._changed = changing.changed_flows(con, self._columns)
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
        for within, rules in groups.items():
            keys = self._keys(within)
            if within == ENTITY:
                self._look_at_entities(rules, keys)
            elif "entity" in within or "declaration" in within:
                self._look_within(within, rules, keys)
            else:
                self._look_across(within, rules)
        return self._found

    def _look_at_entities(self, rules: dict[str, EarlyWarning], keys: pl.DataFrame) -> None:
        """Whole entities; those that moved on the roll, too, whether a rule minds the roll or not."""
        minding = {
            name: rule for name, rule in rules.items() if len(keys) or (len(self._moved) and ROLL in inputs_of(rule))
        }
        if not minding:
            return
        judged = changing.hits_of_entities(self._con, list(minding), self._entities)
        inputs = changing.OfEntities(self._entities).narrowed(self._inputs)
        found = self._find(
            minding,
            self._flows,
            inputs,
            judged,
            {name: len(keys) + self._minded(rule) for name, rule in minding.items()},
        )
        self._tell_missing(list(minding), self._flows.select("entity").clear(), self._entities, found.not_computed)
        self._tell_skipped(minding, self._flows, inputs, found)

    def _look_at_stretches(self, name: str, rule: EarlyWarning, reach: int) -> None:
        """The days around the changed ones; all days of entities that moved on the roll, or whose declarations have legs apart."""
        moved = self._moved if ROLL in inputs_of(rule) else self._moved.clear()
        if self._changed.is_empty() and moved.is_empty():
            return
        known = changing.episodes_on_record(self._con, name, self._entities)
        told: dict[int, list[Episode]] = defaultdict(list)
        spans = zip(numbers(known["raised_on"]).tolist(), numbers(known["last_day"]).tolist(), strict=True)
        keys = known.select("entity", "direction", "item", "object").iter_rows()
        for (entity, *key), (first, last) in zip(keys, spans, strict=True):
            told[entity].append(Episode(tuple(key), first, last))
        counts = rule.looks_at() & Windows(self._inputs["calendar"]).covers()

        def active(entities: list[int]) -> list[Ints]:
            own = self._flows.lazy().filter(pl.col("entity").is_in(entities), counts)
            key = [part.alias(f"part {n}") for n, part in enumerate(rule.parts())]
            keyed = own.select("entity", "day", *key).collect()
            each = keyed.partition_by(keyed.columns[2:]) if rule.parts() else [keyed]
            return [np.sort(places(of["entity"], numbers(of["day"]))) for of in each]

        parts = stretches(self._changed, told, active, reach, pl.concat([moved, self._linked]).unique())
        rows = told_right(taken(self._flows, parts), parts, reach, counts)
        flows = rows.with_columns(entity="stretch").select(self._flows.columns)
        inputs = {
            given: _by_stretch(value, parts) if isinstance(value, pl.DataFrame) and "entity" in value.columns else value
            for given, value in self._inputs.items()
        }
        found = _of_entities(find_all({name: rule}, flows, inputs, self._stages), parts)
        judged = known.select("hit_id", "raised_on", "entity").join(parts, on="entity").filter(_is_judged())
        self._keep(found, flows, judged["hit_id"], {name: len(parts)})
        self._ask_missing(name, rule)
        self._tell_skipped({name: rule}, self._flows, self._inputs, found)

    def _look_within(self, within: tuple[str, ...], rules: dict[str, EarlyWarning], keys: pl.DataFrame) -> None:
        """Parts of entities, and all of those that moved on the roll."""
        for name, rule in rules.items():
            moved = self._moved if ROLL in inputs_of(rule) else self._moved.clear()
            if keys.is_empty() and moved.is_empty():
                continue
            named = self._flows.select(_key(within))
            mine = self._flows.filter(_is_among(named, keys) | self._flows["entity"].is_in(moved.implode()))
            resting = changing.hits_on(self._con, [name], pl.concat([mine["flow"], self._changed["flow"]]).unique())
            judged = pl.concat([resting, changing.hits_of_entities(self._con, [name], moved)]).unique()
            found = self._find({name: rule}, mine, self._inputs, judged, {name: len(keys) + len(moved)})
            if {"entity", "item"}.issuperset(within):
                self._tell_missing([name], keys, moved, found.not_computed)
            else:
                self._ask_missing(name, rule)
            self._tell_skipped({name: rule}, mine, self._inputs, found)

    def _look_across(self, within: tuple[str, ...], rules: dict[str, EarlyWarning]) -> None:
        """Counterparties, whichever entities trade with them, of flows that one of the rules looks at."""
        for name, rule in rules.items():
            if len(self._changed):
                self._ask_missing(name, rule)
                self._tell_skipped({name: rule}, self._flows, self._inputs, Findings.none())
        looked = pl.any_horizontal(*(rule.looks_at() for rule in rules.values()))
        touched = self._changed.filter(looked).select(_key(within)).unique().drop_nulls()
        if touched.is_empty():
            return
        flows = flow_frame(self._con, self._columns, share=changing.OfCounterparties(touched["counterparty"].unique()))
        if tuple(within) != ("counterparty",):
            flows = flows.filter(_is_among(flows.select(_key(within)), touched))
        judged = changing.hits_on(self._con, list(rules), pl.concat([flows["flow"], self._changed["flow"]]).unique())
        self._find(rules, flows, self._inputs, judged, dict.fromkeys(rules, len(touched)))

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
        self._found.amounts.append(amounts_behind(found, flows))
        nothing = Findings.none()
        self._found.findings.append(replace(found, not_computed=nothing.not_computed, skipped=nothing.skipped))

    def _minded(self, rule: EarlyWarning) -> int:
        return len(self._moved) if ROLL in inputs_of(rule) else 0

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
        """A finer key, or that of a counterparty, does not say whose it is: whole entities do."""
        if type(rule).not_computed is not EarlyWarning.not_computed:
            now = asked(rule.not_computed, self._flows.lazy(), lazily(self._inputs)).collect()
            self._tell_missing(
                [name], self._flows.select("entity").clear(), self._entities, now.with_columns(rule=pl.lit(name))
            )

    def _tell_skipped(
        self, rules: dict[str, EarlyWarning], flows: pl.DataFrame, inputs: Mapping[str, Any], found: Findings
    ) -> None:
        """What was passed over changes by what the keys give now, less what they gave."""
        telling = {name: rule for name, rule in rules.items() if type(rule).skipped is not EarlyWarning.skipped}
        if not telling:
            return
        columns = flows.columns
        came, went = (self._changed.filter(sign=sign).select(columns) for sign in (1, -1))
        stood: pl.DataFrame | None = None
        for name, rule in telling.items():
            if rule.skips_flows:
                now, then = came, went
            else:
                if stood is None:
                    stood = pl.concat([flows.join(came.select("flow"), on="flow", how="anti"), went])
                now, then = flows, stood
            for frame, sign in ((now, 1), (then, -1)):
                counted = asked(rule.skipped, frame.lazy(), lazily(inputs)).with_columns(
                    pl.col("count") * sign, rule=pl.lit(name)
                )
                self._found.skipped = pl.concat([self._found.skipped, like(counted.collect(), self._found.skipped)])

    # ---- flows and keys

    def _keys(self, within: Sequence[str]) -> pl.DataFrame:
        return self._changed.select(_key(within)).unique()

    @cached_property
    def _flows(self) -> pl.DataFrame:
        """All flows of the entities that are touched."""
        return flow_frame(self._con, self._columns, share=changing.OfEntities(self._entities))

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


def _key(within: Iterable[str]) -> list[pl.Expr]:
    return [_PERIODS[name].alias(name) if name in _PERIODS else pl.col(name) for name in within]


def _is_among(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.Series:
    """Of each row whether it is one of some keys."""
    marked = rows.join(
        keys.with_columns(is_among=True), on=keys.columns, how="left", nulls_equal=True, maintain_order="left"
    )
    return marked["is_among"].fill_null(value=False)
