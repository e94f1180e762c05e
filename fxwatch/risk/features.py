"""One entity, one as-of day, one row: what could be known of it on that day, and nothing that came later.

A flow counts from the day on which it was known, in the version that stood then; a hit from the day on which its flows were;
a notice, a breach, a dismissal from the day of the act. `catalogue` says what each column means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from fxwatch.facts import facts
from fxwatch.risk import catalogue, partners, record, shapes, trade

HISTORY_DAYS = 730  # how far back anything is looked at
UNKNOWN_INDUSTRY = -1
BESIDE = ("notices_12m", "breaches_12m")  # what last year's grade rests on


@dataclass(frozen=True)
class Known:
    """Everything that features are made from, with the days between which it was known.

    Attributes:
        flows: as `warehouse.known.known_flows` hands them over: every version, with known_on and gone_on.
        entities: entity (number), industry, registered_on, investor_economies, known_on, gone_on; a row for each version of
            an entry of the roll. What was first said of an entity has no known_on: it is taken to have been so before.
        hits: hit_id, rule, entity, raised_on, known_on.
        decisions: hit_id, entity, decision (`noticed`, `dismissed`, `open`), day; every one ever made.
        acts: entity, kind (`notice`, `breach`), day, known_on, ended_on (null while it stands).
        calendar: day, is_workday.
    """

    flows: pl.DataFrame
    entities: pl.DataFrame
    hits: pl.DataFrame
    decisions: pl.DataFrame
    acts: pl.DataFrame
    calendar: pl.DataFrame


def features(known: Known, days: Sequence[date]) -> pl.DataFrame:
    """The features of every entity on each of some days.

    Returns:
        entity, as_of, then the columns of `catalogue.names()` as Float64, in their order, and `BESIDE` them; a row for each
        entity and day, null where there is nothing to measure.
    """
    if not days:
        schema = {"entity": pl.Int32, "as_of": pl.Date} | dict.fromkeys((*catalogue.names(), *BESIDE), pl.Float64)
        return pl.DataFrame(schema=schema)
    return pl.concat([_on(known, day) for day in sorted(set(days))])


def _on(known: Known, day: date) -> pl.DataFrame:
    flows = known.flows.lazy().filter(
        (pl.col("day") <= day)
        & (pl.col("day") > day - timedelta(days=HISTORY_DAYS))
        & (pl.col("known_on") <= day)
        & (pl.col("gone_on").is_null() | (pl.col("gone_on") > day))
    )
    seen = flows.collect()
    entities = known.entities.filter(
        (pl.col("known_on").is_null() | (pl.col("known_on") <= day))
        & (pl.col("gone_on").is_null() | (pl.col("gone_on") > day))
    ).unique("entity", keep="last", maintain_order=True)
    traded = trade.trade(seen, day)
    parts = [
        traded,
        partners.partners(seen, entities, day),
        shapes.shapes(seen, known.calendar, day),
        record.record(known.hits, known.decisions, known.acts, day, traded.height),
    ]
    rows = _who(entities, day)
    for part in parts:
        rows = rows.join(part, on="entity", how="left")
    usd = pl.col("turnover_usd_12m")
    rows = rows.with_columns(
        young_usd_12m=pl.when(pl.col("age_years") <= 1).then(usd).otherwise(pl.when(usd.is_not_null()).then(0.0)),
    )
    counted = [f.name for f in catalogue.catalogue() if f.name in _NONE_IS_ZERO or f.name.startswith(catalogue.BY_RULE)]
    missing = [pl.lit(0.0).alias(n) for n in catalogue.names() if n not in rows.columns]
    return rows.with_columns(missing).select(
        pl.col("entity").cast(pl.Int32),
        pl.lit(day).alias("as_of"),
        *(
            pl.col(n).cast(pl.Float64).fill_null(0.0) if n in counted else pl.col(n).cast(pl.Float64).fill_nan(None)
            for n in catalogue.names()
        ),
        *(pl.col(n).cast(pl.Float64).fill_null(0.0) for n in BESIDE),
    )


# What is nothing where there is no row: sums and counts. Shares and ratios of nothing stay empty.
_NONE_IS_ZERO = {
    *("turnover_usd_12m", "turnover_usd_3m", "flows_12m", "jump_usd_3m", "items_12m", "new_item_usd_3m", "vague_flows_12m"),
    *("economies_12m", "new_economies_3m", "rare_economy_usd_12m", "related_usd_3m", "counterparties_12m", "new_payee_usd_3m"),
    *("new_payees_in_a_week_3m", "near_limit_12m", "near_limit_3m", "splits_12m", "splits_3m", "joint_payers_12m", "joint_payers_3m", "there_and_back_usd_12m"),
    *("there_and_back_usd_3m", "passed_through_usd_12m", "passed_through_usd_3m", "paid_twice_12m", "refunds_12m"),
    *("refund_usd_3m", "unmatched_refund_usd_12m", "longest_run_12m", "young_usd_12m", "open_hits", "hits_12m", "hits_3m"),
    *("rare_rules_6m", "rare_hits_6m", "rules_hit_12m", "notices_24m", "notices_6m", "breaches_24m", "dismissed_24m", "is_foreign_owned", "silence_days"),
}  # fmt: skip


def _who(entities: pl.DataFrame, day: date) -> pl.DataFrame:
    registered = pl.when(pl.col("registered_on") <= day).then(pl.col("registered_on"))
    return entities.select(
        "entity",
        age_years=(pl.lit(day) - registered).dt.total_days() / 365.25,
        industry=section_number(pl.col("industry")).cast(pl.Float64),
        is_foreign_owned=(pl.col("investor_economies").fill_null("") != "").cast(pl.Float64),
    )


def section_number(industry: pl.Expr) -> pl.Expr:
    """The section of an industry (a letter, or two to four digits) as a number, A being 0; -1 where it is not known."""
    divisions = {
        f"{n:02d}": ord(row["section"]) - ord("A")
        for row in facts("industries.csv")
        for n in range(int(row["first_division"]), int(row["last_division"]) + 1)
    }
    letters = {row["section"]: ord(row["section"]) - ord("A") for row in facts("industries.csv")}
    first_two = industry.fill_null("").str.slice(0, 2)
    return first_two.replace_strict({**divisions, **letters}, default=UNKNOWN_INDUSTRY, return_dtype=pl.Int32)
