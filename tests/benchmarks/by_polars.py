"""Plain Polars, as most would write it: scan the Parquet files, group, join, window; columns as they come."""

from pathlib import Path

import polars as pl

from tests.benchmarks.answers import ALL, Answers
from tests.benchmarks.by_sql import ITEMS
from tests.benchmarks.ground import YEAR
from tests.benchmarks.plain_sql import CUT, LIMIT_DAY, LIMIT_TRANSPORT, MIN_DAYS
from tests.benchmarks.watch import Watch

KEY = {
    "large_transport_transfer": ["declaration"],
    "large_daily_total": ["entity", "direction", "first_day"],
    "consecutive_days": ["entity", "item", "first_day"],
}
LINE = ["direction", "item"]


class Side:
    def __init__(self, ground: Path) -> None:
        self.ground = ground
        self.out = ground / "polars-out"
        self.out.mkdir(exist_ok=True)

    def hits(self, watch: Watch) -> Answers:
        flows, found = self._find(watch)
        return {name: watch.time("texts", lambda name=name: _with_texts(name, flows, found[name])) for name in found}

    def whole(self, watch: Watch) -> Answers:
        flows, found = self._find(watch)
        for name, hits in found.items():
            behind = watch.time("flows behind hits", lambda name=name, hits=hits: _behind(name, flows, hits))
            behind = behind.select(*KEY[name], "flow")
            watch.time("publish", lambda name=name, hits=hits: hits.write_parquet(self.out / f"{name}.parquet"))
            watch.time("publish", lambda name=name, rows=behind: rows.write_parquet(self.out / f"{name}_flows.parquet"))
        sums, channels = watch.time("sums", lambda: _sums(flows))
        watch.time("publish", lambda: sums.write_parquet(self.out / "sums.parquet"))
        watch.time("publish", lambda: channels.write_parquet(self.out / "channels.parquet"))
        return watch.time("monitors", lambda: monitors(sums, channels))

    def _find(self, watch: Watch) -> tuple[pl.DataFrame, Answers]:
        flows = watch.time("read", lambda: pl.read_parquet(self.ground / "flows" / "*.parquet"))
        calendar = pl.read_parquet(self.ground / "calendar.parquet")
        people = pl.read_parquet(self.ground / "people.parquet")
        rules = {
            "large_transport_transfer": lambda: _transport(flows),
            "large_daily_total": lambda: _daily(flows),
            "consecutive_days": lambda: _streaks(flows, calendar, people),
        }
        return flows, {name: watch.time(name, rule) for name, rule in rules.items()}


def _transport(flows: pl.DataFrame) -> pl.DataFrame:
    sums = flows.lazy().filter(pl.col("item") == 0).group_by("declaration")
    told = sums.agg(
        pl.col("entity", "direction").first(), first_day=pl.col("day").first(), value=pl.col("amount_usd").sum()
    )
    return told.filter(pl.col("value") > LIMIT_TRANSPORT).collect()


def _daily(flows: pl.DataFrame) -> pl.DataFrame:
    sums = flows.lazy().filter(pl.col("item") != 0).group_by("entity", "direction", first_day="day")
    return sums.agg(value=pl.col("amount_usd").sum()).filter(pl.col("value") > LIMIT_DAY).collect()


def _streaks(flows: pl.DataFrame, calendar: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    key = ["entity", "item"]
    upto = pl.col("is_workday").cast(pl.Int32).cum_sum()
    days = calendar.select("day", upto=upto, before=upto - pl.col("is_workday").cast(pl.Int32))
    watched = flows.lazy().join(people.lazy().filter("transport_enterprise"), on="entity", how="anti")
    active = watched.select(*key, "day").unique().join(days.lazy(), on="day").sort(*key, "day")
    begins = (pl.col("before") != pl.col("upto").shift(1).over(key)).fill_null(value=True)
    islands = active.with_columns(island=begins.cast(pl.Int32).cum_sum().over(key))
    placed = islands.with_columns(place=pl.int_range(pl.len()).over(*key, "island"))
    pieces = placed.group_by(*key, "island", piece=pl.col("place") // CUT)
    found = pieces.agg(
        first_day=pl.col("day").min(),
        last_day=pl.col("day").max(),
        raised_on=pl.col("day").filter(pl.col("place") % CUT == MIN_DAYS - 1).max(),
        value=pl.len(),
    )
    return found.filter(pl.col("value") >= MIN_DAYS).drop("island", "piece").collect()


def _behind(name: str, flows: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    """The hits' columns beside each flow behind them."""
    rows = flows.lazy().select("declaration", "entity", "direction", "item", "day", "flow", "declaration_no", "leg")
    if name == "large_transport_transfer":
        legs = rows.filter(pl.col("item") == 0).select("declaration", "flow", "declaration_no", "leg")
        return legs.join(hits.lazy(), on="declaration").collect()
    if name == "large_daily_total":
        others = rows.filter(pl.col("item") != 0).rename({"day": "first_day"})
        return others.join(hits.lazy(), on=KEY[name]).collect()
    inside = pl.col("day").is_between("first_day", "last_day")
    return rows.join(hits.lazy(), on=["entity", "item"]).filter(inside).collect()


def _with_texts(name: str, flows: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    text = pl.concat_str("declaration_no", pl.lit("/"), pl.col("leg").cast(pl.String))
    behind = _behind(name, flows, hits).select(*KEY[name], flow_id=text)
    return hits.join(behind.group_by(KEY[name]).agg(flow_ids=pl.col("flow_id").sort()), on=KEY[name])


def _sums(flows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    month = pl.col("day").dt.truncate("1mo").alias("month")
    amount = pl.col("amount_usd").sum().alias("amount")
    settled = pl.col("settled_usd").sum().alias("settled")
    sums = flows.group_by(month, "entity", *LINE).agg(amount, settled, flows=pl.len())
    return sums, flows.group_by(month, *LINE, "economy").agg(amount)


def monitors(sums: pl.DataFrame, channels: pl.DataFrame) -> Answers:
    amount, this = pl.col("amount"), pl.col("month") >= YEAR
    year = sums.filter(this)
    entities = year.group_by(*LINE, "entity").agg(pl.col("amount", "flows").sum())
    items = entities.group_by(LINE).agg(pl.col("amount", "flows").sum(), entities=pl.len())
    lines = _with_all(sums.group_by("month", *LINE).agg(amount.sum()), ["month", "direction"])
    trends = _trends(lines, year)
    economies = channels.filter(this, pl.col("economy").is_not_null()).group_by(*LINE, "economy").agg(amount.sum())
    held = [
        _concentration(_with_all(entities.select(*LINE, "entity", "amount"), ["direction", "entity"]), "entity"),
        _concentration(_with_all(economies, ["direction", "economy"]), "economy"),
    ]
    came, went = pl.col("direction") == 0, pl.col("direction") == 1
    return {
        "top_items": _first(items, ["direction"], 3, "amount", "item"),
        "top_entities": _first(entities, LINE, 10, "amount", "entity"),
        "trends": trends,
        "surges": _surges(sums, trends),
        "concentration": pl.concat(held),
        "balance": year.group_by("month").agg(
            receipts=amount.filter(came).sum(),
            payments=amount.filter(went).sum(),
            settled=pl.col("settled").filter(came).sum(),
            purchased=pl.col("settled").filter(went).sum(),
        ),
    }


def _with_all(frame: pl.DataFrame, apart: list[str]) -> pl.DataFrame:
    every = frame.group_by(apart).agg(pl.col("amount").sum()).with_columns(item=pl.lit(ALL, frame.schema["item"]))
    return pl.concat([frame, every.select(frame.columns)])


def _first(frame: pl.DataFrame, apart: list[str], count: int, by: str, ties: str) -> pl.DataFrame:
    ordered = frame.sort(*apart, by, ties, descending=[*(False for _ in apart), True, False])
    return ordered.with_columns(rank=pl.int_range(1, pl.len() + 1).over(apart)).filter(pl.col("rank") <= count)


def _trends(lines: pl.DataFrame, year: pl.DataFrame) -> pl.DataFrame:
    items = pl.DataFrame({"item": [*range(ITEMS), ALL]}, schema={"item": year.schema["item"]})
    grid = year.select("month").unique().join(year.select("direction").unique(), how="cross").join(items, how="cross")
    key = ["month", *LINE]
    rows = grid.join(lines, on=key, how="left")
    for name, months in (("previous", 1), ("same_last_year", 12)):
        base = lines.with_columns(pl.col("month").dt.offset_by(f"{months}mo")).rename({"amount": name})
        rows = rows.join(base, on=key, how="left")
    return rows.with_columns(pl.col("amount", "previous", "same_last_year").fill_null(0))


def _concentration(holders: pl.DataFrame, over: str) -> pl.DataFrame:
    amount, total = pl.col("amount"), pl.col("amount").sum()
    return holders.group_by(LINE).agg(
        over=pl.lit(over),
        top3=amount.top_k(3).sum() / total,
        top10=amount.top_k(10).sum() / total,
        hhi=(amount / total).pow(2).sum(),
    )


def _surges(sums: pl.DataFrame, trends: pl.DataFrame) -> pl.DataFrame:
    bases = []
    for basis, name, months in (("mom", "previous", 1), ("yoy", "same_last_year", 12)):
        total = pl.col(name).filter(pl.col("item") == ALL).first().over("direction", "month")
        bases.append(
            trends.select(
                *("direction", "item", "month"),
                basis=pl.lit(basis),
                base_month=pl.col("month").dt.offset_by(f"-{months}mo"),
                change=pl.col("amount") - pl.col(name),
                base=pl.col(name),
                total=total,
            )
        )
    change, base = pl.col("change"), pl.col("base")
    sharp = (base > 0) & (change != 0) & (change.abs() * 2 >= base) & (change.abs() * 100 >= pl.col("total"))
    found = pl.concat(bases).filter(sharp, pl.col("item") != ALL)
    money = sums.select("month", *LINE, "entity", "amount")
    after = found.join(money, on=["month", *LINE])
    before = found.join(money.rename({"month": "base_month"}), on=["base_month", *LINE])
    columns = [*LINE, "month", "basis", "change", "entity", "amount"]
    moves = pl.concat([after.select(columns), before.select(columns).with_columns(-pl.col("amount"))])
    moved = moves.group_by(columns[:-1]).agg(contribution=pl.col("amount").sum())
    same = moved.filter(pl.col("contribution").sign() == change.sign()).with_columns(size=pl.col("contribution").abs())
    return _first(same, [*LINE, "month", "basis"], 10, "size", "entity")
