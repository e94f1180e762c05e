"""What the rules found and what the bureau did about it, as both were known on a day."""

from datetime import date, timedelta

import polars as pl

from fxwatch.risk.catalogue import BY_RULE
from fxwatch.risk.trade import QUARTER, YEAR

# A rule fires rarely where it found something at no more than this part of those who traded.
RARE = 0.02


def record(hits: pl.DataFrame, decisions: pl.DataFrame, acts: pl.DataFrame, day: date, traders: int) -> pl.DataFrame:
    """Hits, notices, breaches and dismissals: one row an entity that has any. `traders`: how many traded in the year."""
    found = _hits(hits, decisions, day)
    late = hits.filter((pl.col("known_on") <= day) & (pl.col("raised_on") > day - timedelta(days=2 * QUARTER)))
    for part in (_by_rule(late), _of_rare_rules(late, traders), _acts(acts, day), _dismissed(decisions, day)):
        found = found.join(part, on="entity", how="full", coalesce=True)
    return found


def _hits(hits: pl.DataFrame, decisions: pl.DataFrame, day: date) -> pl.DataFrame:
    newest = decisions.filter(pl.col("day") <= day).group_by("hit_id").agg(pl.col("decision").last())
    known = hits.filter(pl.col("known_on") <= day).join(newest, on="hit_id", how="left")
    raised = pl.col("raised_on")
    in_year = raised > day - timedelta(days=YEAR)
    return known.group_by("entity").agg(
        open_hits=(in_year & pl.col("decision").fill_null("open").eq("open")).sum(),
        hits_12m=in_year.sum(),
        hits_3m=(raised > day - timedelta(days=QUARTER)).sum(),
        rules_hit_12m=pl.col("rule").filter(in_year).n_unique(),
    )


def _by_rule(late: pl.DataFrame) -> pl.DataFrame:
    counts = late.group_by("entity", pl.concat_str(pl.lit(BY_RULE), "rule").alias("name")).len()
    if counts.is_empty():
        return counts.select("entity")
    return counts.pivot("name", index="entity", values="len")


def _of_rare_rules(late: pl.DataFrame, traders: int) -> pl.DataFrame:
    """What rules that seldom fire found, whichever they are: so one that never fired while models learned still speaks."""
    found_at = pl.col("entity").n_unique().over("rule")
    rare = late.filter(found_at <= RARE * traders)
    return rare.group_by("entity").agg(rare_rules_6m=pl.col("rule").n_unique(), rare_hits_6m=pl.len())


def _acts(acts: pl.DataFrame, day: date) -> pl.DataFrame:
    stood = acts.filter((pl.col("known_on") <= day) & (pl.col("ended_on").is_null() | (pl.col("ended_on") > day)))
    is_notice = pl.col("kind") == "notice"
    two_years = (pl.col("day") > day - timedelta(days=2 * YEAR)) & (pl.col("day") <= day)
    year = (pl.col("day") > day - timedelta(days=YEAR)) & (pl.col("day") <= day)
    return stood.group_by("entity").agg(
        notices_24m=(is_notice & two_years).sum(),
        notices_6m=(is_notice & two_years & (pl.col("day") > day - timedelta(days=2 * QUARTER))).sum(),
        breaches_24m=(~is_notice & two_years).sum(),
        # What last year's grade rests on: no features, but the baseline that models are measured against.
        notices_12m=(is_notice & year).sum(),
        breaches_12m=(~is_notice & year).sum(),
    )


def _dismissed(decisions: pl.DataFrame, day: date) -> pl.DataFrame:
    since = day - timedelta(days=2 * YEAR)
    known = decisions.filter(pl.col("day") <= day).group_by("hit_id", "entity").agg(pl.all().last())
    fits = (pl.col("decision") == "dismissed") & (pl.col("day") > since)
    return known.filter(fits).group_by("entity").agg(dismissed_24m=pl.len())
