"""Looking again at the groups of flows that changed, rule by rule: what they are, which flows they have now, and what is found in them.

Of the entities that are touched all flows are read once, with the few columns that tell keys and days (see `touched`); what else a
rule asks for is read of the flows that it looks at again. Rules know nothing of each other, and several are at work at a time.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from fxwatch.engines.local import Findings, asked, find_all, lazily
from fxwatch.episodes import places
from fxwatch.flows import EXTRA_COLUMNS, FLOW_COLUMNS
from fxwatch.keys import Ints, is_one_of
from fxwatch.rule import EarlyWarning
from fxwatch.stages import Stages
from fxwatch.stretches import Episode, stretches, taken, told_right
from fxwatch.touched import (
    ENTITY,
    IDENTITIES,
    PERIODS,
    Touched,
    is_of_partners,
    key_of,
    of_keys,
    roots,
    with_columns,
    within_of,
)
from fxwatch.warehouse import changing
from fxwatch.warehouse.frames import flow_frame
from fxwatch.windows import Windows, numbers

if TYPE_CHECKING:
    import duckdb

# Of a key with an identity, what the warehouse is asked by: it knows words as positions, and no periods.
_ASKED_BY = IDENTITIES | {"entity", "declaration"}
# What a hit bears itself, beside its days.
_BORNE = {"entity", "item", "direction"}


@dataclass(frozen=True)
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
    rules: dict[str, int]


def look_again(
    con: "duckdb.DuckDBPyConnection",
    rules: Mapping[str, EarlyWarning],
    inputs: Mapping[str, Any],
    moved: Sequence[int],
    apart: Collection[str],
    stages: Stages,
    at_once: int,
) -> Found:
    """Look again at what changed since the last run.

    Args:
        con: the writing connection, after `changing.note_changes`.
        rules: those that are not computed whole.
        inputs: all of `rulebook.INPUTS`, as they are now.
        moved: entities of which the roll says something else now.
        apart: rules some of whose findings are kept apart, so that the hits on record do not tell them all.
        stages: told of each rule as it comes to its turn.
        at_once: how many rules are at work at a time.
    """
    missing, skipped = changing.kept(con, "not_computed"), changing.kept(con, "skipped")
    with stages.stage("flows") as stage:
        touched = Touched(con, rules, inputs, moved)
        stage.rows = touched.days.height
    if touched.is_nothing():
        return Found([], [], missing, skipped, {})
    parts: dict[str, _Seen] = {}
    beside = ThreadPoolExecutor(at_once, "rule")
    try:
        ahead = {
            name: beside.submit(_Look(con, touched, name, rule, inputs, missing, is_apart=name in apart).look)
            for name, rule in rules.items()
        }
        for name, coming in ahead.items():
            with stages.stage(name) as stage:
                parts[name] = coming.result()
                stage.rows = parts[name].findings.hits.height
    finally:
        beside.shutdown(wait=False, cancel_futures=True)
    others = missing.filter(~pl.col("rule").is_in(list(rules)))
    return Found(
        [seen.findings for seen in parts.values()],
        [seen.judged for seen in parts.values()],
        pl.concat([others, *(like(seen.not_computed, missing) for seen in parts.values())]),
        pl.concat([skipped, *(like(seen.skipped, skipped) for seen in parts.values())]),
        {name: seen.keys for name, seen in parts.items() if seen.keys},
    )


@dataclass(frozen=True)
class _Seen:
    """What looking again with one rule brought: as `Found`; `not_computed` is all of the rule, `skipped` what the counts change by."""

    findings: Findings
    judged: pl.Series
    keys: int
    not_computed: pl.DataFrame
    skipped: pl.DataFrame


class _Look:
    """One rule's look at what changed, with a connection of its own."""

    def __init__(
        self,
        con: "duckdb.DuckDBPyConnection",
        touched: Touched,
        name: str,
        rule: EarlyWarning,
        inputs: Mapping[str, Any],
        missing: pl.DataFrame,
        *,
        is_apart: bool,
    ) -> None:
        self._con, self._touched, self._name, self._rule = con.cursor(), touched, name, rule
        self._inputs, self._is_apart = inputs, is_apart
        self._whole = touched.whole_for(rule)
        self._none = Findings.none()
        self._missing = missing.filter(pl.col("rule") == name)
        self._skipped = self._none.skipped

    def look(self) -> _Seen:
        """Look, by the key within which the rule is self-contained."""
        with self._con:
            reach = None if self._is_apart else self._rule.reach(self._inputs["calendar"])
            within = within_of(self._rule)
            if self._touched.flows.is_empty() and self._whole.is_empty():
                return self._nothing()
            if reach is not None:
                return self._look_at_stretches(reach)
            if within == ENTITY:
                return self._look_at_entities()
            return self._look_across(within) if IDENTITIES.intersection(within) else self._look_within(within)

    def _look_at_entities(self) -> _Seen:
        """Whole entities; those that moved on the roll, too."""
        count = self._touched.flows["entity"].n_unique() + len(self._whole)
        flows, entities, inputs = self._touched.days, self._touched.entities, self._touched.inputs
        judged = changing.hits_of_entities(self._con, self._name, entities)
        found = self._find(flows, inputs)
        self._tell_missing(flows.select("entity").clear(), entities, found.not_computed)
        self._tell_skipped(flows, inputs)
        return self._seen(found, flows, judged, count)

    def _look_at_stretches(self, reach: int) -> _Seen:
        """The days around the changed ones; all days of those that are looked at whole."""
        rule, touched, whole = self._rule, self._touched, self._whole
        self._ask_missing()
        self._tell_skipped(None, self._inputs)
        known = changing.episodes_on_record(self._con, self._name, touched.entities)
        counts = rule.looks_at() & Windows(self._inputs["calendar"]).covers()
        columns = roots([rule.looks_at(), *rule.parts()]).union(rule.recalls()).intersection(EXTRA_COLUMNS)
        changed, flows = touched.flows.select("entity", "day"), touched.whole(self._con, columns)
        later = _recalling(touched.flows.filter(counts), flows, counts, rule.recalls())
        if type(rule).able is not EarlyWarning.able:
            # Who has nothing on record, and on the days around changes nothing that could be found, has nothing now.
            able = asked(rule.able, touched.near.lazy(), lazily(self._inputs)).select("entity").collect()["entity"]
            some = [series.cast(pl.Int32) for series in (able, known["entity"], later["entity"], whole)]
            is_some = pl.col("entity").is_in(pl.concat(some).unique().implode())
            changed, flows = changed.filter(is_some), flows.filter(is_some)
        changed = pl.concat([changed, later])
        told: dict[int, list[Episode]] = defaultdict(list)
        spans = zip(numbers(known["raised_on"]).tolist(), numbers(known["last_day"]).tolist(), strict=True)
        keys = known.select("entity", "direction", "item", "object").iter_rows()
        for (entity, *key), (first, last) in zip(keys, spans, strict=True):
            told[entity].append(Episode(tuple(key), first, last))

        def active(entities: list[int]) -> list[Ints]:
            own = flows.lazy().filter(pl.col("entity").is_in(entities), counts)
            key = [part.alias(f"part {n}") for n, part in enumerate(rule.parts())]
            keyed = own.select("entity", "day", *key).collect()
            each = keyed.partition_by(keyed.columns[2:]) if rule.parts() else [keyed]
            return [np.sort(places(of["entity"], numbers(of["day"]))) for of in each]

        parts = stretches(changed, told, active, reach, whole)
        rows = told_right(taken(flows, parts), parts, reach, counts)
        if rule.recalls():
            rows = pl.concat([rows, _before(rows, flows.filter(counts), rule.recalls()).select(rows.columns)])
        flows = with_columns(self._con, rows, rule.columns).with_columns(entity="stretch").drop("stretch")
        inputs = {
            given: _by_stretch(value, parts) if isinstance(value, pl.DataFrame) and "entity" in value.columns else value
            for given, value in self._inputs.items()
        }
        found = _of_entities(self._find(flows, inputs), parts)
        judged = known.select("hit_id", "raised_on", "entity").join(parts, on="entity").filter(_is_judged())
        return self._seen(found, flows, judged["hit_id"], len(parts))

    def _look_within(self, within: tuple[str, ...]) -> _Seen:
        """Parts of entities; and all flows of those that are looked at whole."""
        touched, keys, whole = self._touched, self._touched.keys(within), self._whole
        if PERIODS.intersection(within):
            mine = of_keys(touched.quarters, within, keys, whole)
        else:
            days = touched.whole(self._con, {*EXTRA_COLUMNS}.intersection(within))
            mine = with_columns(self._con, of_keys(days, within, keys, whole), self._rule.columns)
        if _BORNE.intersection(self._rule.key).issuperset({*within} - PERIODS - {"day"}):
            resting = changing.hits_of_keys(self._con, self._name, keys)
        else:
            resting = changing.hits_on(self._con, self._name, pl.concat([mine["flow"], touched.flows["flow"]]))
        judged = pl.concat([resting, changing.hits_of_entities(self._con, self._name, whole)]).unique()
        found = self._find(mine, self._inputs)
        if {"entity", "item"}.issuperset(within):
            self._tell_missing(keys, whole, found.not_computed)
        else:
            self._ask_missing()
        self._tell_skipped(mine, self._inputs)
        return self._seen(found, mine, judged, len(keys) + len(whole))

    def _look_across(self, within: tuple[str, ...]) -> _Seen:
        """What has the same identity, whichever entities it is of, of flows that the rule looks at; and all flows of those that are
        looked at whole.
        """
        changed, rule, whole = self._touched.flows, self._rule, self._whole
        if len(changed):
            self._ask_missing()
            self._tell_skipped(None, self._inputs)
        touched = changed.filter(rule.looks_at()).select(key_of(within)).unique().drop_nulls()
        if touched.is_empty() and whole.is_empty():
            return self._nothing()
        columns = sorted({*rule.columns, *roots(key_of(within))}.intersection(EXTRA_COLUMNS))
        known = [name for name in within if name in _ASKED_BY]
        if is_of_partners(within):
            flows, is_told = self._touched.partners.select(*FLOW_COLUMNS, *columns), False
        else:
            share = changing.OfKeys(touched.select(known).unique())
            flows, is_told = flow_frame(self._con, columns, share=share), len(known) == len(within)
        if not is_told:
            flows = of_keys(flows, within, touched, whole.clear())
        if len(whole):
            own = flow_frame(self._con, columns, share=changing.OfEntities(whole))
            flows = pl.concat([flows, own]).unique("flow")
        resting = changing.hits_on(self._con, self._name, pl.concat([flows["flow"], changed["flow"]]))
        judged = pl.concat([resting, changing.hits_of_entities(self._con, self._name, whole)]).unique()
        return self._seen(self._find(flows, self._inputs), flows, judged, len(touched) + len(whole))

    def _find(self, flows: pl.DataFrame, inputs: Mapping[str, Any]) -> Findings:
        return find_all({self._name: self._rule}, flows, inputs)

    def _seen(self, found: Findings, flows: pl.DataFrame, judged: pl.Series, keys: int) -> _Seen:
        nothing = self._none
        found = replace(found.with_amounts(flows), not_computed=nothing.not_computed, skipped=nothing.skipped)
        return _Seen(found, judged, keys, self._missing, self._skipped)

    def _nothing(self) -> _Seen:
        return _Seen(self._none, pl.Series(dtype=pl.String), 0, self._missing, self._skipped)

    # ---- what could not be computed, and what was passed over

    def _tell_missing(self, keys: pl.DataFrame, entities: pl.Series, now: pl.DataFrame) -> None:
        """What was not computed of some keys, and of some entities, is told anew."""
        told = self._missing
        gone = [told.filter(pl.col("entity").is_in(entities.implode()))]
        if len(keys):
            named = [keys[name].cast(pl.String).alias(name) if name == "item" else keys[name] for name in keys.columns]
            gone.append(told.join(pl.DataFrame(named), on=keys.columns, how="semi", nulls_equal=True))
        stands = told.join(pl.concat(gone), on=told.columns, how="anti", nulls_equal=True)
        self._missing = pl.concat([stands, like(now, told)])

    def _ask_missing(self) -> None:
        """A finer key, or an identity, does not say whose it is: whole entities do."""
        if type(self._rule).not_computed is not EarlyWarning.not_computed:
            is_beyond = ~Windows(self._inputs["calendar"]).covers()
            flows = with_columns(self._con, self._touched.days.filter(is_beyond), self._rule.columns)
            now = asked(self._rule.not_computed, flows.lazy(), lazily(self._inputs)).collect()
            now = now.with_columns(rule=pl.lit(self._name))
            self._tell_missing(flows.select("entity").clear(), self._touched.entities, now)

    def _tell_skipped(self, flows: pl.DataFrame | None, inputs: Mapping[str, Any]) -> None:
        """What was passed over changes by what the keys give now, less what they gave.

        `flows`: those of the keys; of whole entities where there is none.
        """
        rule, changed = self._rule, self._touched.flows
        if type(rule).skipped is EarlyWarning.skipped:
            return
        columns = [*FLOW_COLUMNS, *rule.columns]
        now, then = (changed.filter(sign=sign).select(columns) for sign in (1, -1))
        if rule.skips_flows:
            legs = changed.filter(sign=0).select(columns)  # of the same declarations; they stand as they did
            now, then = pl.concat([now, legs]), pl.concat([then, legs])
        else:
            of_keys_now = self._touched.whole(self._con, rule.columns) if flows is None else flows
            of_keys_now = of_keys_now.select(columns)
            stood = of_keys_now.filter(~is_one_of("flow", now["flow"]))
            now, then = of_keys_now, pl.concat([stood, then])
        counts = [
            like(
                asked(rule.skipped, frame.lazy(), lazily(inputs))
                .with_columns(pl.col("count") * sign, rule=pl.lit(self._name))
                .collect(),
                self._skipped,
            )
            for frame, sign in ((now, 1), (then, -1))
        ]
        self._skipped = pl.concat([self._skipped, *counts])


def like(frame: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """A frame with the columns of another, in their types."""
    return frame.select(pl.col(name).cast(dtype) for name, dtype in other.schema.items())


def _recalling(changed: pl.DataFrame, flows: pl.DataFrame, counts: pl.Expr, key: Sequence[str]) -> pl.DataFrame:
    """Columns entity, day: of changed flows the days on which the next of their key came, whose tests look back at them."""
    if not key:
        return changed.select("entity", "day").clear()
    came = changed.select(*key, since="day").unique()
    later = flows.lazy().filter(counts).join(came.lazy(), on=key).filter(pl.col("day") > pl.col("since"))
    return later.group_by(*key, "since").agg(pl.col("day").min()).select("entity", "day").unique().collect()


def _before(rows: pl.DataFrame, flows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Of each key of the flows of a stretch the last flow before them, without its amount: columns of both, and `stretch`."""
    begun = rows.group_by("stretch").agg(begun=pl.col("day").min())
    asked_for = rows.select("stretch", *key).unique().join(begun, on="stretch")
    earlier = flows.lazy().join(asked_for.lazy(), on=key).filter(pl.col("day") < pl.col("begun"))
    last = earlier.sort("day").unique(["stretch", *key], keep="last").drop("begun")
    return last.with_columns(amount_usd=pl.lit(0, pl.Int64)).collect()


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
