"""What was found under the names that last, as the warehouse keeps it."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.engines.local import Findings
from fxwatch.rule import BEGINNING, Dated, EarlyWarning
from fxwatch.warehouse.frames import declaration_numbers, identities

if TYPE_CHECKING:
    import duckdb

UNIT_SCALE = {"USD": 2, "days": 0, "count": 0, "ratio": 6}


def named(con: "duckdb.DuckDBPyConnection", findings: Findings, inputs: Mapping[str, Any]) -> Findings:
    """Findings under the names that last: see `Findings.named`."""
    numbers = declaration_numbers(con, findings.hits["declaration"])
    return findings.named(inputs["roll"], numbers, identities(con, findings.hits["named_by"]))


def as_kept(findings: Findings, rules: dict[str, EarlyWarning], severe: Mapping[str, Dated]) -> pl.DataFrame:
    """Hits with exact decimals in their unit, the facts of their rule and a digest of what stands behind them."""
    marks = _evidence_marks(findings.evidence, findings.settled)
    hits = findings.hits.join(marks, on="hit_id", how="left", maintain_order="left")
    facts = pl.DataFrame(
        [
            {"rule": n, "unit": r.unit, "severity": r.severity, "auto_notice": r.auto_notice, "rule_version": r.version}
            for n, r in rules.items()
        ]
    )
    scale = pl.col("unit").replace_strict({u: 10**s for u, s in UNIT_SCALE.items()}, return_dtype=pl.Int64)
    return (
        hits.join(facts, on="rule", maintain_order="left")
        .with_columns(
            # Decimal division is exact here: each unit's small parts are powers of ten of at most six digits.
            *(
                (pl.col(c).cast(pl.Decimal(24, 6)) / scale.cast(pl.Decimal(24, 6))).cast(pl.Decimal(24, 6))
                for c in ("value", "limit_value")
            ),
            direction=pl.col("direction").cast(pl.String),
            item=pl.col("item").cast(pl.String),
            severity=severity_on_day(severe),
            digest=pl.concat_str(
                "first_day",
                "last_day",
                "raised_on",
                "value",
                "limit_value",
                "flow_count",
                "mark",
                separator="|",
                ignore_nulls=True,
            ),
        )
        .drop("mark")
    )


def severity_on_day(severe: Mapping[str, Dated]) -> pl.Expr:
    """The rule's severity on the day on which a hit was raised."""
    chosen = pl.col("severity")
    for name, dated in severe.items():
        for version in dated.versions:
            if version.valid_from > BEGINNING:
                since = (pl.col("rule") == name) & (pl.col("raised_on") >= version.valid_from)
                chosen = pl.when(since).then(pl.lit(version.value)).otherwise(chosen)
    return chosen


def _evidence_marks(evidence: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """Columns hit_id, mark: a sum over the numbers of flows and settlements, well mixed, that tells one set from another.

    The mixing is spelled out because it is kept for years, and no library promises that its own hash stays the same.
    """
    settlement = pl.col("settlement_no").map_elements(_number, return_dtype=pl.UInt64)
    evidence = pl.concat(
        [evidence.select("hit_id", pl.col("flow").cast(pl.UInt64)), settled.select("hit_id", flow=settlement)]
    )
    number = pl.col("flow")
    once = number * 0x9E3779B97F4A7C15
    twice = (once ^ (once // 2**31)) * 0xBF58476D1CE4E5B9
    return evidence.group_by("hit_id").agg(mark=(twice ^ (twice // 2**29)).sum())


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
