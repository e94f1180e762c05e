"""pass_through: large receipts and nearly as large payments within a few working days."""

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from fxwatch.episodes import Counted, Tested, active_days, episodes, keyed, places, quiet_after, sums_of_windows
from fxwatch.keys import BLOCK_DAYS, block_of, is_one_of, totals_above
from fxwatch.rule import EarlyWarning, finding, param
from fxwatch.totals import IS_REFUND, portion
from fxwatch.windows import Windows, dates, not_covered, numbers


@dataclass(frozen=True, kw_only=True)
class PassThrough(EarlyWarning):
    """Within a few working days an entity receives and pays large sums that are nearly alike, from some and to others.

    Why it matters: an account through which money only passes belongs to somebody else.
    Leaves out: transport enterprises; refunds; windows in which one counterparty stands on both sides (`round_trip` sees it).
    Flows without a counterparty count, since they name nobody on both sides.
    Expected to fire: some 1 in 1,000 entity-months; agents that collect and pay on are found as well.
    """

    title = "Pass-through"
    title_zh = "资金快进快出"
    about_zh = (
        "主体在几个工作日内收入与支出金额均大且相近，收付双方不同。\n"
        "为何重要：资金仅作过渡的账户，实际可能为他人所用。\n"
        "不含：运输企业；退款；同一交易对手同时出现在收付两方的窗口（由“资金往返”监测）。无交易对手的记录计入。"
    )
    basis = "FATF/Egmont Group, trade-based money laundering: risk indicators"
    basis_zh = "FATF/埃格蒙特集团《贸易洗钱风险指标》"
    because = (
        "{entity} received and paid nearly the same, at least USD {value:,.2f} each way, from {first_day} to {raised_on}; "
        "a warning is raised above USD {limit_value:,.2f}."
    )
    because_zh = "{entity}自 {first_day} 至 {raised_on} 收入与支出相近，较小一方折合 {value:,.2f} 美元，超过 {limit_value:,.2f} 美元。"
    key = ("entity",)
    columns = ("payment_type", "counterparty")
    threshold = "limit_usd"

    limit_usd: int = param(
        500_000, unit="USD", meaning="sum that both sides must pass", meaning_zh="双方合计均须超过的金额"
    )
    difference_share: Decimal = param(
        Decimal("0.05"),
        unit="ratio",
        meaning="largest difference, as a part of the larger",
        meaning_zh="差额占较大一方的最高比例",
    )
    window_days: int = param(5, unit="days", meaning="working days looked at together", meaning_zh="合并计算的工作日数")

    def looks_at(self) -> pl.Expr:
        """All but refunds."""
        return ~IS_REFUND

    def reach(self, calendar: pl.DataFrame) -> int:
        """The longest window."""
        return Windows(calendar).widest(self.highest("window_days"))

    def able(self, flows: pl.LazyFrame, calendar: pl.LazyFrame, roll: pl.LazyFrame) -> pl.LazyFrame:
        """Who receives and pays so much that is nearly alike, whoever stands on which side."""
        windows = Windows(calendar.collect())
        sums = self._sums(flows, windows, roll)
        return self._holding(sums, self._able(sums, windows), windows).alias("entity").to_frame().lazy()

    def find(self, flows: pl.LazyFrame, calendar: pl.LazyFrame, roll: pl.LazyFrame) -> pl.LazyFrame:
        """One finding an entity and episode."""
        windows = Windows(calendar.collect())
        shown = ("entity", "direction", "counterparty", "day", "flow", "item", "amount_usd")
        looked = flows.filter(self.looks_at(), windows.covers()).select(shown)
        sums = self._sums(flows, windows, roll)
        blocks = self._able(sums, windows)
        able, entities = blocks.lazy(), self._holding(sums, blocks, windows)
        few = looked.filter(is_one_of("entity", entities)).collect()
        near = few.lazy().with_columns(block=block_of(sums)).join(able, on=["entity", "block"], how="semi")
        base = keyed(near.drop("block").collect(), "entity")
        quiet = quiet_after(few, base)
        quiet = quiet.join(base.select("entity", "key").unique(), on="entity").select("key", "day")
        tests = ((first, until, rule._tested(base, quiet, windows)) for first, until, rule in self.unchanging())
        found = episodes(tests).lazy().join(base.lazy().select("key", "entity").unique(), on="key")
        days = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        found = found.with_columns(direction=pl.lit("both"))
        return found.select(*finding(value="value", limit="limit", **days), "flows")

    def _sums(self, flows: pl.LazyFrame, windows: Windows, roll: pl.LazyFrame) -> pl.DataFrame:
        """Columns entity, direction, day, amount_usd and flow of what is added up."""
        transport = roll.filter("transport_enterprise").select("entity")
        watched = flows.filter(self.looks_at(), windows.covers()).join(transport, on="entity", how="anti")
        return watched.select("entity", "direction", "day", "amount_usd", "flow").collect()

    def _holding(self, sums: pl.DataFrame, able: pl.DataFrame, windows: Windows) -> pl.Series:
        """The entities of which some window in the blocks that are able holds, whoever stands on which side."""
        near = (
            sums.lazy()
            .with_columns(block=block_of(sums))
            .join(able.lazy(), on=["entity", "block"], how="semi")
            .collect()
        )
        found = []
        for _, _, rule in self.unchanging():
            payment = pl.col("direction") == "payment"
            days, (receipts, payments) = sums_of_windows(near, windows, rule.window_days, ~payment, payment)
            told = days.with_columns(receipt=pl.Series(receipts), payment=pl.Series(payments))
            found.append(told.filter(rule._alike())["entity"].unique())
        return pl.concat(found).unique()

    def _alike(self) -> pl.Expr:
        """Whether both sides pass the limit and hardly differ: columns receipt and payment."""
        smaller, larger = pl.min_horizontal("receipt", "payment"), pl.max_horizontal("receipt", "payment")
        return (smaller > self.cents("limit_usd")) & (
            larger - smaller <= portion(larger, self.millionths("difference_share"))
        )

    def _able(self, looked: pl.DataFrame, windows: Windows) -> pl.DataFrame:
        """Columns entity and block: where windows may lie in which so much was received and paid."""
        wide = -(-windows.widest(self.highest("window_days")) // BLOCK_DAYS)
        # One of these blocks has its part of the sum at least.
        least = self.lowest("limit_usd") // (wide + 1)
        hot = totals_above(looked, ("entity", "direction", "block"), pl.lit(value=True), least).lazy()
        received, paid = (hot.filter(pl.col("direction") == direction) for direction in ("receipt", "payment"))
        around = range(-wide, wide + 1)
        near = pl.concat([paid.with_columns(pl.col("block") + n) for n in around])
        both = received.join(near, on=["entity", "block"], how="semi").select("entity", "block")
        return pl.concat([both.with_columns(pl.col("block") + n) for n in around]).unique().collect()

    def _tested(self, base: pl.DataFrame, quiet: pl.DataFrame, windows: Windows) -> Tested:
        days = active_days(base)
        day = numbers(days["day"])
        since = windows.start(day, self.window_days)
        sums = {}
        for direction in ("receipt", "payment"):
            ones = base.filter(pl.col("direction") == direction)
            counted = Counted(places(ones["key"], numbers(ones["day"])), ones["amount_usd"].to_numpy())
            sums[direction] = counted.between(places(days["key"], since), places(days["key"], day))
        smaller = pl.min_horizontal("receipt", "payment")
        limit = self.cents("limit_usd")
        days = days.with_columns(since=dates(since), **{name: pl.Series(values) for name, values in sums.items()})
        days = (
            days.with_columns(value=smaller, limit=limit, holds=self._alike())
            .drop("receipt", "payment")
            .with_row_index("at")
        )
        # Few days come so far: only of these does it matter who stands on which side.
        near = days.lazy().filter("holds").select("at", "key", "since", last="day")
        sides = (
            base.lazy()
            .drop_nulls("counterparty")
            .join(near, on="key")
            .filter(pl.col("day").is_between("since", "last"))
        )
        sides = sides.group_by("at", "counterparty").agg(pl.col("direction").n_unique())
        same = sides.filter(pl.col("direction") > 1).select("at").unique().collect()["at"]
        days = days.with_columns(holds=pl.col("holds") & ~pl.col("at").is_in(same.implode())).drop("at")
        still = quiet.with_columns(holds=pl.lit(value=False))
        return Tested(pl.concat([days, still], how="diagonal_relaxed"), base)

    def not_computed(self, flows: pl.LazyFrame, calendar: pl.LazyFrame, roll: pl.LazyFrame) -> pl.LazyFrame:
        """Entities with flows in years that the calendar does not cover."""
        transport = roll.filter("transport_enterprise").select("entity")
        return not_covered(flows.filter(self.looks_at()).join(transport, on="entity", how="anti"), calendar)
