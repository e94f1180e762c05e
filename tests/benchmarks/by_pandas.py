"""pandas, as an analyst's notebook has it, vectorised throughout: Parquet in, group, merge, shift."""

from pathlib import Path
from typing import Any

import polars as pl

from tests.benchmarks.answers import ALL, Answers
from tests.benchmarks.by_polars import KEY, LINE
from tests.benchmarks.by_sql import ITEMS
from tests.benchmarks.ground import YEAR
from tests.benchmarks.plain_sql import CUT, LIMIT_DAY, LIMIT_TRANSPORT, MIN_DAYS
from tests.benchmarks.watch import Watch

DAYS = ("day", "first_day", "last_day", "raised_on", "month")


class Side:
    def __init__(self, ground: Path) -> None:
        self.ground = ground
        self.out = ground / "pandas-out"
        self.out.mkdir(exist_ok=True)

    def hits(self, watch: Watch) -> Answers:
        flows, found = self._find(watch)
        told = {name: watch.time("texts", lambda name=name: _with_texts(name, flows, found[name])) for name in found}
        return {name: _as_polars(frame) for name, frame in told.items()}

    def whole(self, watch: Watch) -> Answers:
        flows, found = self._find(watch)
        for name, hits in found.items():
            behind = watch.time("flows behind hits", lambda name=name, hits=hits: _behind(name, flows, hits))
            behind = behind[[*KEY[name], "flow"]]
            watch.time("publish", lambda name=name, hits=hits: hits.to_parquet(self.out / f"{name}.parquet"))
            watch.time("publish", lambda name=name, rows=behind: rows.to_parquet(self.out / f"{name}_flows.parquet"))
        sums, channels = watch.time("sums", lambda: _sums(flows))
        watch.time("publish", lambda: sums.to_parquet(self.out / "sums.parquet"))
        watch.time("publish", lambda: channels.to_parquet(self.out / "channels.parquet"))
        made = watch.time("monitors", lambda: _monitors(sums, channels))
        return {name: _as_polars(frame) for name, frame in made.items()}

    def _find(self, watch: Watch) -> tuple[Any, dict[str, Any]]:
        flows = watch.time("read", lambda: _read(self.ground / "flows"))
        calendar, people = (_read(self.ground / f"{name}.parquet") for name in ("calendar", "people"))
        rules = {
            "large_transport_transfer": lambda: _transport(flows),
            "large_daily_total": lambda: _daily(flows),
            "consecutive_days": lambda: _streaks(flows, calendar, people),
        }
        return flows, {name: watch.time(name, rule) for name, rule in rules.items()}


def _read(path: Path) -> Any:
    import pandas as pd

    frame = pd.read_parquet(path)
    if "day" in frame.columns:
        frame["day"] = pd.to_datetime(frame["day"])
    return frame


def _as_polars(frame: Any) -> pl.DataFrame:
    import pyarrow as pa

    found = pl.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))
    assert isinstance(found, pl.DataFrame)
    return found.with_columns(pl.col(name).cast(pl.Date) for name in DAYS if name in found.columns)


def _transport(flows: Any) -> Any:
    legs = flows[flows["item"] == 0]
    sums = legs.groupby("declaration", sort=False).agg(
        entity=("entity", "first"),
        direction=("direction", "first"),
        first_day=("day", "first"),
        value=("amount_usd", "sum"),
    )
    return sums[sums["value"] > LIMIT_TRANSPORT].reset_index()


def _daily(flows: Any) -> Any:
    others = flows[flows["item"] != 0]
    sums = others.groupby(["entity", "direction", "day"], sort=False)["amount_usd"].sum()
    return sums[sums > LIMIT_DAY].rename("value").reset_index().rename(columns={"day": "first_day"})


def _streaks(flows: Any, calendar: Any, people: Any) -> Any:
    key = ["entity", "item"]
    days = calendar.sort_values("day")
    days = days.assign(upto=days["is_workday"].astype("int64").cumsum())
    days["before"] = days["upto"] - days["is_workday"].astype("int64")
    excepted = people.loc[people["transport_enterprise"], "entity"]
    watched = flows.loc[~flows["entity"].isin(excepted), [*key, "day"]]
    active = watched.drop_duplicates().merge(days[["day", "upto", "before"]], on="day").sort_values([*key, "day"])
    begins = active["before"] != active.groupby(key, sort=False)["upto"].shift()
    active["island"] = begins.cumsum()
    active["place"] = active.groupby("island", sort=False).cumcount()
    active["piece"] = active["place"] // CUT
    active["raised_on"] = active["day"].where(active["place"] % CUT == MIN_DAYS - 1)
    found = active.groupby(["island", "piece"], sort=False).agg(
        entity=("entity", "first"),
        item=("item", "first"),
        first_day=("day", "min"),
        last_day=("day", "max"),
        raised_on=("raised_on", "max"),
        value=("day", "size"),
    )
    return found[found["value"] >= MIN_DAYS].reset_index(drop=True)


def _behind(name: str, flows: Any, hits: Any) -> Any:
    ids = ["flow", "declaration_no", "leg"]
    if name == "large_transport_transfer":
        legs = flows.loc[(flows["item"] == 0) & flows["declaration"].isin(hits["declaration"]), ["declaration", *ids]]
        return legs.merge(hits, on="declaration")
    if name == "large_daily_total":
        few = flows[(flows["item"] != 0) & flows["entity"].isin(hits["entity"])]
        return few.rename(columns={"day": "first_day"})[[*KEY[name], *ids]].merge(hits, on=KEY[name])
    few = flows.loc[flows["entity"].isin(hits["entity"]), ["entity", "item", "day", *ids]]
    rows = few.merge(hits, on=["entity", "item"])
    return rows[(rows["day"] >= rows["first_day"]) & (rows["day"] <= rows["last_day"])]


def _with_texts(name: str, flows: Any, hits: Any) -> Any:
    behind = _behind(name, flows, hits)
    behind = behind.assign(flow_id=behind["declaration_no"] + "/" + behind["leg"].astype(str))
    texts = behind.sort_values("flow_id").groupby(KEY[name], sort=False)["flow_id"].agg(list)
    return hits.merge(texts.rename("flow_ids").reset_index(), on=KEY[name])


def _sums(flows: Any) -> tuple[Any, Any]:
    month = flows["day"].dt.to_period("M").dt.to_timestamp().rename("month")
    sums = flows.groupby([month, "entity", *LINE], sort=False).agg(
        amount=("amount_usd", "sum"), flows=("amount_usd", "size"), settled=("settled_usd", "sum")
    )
    channels = flows.groupby([month, *LINE, "economy"], sort=False).agg(amount=("amount_usd", "sum"))
    return sums.reset_index(), channels.reset_index()


def _monitors(sums: Any, channels: Any) -> dict[str, Any]:
    import pandas as pd

    this = pd.Timestamp(YEAR)
    year = sums[sums["month"] >= this]
    entities = year.groupby([*LINE, "entity"], as_index=False)[["amount", "flows"]].sum()
    items = entities.groupby(LINE, as_index=False).agg(
        amount=("amount", "sum"), flows=("flows", "sum"), entities=("entity", "size")
    )
    lines = _with_all(sums.groupby(["month", *LINE], as_index=False)["amount"].sum(), ["month", "direction"])
    trends = _trends(lines, year)
    economies = channels[channels["month"] >= this].groupby([*LINE, "economy"], as_index=False)["amount"].sum()
    held = [
        _concentration(_with_all(entities[[*LINE, "entity", "amount"]], ["direction", "entity"]), "entity"),
        _concentration(_with_all(economies, ["direction", "economy"]), "economy"),
    ]
    sides = year.groupby(["month", "direction"])[["amount", "settled"]].sum().unstack(fill_value=0)
    balance = pd.DataFrame(
        {
            "receipts": sides[("amount", 0)],
            "payments": sides[("amount", 1)],
            "settled": sides[("settled", 0)],
            "purchased": sides[("settled", 1)],
        }
    )
    return {
        "top_items": _first(items, ["direction"], 3, "amount", "item"),
        "top_entities": _first(entities, LINE, 10, "amount", "entity"),
        "trends": trends,
        "surges": _surges(sums, trends),
        "concentration": pd.concat(held),
        "balance": balance.reset_index(),
    }


def _with_all(frame: Any, apart: list[str]) -> Any:
    import pandas as pd

    every = frame.groupby(apart, as_index=False)["amount"].sum().assign(item=ALL)
    return pd.concat([frame, every[frame.columns]])


def _first(frame: Any, apart: list[str], count: int, by: str, ties: str) -> Any:
    ordered = frame.sort_values([*apart, by, ties], ascending=[*(True for _ in apart), False, True])
    ordered = ordered.assign(rank=ordered.groupby(apart).cumcount() + 1)
    return ordered[ordered["rank"] <= count]


def _trends(lines: Any, year: Any) -> Any:
    import pandas as pd

    months, ways = year["month"].unique(), year["direction"].unique()
    index = pd.MultiIndex.from_product([months, ways, [*range(ITEMS), ALL]], names=["month", *LINE])
    rows = index.to_frame(index=False).merge(lines, on=["month", *LINE], how="left")
    for name, months_back in (("previous", 1), ("same_last_year", 12)):
        base = lines.assign(month=lines["month"] + pd.DateOffset(months=months_back)).rename(columns={"amount": name})
        rows = rows.merge(base, on=["month", *LINE], how="left")
    money = ["amount", "previous", "same_last_year"]
    rows[money] = rows[money].fillna(0).astype("int64")
    return rows


def _concentration(holders: Any, over: str) -> Any:
    ordered = holders.sort_values("amount", ascending=False)
    by = ordered.groupby(LINE)
    ordered = ordered.assign(place=by.cumcount(), share=ordered["amount"] / by["amount"].transform("sum"))
    ordered = ordered.assign(
        top3=ordered["share"].where(ordered["place"] < 3, 0.0),
        top10=ordered["share"].where(ordered["place"] < 10, 0.0),
        hhi=ordered["share"] ** 2,
    )
    return ordered.groupby(LINE, as_index=False)[["top3", "top10", "hhi"]].sum().assign(over=over)


def _surges(sums: Any, trends: Any) -> Any:
    import pandas as pd

    totals = trends.loc[trends["item"] == ALL, ["direction", "month", "previous", "same_last_year"]]
    rows = trends.merge(totals, on=["direction", "month"], suffixes=("", "_total"))
    bases = []
    for basis, name, months in (("mom", "previous", 1), ("yoy", "same_last_year", 12)):
        change = rows["amount"] - rows[name]
        sharp = (rows[name] > 0) & (change != 0) & (change.abs() * 2 >= rows[name]) & (rows["item"] != ALL)
        sharp &= change.abs() * 100 >= rows[f"{name}_total"]
        part = rows[[*LINE, "month"]].assign(
            basis=basis, change=change, base_month=rows["month"] - pd.DateOffset(months=months)
        )
        bases.append(part[sharp])
    found = pd.concat(bases)
    money = sums[["month", *LINE, "entity", "amount"]]
    after = found.merge(money, on=["month", *LINE])
    before = found.merge(money.rename(columns={"month": "base_month"}), on=["base_month", *LINE])
    moves = pd.concat([after, before.assign(amount=-before["amount"])])
    moved = moves.groupby([*LINE, "month", "basis", "change", "entity"], as_index=False)["amount"].sum()
    moved = moved.rename(columns={"amount": "contribution"})
    same = moved[(moved["contribution"] != 0) & ((moved["contribution"] > 0) == (moved["change"] > 0))]
    return _first(same.assign(size=same["contribution"].abs()), [*LINE, "month", "basis"], 10, "size", "entity")
