"""What is told about a sample: the truth in tables, the bureau's acts, notices and breaches."""

from datetime import timedelta

import polars as pl

from fxwatch.sample.bureau import PROVISIONS, Act, Bureau
from fxwatch.sample.days import Days
from fxwatch.sample.entities import Entities
from fxwatch.sample.misconduct import Truth

# Every so many breaches, the one before is rescinded a month later.
RESCINDED_EVERY = 12


def entity_truth(truth: Truth, entities: Entities, days: Days) -> pl.DataFrame:
    """One row an entity: what drives it, whether it misbehaves, how strongly, from when, and when it stopped."""
    kinds: dict[int, set[str]] = {}
    for episode in truth.episodes:
        if not episode.honest:
            kinds.setdefault(episode.entity, set()).add(episode.kind)
    everybody = range(len(entities))
    return pl.DataFrame(
        {
            "entity_id": entities.key,
            "misbehaves": truth.misbehaves,
            "propensity": truth.propensity.round(6),
            "intensity": truth.intensity.round(6),
            "kinds": [";".join(sorted(kinds.get(e, ()))) for e in everybody],
            "onset": [days.days[truth.onset[e]] if e in truth.onset else None for e in everybody],
            "stopped": [days.days[truth.stopped[e]] if e in truth.stopped else None for e in everybody],
            **{name: values.round(4) for name, values in truth.drivers.items()},
        },
        schema_overrides={"onset": pl.Date, "stopped": pl.Date},
    )


def pattern_truth(
    truth: Truth, entities: Entities, planted: pl.DataFrame, settled: pl.DataFrame, days: Days
) -> pl.DataFrame:
    """One row a planted pattern, with its declarations and settlements; `kind` is the rule that ought to see it."""
    keys = entities.key.to_list()
    told = pl.DataFrame(
        {
            "pattern": [e.pattern for e in truth.episodes],
            "entity_id": [keys[e.entity] for e in truth.episodes],
            "kind": [e.kind for e in truth.episodes],
            "honest": [e.honest for e in truth.episodes],
            "intensity": [round(e.intensity, 6) for e in truth.episodes],
            "ring": [e.ring if e.ring >= 0 else None for e in truth.episodes],
        },
        schema_overrides={"pattern": pl.Int32, "ring": pl.Int32},
    )
    drawn = planted.group_by("pattern", maintain_order=True).agg(
        first_day=pl.col("day").min(),
        last_day=pl.col("day").max(),
        flows=pl.len(),
        amount_usd=pl.col("usd").sum().round(0),
        declarations=pl.col("declaration_no").sort(),
    )
    calendar = pl.Series("day", days.days)
    drawn = drawn.with_columns(
        first_day=calendar.gather(drawn["first_day"]), last_day=calendar.gather(drawn["last_day"])
    )
    told = told.join(drawn, on="pattern", how="left", maintain_order="left")
    told = told.join(settled, on="pattern", how="left", maintain_order="left")
    return told.with_columns(pl.col("settlements").fill_null([]))


def notices(bureau: Bureau, entities: Entities) -> pl.DataFrame:
    """entity_id, day, rule (that ought to see what it is about), why: in the order of their days."""
    return _acts(bureau, entities).filter(pl.col("act") == "notice").select("entity_id", "day", "rule", "why")


def bureau_truth(bureau: Bureau, truth: Truth, entities: Entities) -> pl.DataFrame:
    """Everything the made-up bureau did, with the pattern it was about (empty: nothing) and whether it was right."""
    honest = {e.pattern: e.honest for e in truth.episodes}
    right = pl.Series([not honest.get(a.pattern, True) for a in _in_order(bureau)], dtype=pl.Boolean)
    return _acts(bureau, entities).with_columns(right=right)


def later_acts(bureau: Bureau, entities: Entities, days: Days) -> pl.DataFrame:
    """entity_id, day, label: 1 where a notice or breach followed in the six months after the day.

    The days are the ends of months with six months of the sample before and after them.
    """
    calendar = pl.Series("day", days.days)
    spans = pl.DataFrame({"day": calendar.filter(calendar == calendar.dt.month_end())})
    ends = ((days.first - timedelta(days=1), 6), (days.last, -6))
    first, last = (pl.Series([d]).dt.offset_by(f"{n}mo")[0] for d, n in ends)
    spans = spans.filter(pl.col("day").is_between(first, last))
    acted = _acts(bureau, entities).select("entity_id", acted_on="day").join(spans, how="cross")
    until = pl.col("day").dt.offset_by("6mo")
    positive = acted.filter((pl.col("acted_on") > pl.col("day")) & (pl.col("acted_on") <= until))
    known = positive.select("entity_id", "day").unique().with_columns(label=pl.lit(1, pl.Int8))
    grid = pl.DataFrame({"entity_id": entities.key}).join(spans, how="cross")
    return grid.join(known, on=["entity_id", "day"], how="left", maintain_order="left").with_columns(
        pl.col("label").fill_null(0)
    )


def breaches(bureau: Bureau, entities: Entities) -> pl.DataFrame:
    """Rows of a breaches file: records, and a few rescissions."""
    rows = []
    found = _acts(bureau, entities).filter(pl.col("act") == "breach")
    for n, act in enumerate(found.iter_rows(named=True)):
        provision, description = PROVISIONS[n % len(PROVISIONS)]
        row = {
            "breach_no": f"W{act['day'].year}-{n + 1:05d}",
            "action": "A",
            "entity_id": act["entity_id"],
            "day": act["day"].isoformat(),
            "provision": provision,
            "description": f"{description}; {act['why']}",
            "reference": f"津汇检罚〔{act['day'].year}〕{n + 1}号",
        }
        rows.append(row)
        if n % RESCINDED_EVERY == RESCINDED_EVERY - 1:
            rows.append(
                {
                    **row,
                    "action": "D",
                    "day": (act["day"] + timedelta(days=30)).isoformat(),
                    "description": "经复议撤销 rescinded on review",
                }
            )
    columns = ("breach_no", "action", "entity_id", "day", "provision", "description", "reference")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))


def _in_order(bureau: Bureau) -> list[Act]:
    return sorted(bureau.acts, key=lambda a: (a.day, a.entity, a.act, a.pattern))


def _acts(bureau: Bureau, entities: Entities) -> pl.DataFrame:
    keys = entities.key.to_list()
    rows = [
        (a.act, keys[a.entity], a.day, a.pattern if a.pattern >= 0 else None, a.rule, a.why) for a in _in_order(bureau)
    ]
    schema = {"act": pl.String, "entity_id": pl.String, "day": pl.Date, "pattern": pl.Int32, "rule": pl.String, "why": pl.String}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
