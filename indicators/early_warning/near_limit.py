"""near_limit: time and again just below the large-value limit."""

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from fxwatch.episodes import Counted, Tested, active_days, episodes, keyed, places
from fxwatch.keys import sums_above
from fxwatch.rule import EarlyWarning, finding, param
from fxwatch.terms import Item
from fxwatch.totals import IS_REFUND, MILLION
from fxwatch.windows import Windows, dates, not_covered, numbers


@dataclass(frozen=True, kw_only=True)
class NearLimit(EarlyWarning):
    """An entity's transport transfers, or its day totals outside transport, come close to the large-value limit several times.

    Why it matters: who knows the limit stays just below it.
    Leaves out: refunds; what lies above the limit (the article's rules see it).
    Expected to fire: about 1 in 1,000 entity-months, most of them large regular payers.
    """

    title = "Near the limit"
    title_zh = "多次接近大额标准"
    about_zh = (
        "主体的运输项下单笔收付，或非运输项下当日合计，在若干工作日内多次接近大额标准。\n"
        "为何重要：了解限额者往往使金额略低于限额。\n"
        "不含：退款；超过限额者（由文章所列指标监测）。"
    )
    basis = "amounts close to the large-value standard, as rules against money laundering know them; limits rest on secondary sources"
    basis_zh = "反洗钱规则所称接近大额标准的交易；限额依据二手资料"
    because = (
        "{entity} {moved} amounts just below the large-value limit {value:.0f} times from {first_day} to {raised_on}; "
        "{limit_value:.0f} times raise a warning."
    )
    because_zh = "{entity}自 {first_day} 至 {raised_on} 有 {value:.0f} 次{direction_name}金额略低于大额标准，达到 {limit_value:.0f} 次即预警。"
    unit = "count"
    columns = ("payment_type",)
    adds_legs = True
    threshold = "times_count"

    transport_usd: int = param(
        500_000, unit="USD", meaning="limit of a single transport transfer", meaning_zh="运输项下单笔限额"
    )
    day_usd: int = param(
        1_000_000, unit="USD", meaning="limit of a day's total outside transport", meaning_zh="非运输项下当日累计限额"
    )
    near_share: Decimal = param(
        Decimal("0.9"),
        unit="ratio",
        meaning="part of the limit above which an amount is near it",
        meaning_zh="视为接近限额的比例",
    )
    times_count: int = param(3, unit="count", meaning="how often makes a hit", meaning_zh="触发预警的次数")
    window_days: int = param(
        20, unit="days", meaning="working days looked at together", meaning_zh="合并计算的工作日数"
    )

    def looks_at(self) -> pl.Expr:
        """All but refunds."""
        return ~IS_REFUND

    def reach(self, calendar: pl.DataFrame) -> int:
        """The longest window."""
        return Windows(calendar).widest(self.highest("window_days"))

    def parts(self) -> list[pl.Expr]:
        """Direction and kind of object."""
        return [pl.col("direction"), pl.col("item") == Item.TRANSPORT.value]

    def able(self, flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
        """Who has near objects enough in all."""
        return self._often(flows.filter(self.looks_at(), Windows(calendar.collect()).covers())).lazy().select("entity")

    def find(self, flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
        """One finding an entity, direction, kind of object and episode."""
        windows = Windows(calendar.collect())
        ship = pl.col("item") == Item.TRANSPORT.value
        looked = flows.filter(self.looks_at(), windows.covers())
        by = ["entity", "direction", "ship"]
        often = self._often(looked)
        few = looked.with_columns(ship=ship).join(often.lazy().select(by), on=by, how="semi")
        base = keyed(few.select(*by, "day", "flow", "declaration", "item", "amount_usd").collect(), *by)
        tests = ((first, until, rule._tested(base, windows)) for first, until, rule in self.unchanging())
        found = episodes(tests).lazy().join(base.lazy().select("key", *by).unique(), on="key")
        item = pl.when("ship").then(pl.lit(Item.TRANSPORT.value))
        days = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        return found.select(*finding(value="value", limit="limit", item=item, **days), "flows")

    def _often(self, looked: pl.LazyFrame) -> pl.DataFrame:
        """Columns entity, direction and ship: who has near objects enough in all, by the loosest of all versions."""
        shown = ("entity", "direction", "item", "day", "flow", "declaration", "amount_usd")
        flows = looked.select(shown).collect()
        rules = [rule for _, _, rule in self.unchanging()]
        transport, day = (min(rule._near(name) for rule in rules) for name in ("transport_usd", "day_usd"))
        ship = pl.col("item") == Item.TRANSPORT.value
        totals = sums_above(flows, ("entity", "direction", "day"), ~ship, day).lazy()
        # A declaration has at most two legs, so one of them has at least half of what is near.
        large = flows.lazy().filter(ship, pl.col("amount_usd") * 2 > transport).select("declaration").unique()
        legs = flows.lazy().filter(ship).join(large, on="declaration", how="semi")
        sums = legs.group_by("declaration").agg(pl.col("entity", "direction").first(), pl.col("amount_usd").sum())
        objects = pl.concat(
            [
                totals.filter(pl.col("amount_usd") <= self.highest("day_usd")).select(
                    "entity", "direction", ship=pl.lit(value=False)
                ),
                sums.filter(pl.col("amount_usd").is_between(transport, self.highest("transport_usd"))).select(
                    "entity", "direction", ship=pl.lit(value=True)
                ),
            ]
        )
        counted = objects.group_by("entity", "direction", "ship").len()
        return counted.filter(pl.col("len") >= self.lowest("times_count")).collect()

    def _tested(self, base: pl.DataFrame, windows: Windows) -> Tested:
        limit = pl.when("ship").then(self.cents("transport_usd")).otherwise(self.cents("day_usd"))
        # Outside transport a day is one object; a transport declaration is one, whose first flow's day speaks.
        what = pl.when("ship").then("declaration").otherwise(-1)
        day = pl.when("ship").then(pl.col("day").min().over("key", "declaration")).otherwise("day")
        base = base.with_columns(what=what, on=day)
        sums = base.group_by("key", "on", "what").agg(pl.col("amount_usd").sum(), pl.col("ship").first())
        least = pl.when("ship").then(self._near("transport_usd")).otherwise(self._near("day_usd"))
        near = sums.filter(pl.col("amount_usd") > least, pl.col("amount_usd") <= limit)
        objects = Counted(places(near["key"], numbers(near["on"])))
        days = active_days(base)
        number = numbers(days["day"])
        since = windows.start(number, self.window_days)
        value = objects.between(places(days["key"], since), places(days["key"], number))
        days = days.with_columns(
            since=dates(since),
            value=pl.Series(value),
            limit=self.times_count,
            holds=pl.Series(value >= self.times_count),
        )
        return Tested(days, base.join(near.select("key", "on", "what"), on=["key", "on", "what"], how="semi"))

    def _near(self, limit: str) -> int:
        """What must be passed to be near a limit, in cents; exact, because an amount has whole cents."""
        return self.cents(limit) * self.millionths("near_share") // MILLION

    def not_computed(self, flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
        """Entities with flows in years that the calendar does not cover."""
        return not_covered(flows.filter(self.looks_at()), calendar)
