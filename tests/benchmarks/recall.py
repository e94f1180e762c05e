"""What the rules see of what was planted: recall by rule, and hits for 1,000 months of an entity.

An invented sample is loaded into a home of its own and run. A planted pattern is found where a hit of the rule that ought to
see it, on its entity, shares a declaration or a settlement with it. Patterns that the honest show for good reasons are counted
apart: they are to be found as well, and reviewed. A pattern is planted only where the loaded months before it are enough for its rule.
"""

import tempfile
from pathlib import Path

import polars as pl

import fxwatch
from fxwatch.home import make_home
from fxwatch.rulebook import rules
from fxwatch.sample import Sample, invent
from fxwatch.sample.files import write
from fxwatch.session import Session


def measure(flows: int, seed: int = 20261031, months: int = 36) -> pl.DataFrame:
    """Print and return the table: rule, planted, found, recall, honest, found_honest, hits, per_1000_entity_months."""
    with tempfile.TemporaryDirectory() as folder:
        sample = invent(flows, seed, months=months)
        home = loaded(sample, Path(folder))
        found = told(sample.truth["patterns"], home.hits(with_flows=True), len(sample.entities) * months)
    print(f"{flows:,} flows of {len(sample.entities):,} entities, {months} months.")
    with pl.Config(
        tbl_rows=-1, tbl_cols=-1, tbl_width_chars=140, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True
    ):
        print(found)
    return found


def loaded(sample: Sample, folder: Path) -> Session:
    """A home in which all that rules look at is loaded, after a run."""
    written = write(sample, folder / "sample")
    made = make_home(folder / "home", simulation=True)
    made.change_setting("today", str(sample.last_day))
    home = fxwatch.open(str(folder / "home"))
    for kind, paths in (
        ("entities", [written.entities]),
        ("flows", written.flows),
        ("settlements", [written.settlements]),
        ("filings", [written.filings]),
        ("breaches", [written.breaches]),
    ):
        for path in paths:
            home.load(kind, path)
    home.run()
    return home


def told(patterns: pl.DataFrame, hits: pl.DataFrame, entity_months: int) -> pl.DataFrame:
    """The table from what was planted (pattern, entity_id, kind, honest, declarations, settlements) and what was hit (rule, entity_id, flow_ids)."""
    seen = hits.select("rule", "entity_id", declaration="flow_ids").explode("declaration")
    seen = seen.with_columns(pl.col("declaration").str.split("/").list.first()).unique()
    settlements = pl.col("settlements").list.eval("settlement:" + pl.element())
    planted = patterns.select(
        "pattern", "entity_id", "honest", rule="kind", declaration=pl.col("declarations").list.concat(settlements)
    ).explode("declaration")
    met = planted.join(seen, on=["rule", "entity_id", "declaration"], how="semi").select("pattern").unique()
    marked = patterns.with_columns(met=pl.col("pattern").is_in(met["pattern"].implode()))
    by_rule = marked.group_by(rule="kind").agg(
        planted=(~pl.col("honest")).sum(),
        found=(pl.col("met") & ~pl.col("honest")).sum(),
        honest=pl.col("honest").sum(),
        found_honest=(pl.col("met") & pl.col("honest")).sum(),
    )
    counts = hits.group_by("rule").agg(hits=pl.len())
    every = (
        pl.DataFrame({"rule": sorted(rules())}).join(by_rule, on="rule", how="left").join(counts, on="rule", how="left")
    )
    return every.with_columns(pl.exclude("rule").fill_null(0)).select(
        "rule",
        "planted",
        "found",
        (pl.col("found") / pl.col("planted")).fill_nan(None).round(3).alias("recall"),
        "honest",
        "found_honest",
        "hits",
        (pl.col("hits") * 1000 / entity_months).round(3).alias("per_1000_entity_months"),
    )
