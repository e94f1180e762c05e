"""The local engine: runs rules on the flows of whole entities, on the cores of this machine.

A pure function of its frames: the union of its findings over any partition of the entities is its findings over all.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import polars as pl

from fxwatch.flows import check_flows
from fxwatch.rule import FINDING, NOT_COMPUTED, EarlyWarning
from fxwatch.rulebook import inputs_named

HITS = {"finding": pl.Int64, "rule": pl.String, **FINDING, "declaration": pl.Int64, "flow_count": pl.Int64}
EVIDENCE = {"finding": pl.Int64, "flow": pl.Int64}
OBJECT_DIGITS = 8


@dataclass(frozen=True)
class Findings:
    """What the rules found in one look.

    Attributes:
        hits: the columns of `HITS`. `finding` numbers them over all rules; `declaration` is null but where it is the key.
        evidence: the columns of `EVIDENCE`: the flows behind each finding.
        not_computed: column rule, and those of `rule.NOT_COMPUTED`.
    """

    hits: pl.DataFrame
    evidence: pl.DataFrame
    not_computed: pl.DataFrame

    def named(self, entities: pl.DataFrame, declarations: pl.DataFrame) -> "Findings":
        """The same under the names that last: hit_id (spec section 7) in place of `finding`, and entity_id beside entity.

        Args:
            entities: columns entity, entity_id.
            declarations: columns declaration, declaration_no, of the declarations in `hits` at least.
        """
        hits = self.hits.join(entities.select("entity", "entity_id"), on="entity", how="left", maintain_order="left")
        numbers = declarations.select("declaration", "declaration_no")
        hits = hits.join(numbers, on="declaration", how="left", maintain_order="left").with_columns(hit_id=_hit_id())
        evidence = self.evidence.join(hits.select("finding", "hit_id"), on="finding").select("hit_id", "flow")
        hits = hits.select(
            "hit_id", "entity_id", pl.exclude("hit_id", "entity_id", "finding", "declaration", "declaration_no")
        )
        return Findings(hits, evidence, self.not_computed)


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
    hits, evidence, not_computed = [pl.DataFrame(schema=HITS)], [pl.DataFrame(schema=EVIDENCE)], []
    count = 0
    for part in parts:
        hits.append(part.hits.with_columns(pl.col("finding") + count))
        evidence.append(part.evidence.with_columns(pl.col("finding") + count))
        not_computed.append(part.not_computed)
        count += part.hits.height
    nothing = pl.DataFrame(schema={"rule": pl.String, **NOT_COMPUTED})
    return Findings(pl.concat(hits), pl.concat(evidence), pl.concat([nothing, *not_computed]))


def find_all(rules: Mapping[str, EarlyWarning], flows: pl.DataFrame, inputs: Mapping[str, Any]) -> Findings:
    """Run rules on the flows of whole entities.

    Args:
        rules: the rules in force, by name.
        flows: the flow frame of `fxwatch.flows`, with the columns that the rules name beside.
        inputs: those of `rulebook.INPUTS` that the rules ask for. Frames may hold more entities than `flows` does.

    Raises:
        HouseError: the flow frame differs from its contract.
    """
    looked_at = check_flows(flows.lazy())
    given = {name: value.lazy() if isinstance(value, pl.DataFrame) else value for name, value in inputs.items()}
    hits, evidence = [pl.DataFrame(schema=HITS)], [pl.DataFrame(schema=EVIDENCE)]
    not_computed = [pl.DataFrame(schema={"rule": pl.String, **NOT_COMPUTED})]
    count = 0
    for name, rule in rules.items():
        found, behind, missing = _look(rule, looked_at, given)
        hits.append(found.with_columns(pl.col("finding") + count, rule=pl.lit(name)).select(*HITS))
        evidence.append(behind.select(pl.col("finding") + count, "flow"))
        not_computed.append(missing.select(pl.lit(name).alias("rule"), *NOT_COMPUTED))
        count += found.height
    return Findings(pl.concat(hits), pl.concat(evidence), pl.concat(not_computed))


def _look(
    rule: EarlyWarning, flows: pl.LazyFrame, given: Mapping[str, Any]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """One rule's findings, numbered from 0, with how many flows are behind each; these flows; what was not computed."""
    found = _asked(rule.find, flows, given).with_columns(finding=pl.int_range(pl.len(), dtype=pl.Int64)).collect()
    behind = rule.evidence(found.lazy(), flows).collect()
    counts = behind.group_by("finding").agg(flow_count=pl.len().cast(pl.Int64))
    found = found.join(counts, on="finding", how="left", maintain_order="left")
    if "declaration" not in found.columns:
        found = found.with_columns(declaration=pl.lit(None, pl.Int64))
    return found, behind, _asked(rule.not_computed, flows, given).collect()


def _asked(method: Callable[..., pl.LazyFrame], flows: pl.LazyFrame, given: Mapping[str, Any]) -> pl.LazyFrame:
    """Call a rule's method with the inputs that it names."""
    return method(flows, **{name: given[name] for name in inputs_named(method)})


def _hit_id() -> pl.Expr:
    parts = ("rule", "entity_id", "item", "direction", "first_day")
    key = pl.concat_str(*(pl.col(p).cast(pl.String).fill_null("-") for p in parts), separator=":")
    further = pl.col("object").map_elements(_digest, return_dtype=pl.String)
    key = pl.when(pl.col("object").is_null()).then(key).otherwise(pl.concat_str(key, further, separator=":"))
    return (
        pl.when(pl.col("declaration_no").is_null())
        .then(key)
        .otherwise(pl.concat_str("rule", "declaration_no", separator=":"))
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:OBJECT_DIGITS]
