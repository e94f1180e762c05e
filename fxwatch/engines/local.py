"""The local engine: runs rules on the flows of whole entities, on the cores of this machine.

A pure function of its frames: the union of its findings over any partition of the entities is its findings over all.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, Protocol

import polars as pl

from fxwatch.flows import check_flows
from fxwatch.keys import is_one_of
from fxwatch.rule import ALSO_FOUND, FINDING, NOT_COMPUTED, PLACEHOLDERS, SKIPPED, EarlyWarning
from fxwatch.rulebook import inputs_named
from fxwatch.stages import Stages
from fxwatch.windows import Windows

AT_ONCE = 2

_ALSO = {name: dtype for name, dtype in ALSO_FOUND.items() if name != "settlements"}
HITS = {"finding": pl.Int64, "rule": pl.String, **FINDING, **_ALSO, "flow_count": pl.Int64, "amount_usd": pl.Int64}
EVIDENCE = {"finding": pl.Int64, "flow": pl.Int64}
SETTLED = {"finding": pl.Int64, "settlement_no": pl.String}
OBJECT_DIGITS, GROUP_DIGITS = 8, 16


@dataclass(frozen=True)
class Findings:
    """What the rules found in one look.

    Attributes:
        hits: the columns of `HITS`. `finding` numbers them over all rules; `declaration` is null but where it is the key;
            `amount_usd` is null until `with_amounts` says what the flows behind add up to, in cents.
        evidence: the columns of `EVIDENCE`: the flows behind each finding.
        not_computed: column rule, and those of `rule.NOT_COMPUTED`.
        settled: the columns of `SETTLED`: the settlements behind findings.
        skipped: column rule, and those of `rule.SKIPPED`.
    """

    hits: pl.DataFrame
    evidence: pl.DataFrame
    not_computed: pl.DataFrame
    settled: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SETTLED))
    skipped: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"rule": pl.String, **SKIPPED}))

    @classmethod
    def none(cls) -> "Findings":
        """No findings at all."""
        not_computed = pl.DataFrame(schema={"rule": pl.String, **NOT_COMPUTED})
        return cls(pl.DataFrame(schema=HITS), pl.DataFrame(schema=EVIDENCE), not_computed)

    def named(
        self, entities: pl.DataFrame, declarations: pl.DataFrame, identities: pl.DataFrame | None = None
    ) -> "Findings":
        """The same under the names that last: hit_id (spec section 7) in place of `finding`, and entity_id beside entity.

        Args:
            entities: columns entity, entity_id.
            declarations: columns declaration, declaration_no, of the declarations in `hits` at least.
            identities: column named_by and those of `rule.PLACEHOLDERS`: the texts of the flows that name an object.
        """
        hits = self.hits.join(entities.select("entity", "entity_id"), on="entity", how="left", maintain_order="left")
        if identities is not None and not identities.is_empty():
            hits = hits.join(identities, on="named_by", how="left", maintain_order="left")
            hits = hits.with_columns(_told("object"), _told("group")).drop(PLACEHOLDERS)
        numbers = declarations.select("declaration", "declaration_no")
        hits = hits.join(numbers, on="declaration", how="left", maintain_order="left").with_columns(hit_id=_hit_id())
        evidence = self.evidence.join(hits.select("finding", "hit_id"), on="finding").select("hit_id", "flow")
        settled = self.settled.join(hits.select("finding", "hit_id"), on="finding").select("hit_id", "settlement_no")
        left_out = ("hit_id", "entity_id", "finding", "declaration", "declaration_no", "named_by", "group")
        hits = hits.select("hit_id", "entity_id", pl.exclude(left_out), _group_id())
        return Findings(hits, evidence, self.not_computed, settled, self.skipped)

    def with_amounts(self, flows: pl.DataFrame) -> "Findings":
        """The same with the sum of the flows behind each finding, which are among these."""
        is_behind = is_one_of("flow", self.evidence["flow"].unique())
        behind = self.evidence.lazy().join(flows.lazy().select("flow", "amount_usd").filter(is_behind), on="flow")
        sums = behind.group_by("finding").agg(pl.col("amount_usd").sum())
        hits = self.hits.lazy().drop("amount_usd").join(sums, on="finding", how="left", maintain_order="left")
        return replace(self, hits=hits.with_columns(pl.col("amount_usd").fill_null(0)).select(*HITS).collect())

    def pieces(self, most: int) -> "Iterator[Findings]":
        """The findings, so many at a time, with what is behind them; at least one piece."""
        for first in range(0, max(1, self.hits.height), most):
            among = pl.col("finding").is_between(first, first + most - 1)
            evidence, settled = self.evidence.filter(among), self.settled.filter(among)
            yield replace(self, hits=self.hits.slice(first, most), evidence=evidence, settled=settled)

    def only(self, hit_ids: pl.Series) -> "Findings":
        """Of named findings, those of some hits."""
        named = hit_ids.alias("hit_id").to_frame()
        hits, evidence, settled = (
            frame.join(named, on="hit_id", how="semi", maintain_order="left")
            for frame in (self.hits, self.evidence, self.settled)
        )
        return replace(self, hits=hits, evidence=evidence, settled=settled)


@dataclass(frozen=True)
class Looked:
    """One look: at how many flows, of which days (None where there are none), and what was found in them."""

    flows: int
    first_day: date | None
    last_day: date | None
    findings: Findings


class Engine(Protocol):
    """What runs the rules in place of this machine's cores: see `fxwatch.engines.spark`."""

    name: str

    def look(self, rules: Mapping[str, EarlyWarning], inputs: Mapping[str, Any], load: int, mark: str) -> Looked:
        """Run rules on the flows of the warehouse with this newest load and this mark (see `recording.mark_of`).

        `inputs` are those of `find_all` but what the flows themselves tell, such as `first_loaded_day`.
        """


def together(parts: Sequence[Findings]) -> Findings:
    """The findings of several sets of flows as those of one: numbered over all of them."""
    tables: dict[str, list[pl.DataFrame]] = {
        table.name: [getattr(Findings.none(), table.name)] for table in fields(Findings)
    }
    count = 0
    for part in parts:
        for name, frames in tables.items():
            found: pl.DataFrame = getattr(part, name)
            frames.append(found.with_columns(pl.col("finding") + count) if "finding" in found.columns else found)
        count += part.hits.height
    whole = {name: pl.concat(frames) for name, frames in tables.items()}
    skipped = whole["skipped"].group_by("rule", "reason", maintain_order=True).agg(pl.col("count").sum())
    # An entity whose flows lie in several sets, by counterparty for one, is told of in each.
    not_computed = whole["not_computed"].unique(maintain_order=True)
    return Findings(**{**whole, "not_computed": not_computed, "skipped": skipped})


def find_all(
    rules: Mapping[str, EarlyWarning],
    flows: pl.DataFrame,
    inputs: Mapping[str, Any],
    stages: Stages | None = None,
    at_once: int = AT_ONCE,
) -> Findings:
    """Run rules on the flows of whole entities.

    Args:
        rules: the rules in force, by name.
        flows: the flow frame of `fxwatch.flows`, with the columns that the rules name beside.
        inputs: those of `rulebook.INPUTS` that the rules ask for. Frames may hold more entities than `flows` does.
        stages: told of each rule as it comes to its turn.
        at_once: how many rules are at work at a time; their numbers are the same in any case.

    Raises:
        HouseError: the flow frame differs from its contract.
    """
    looked_at = check_flows(flows.lazy())
    given = lazily(inputs)
    stages = stages or Stages()
    parts = []
    # The sorts of one rule leave a processor idle that the group-bys of another can use.
    beside = ThreadPoolExecutor(at_once, "rule")
    try:
        ahead = {name: beside.submit(_look, name, rule, looked_at, given) for name, rule in rules.items()}
        for name, coming in ahead.items():
            with stages.stage(name) as stage:
                parts.append(coming.result())
                stage.rows = parts[-1].hits.height
    finally:
        beside.shutdown(wait=False, cancel_futures=True)
    return together(parts)


def findings_of(rule: EarlyWarning, flows: pl.DataFrame, inputs: Mapping[str, Any]) -> pl.DataFrame:
    """What one rule finds, without the flows behind: what its `find` returns.

    Args:
        rule: with the parameters to try.
        flows, inputs: as for `find_all`.
    """
    given = lazily(inputs)
    return asked(rule.find, flows.lazy(), given).collect()


def in_partitions_of(rule: EarlyWarning, found: pl.DataFrame, flows: pl.DataFrame) -> pl.DataFrame:
    """The flows of the whole partitions in which a rule found something; `found` is what its `find` returned."""
    wanted = found.select("entity")
    if rule.partition != "entity":
        numbered = found.with_columns(finding=pl.int_range(pl.len(), dtype=pl.Int64))
        behind = rule.evidence(numbered.lazy(), flows.lazy()).select("flow").collect()
        wanted = flows.join(behind, on="flow", how="semi").select(rule.partition)
    return flows.join(wanted.unique(), on=rule.partition, how="semi", nulls_equal=True, maintain_order="left")


def bare(rule: str, found: pl.DataFrame) -> Findings:
    """A rule's findings as `Findings` without evidence, to be named."""
    whole = found.with_columns(pl.lit(None, t).alias(name) for name, t in _ALSO.items() if name not in found.columns)
    numbered = whole.with_row_index("finding").with_columns(
        pl.col("finding").cast(pl.Int64),
        rule=pl.lit(rule),
        flow_count=pl.lit(0, pl.Int64),
        amount_usd=pl.lit(None, pl.Int64),
    )
    nothing = pl.DataFrame(schema=EVIDENCE), pl.DataFrame(schema={"rule": pl.String, **NOT_COMPUTED})
    return Findings(numbered.select(*HITS), *nothing)


def _look(name: str, rule: EarlyWarning, flows: pl.LazyFrame, given: Mapping[str, Any]) -> Findings:
    """One rule's findings, numbered from 0, with how many flows are behind each; these flows; what was not computed."""
    found = asked(rule.find, flows, given).with_columns(finding=pl.int_range(pl.len(), dtype=pl.Int64)).collect()
    behind = rule.evidence(found.lazy(), flows).collect()
    found = found.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in ALSO_FOUND.items() if name not in found.columns
    )
    # Settlements count among the flows behind a finding: they are named beside them.
    settled = _settled(found)
    named = pl.concat([behind.select("finding"), settled.select("finding")])
    counts = named.group_by("finding").agg(flow_count=pl.len().cast(pl.Int64))
    found = found.join(counts, on="finding", how="left", maintain_order="left").with_columns(
        rule=pl.lit(name), amount_usd=pl.lit(None, pl.Int64)
    )
    missing = asked(rule.not_computed, _beyond(flows, given), given).collect()
    passed_over = asked(rule.skipped, flows, given).filter(pl.col("count") > 0).collect()
    by_rule = pl.lit(name).alias("rule")
    return Findings(
        found.select(*HITS),
        behind.select(*EVIDENCE),
        missing.select(by_rule, *NOT_COMPUTED),
        settled.select(*SETTLED),
        passed_over.select(by_rule, *SKIPPED),
    )


def _beyond(flows: pl.LazyFrame, given: Mapping[str, Any]) -> pl.LazyFrame:
    """The flows that `EarlyWarning.not_computed` is shown: of days in years that the calendar does not cover."""
    return flows.filter(~Windows(given["calendar"].collect()).covers()) if "calendar" in given else flows


def _settled(found: pl.DataFrame) -> pl.DataFrame:
    """The columns of `SETTLED` of the findings that rest on settlements."""
    resting = found.filter(pl.col("settlements").list.len() > 0)
    return resting.select("finding", settlement_no="settlements").explode("settlement_no")


def lazily(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The further inputs as rules take them."""
    return {name: value.lazy() if isinstance(value, pl.DataFrame) else value for name, value in inputs.items()}


def asked(method: Callable[..., pl.LazyFrame], flows: pl.LazyFrame, given: Mapping[str, Any]) -> pl.LazyFrame:
    """Call a rule's method with the inputs that it names."""
    return method(flows, **{name: given[name] for name in inputs_named(method)})


def undated() -> pl.Expr:
    """A hit_id without its first day: what a finding is called whenever it begins."""
    return pl.col("hit_id").str.replace(r":\d{4}-\d{2}-\d{2}", ":*")


def _hit_id() -> pl.Expr:
    parts = ("rule", "entity_id", "item", "direction", "first_day")
    key = pl.concat_str(*(pl.col(p).cast(pl.String).fill_null("-") for p in parts), separator=":")
    further = pl.col("object").map_elements(lambda text: _digest(text, OBJECT_DIGITS), return_dtype=pl.String)
    key = pl.when(pl.col("object").is_null()).then(key).otherwise(pl.concat_str(key, further, separator=":"))
    return (
        pl.when(pl.col("declaration_no").is_null())
        .then(key)
        .otherwise(pl.concat_str("rule", "declaration_no", separator=":"))
    )


def _group_id() -> pl.Expr:
    shared = pl.col("group").map_elements(lambda text: _digest(text, GROUP_DIGITS), return_dtype=pl.String)
    return pl.concat_str("rule", shared, separator=":").alias("group_id")


def _told(column: str) -> pl.Expr:
    """A text with what stands for the words of a flow put in."""
    text = pl.col(column)
    for name in PLACEHOLDERS:
        text = text.str.replace_all(f"{{{name}}}", pl.col(name).fill_null(""), literal=True)
    return pl.when(pl.col("named_by").is_null()).then(column).otherwise(text).alias(column)


def _digest(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]
