"""USD equivalents by dated monthly tables: exact, in whole cents, rounded half up (spec section 5)."""

import polars as pl

# Decimal places of `usd_per_unit`.
RATE_PLACES = 12
SCALE = 10**RATE_PLACES
# An amount below 10^15 and a rate below this keep their product inside 128 bits.
RATE_LIMIT = 10**9
# Equivalents above USD 10^12 are refused, so that sums of cents stay exact in 64 bits.
LARGEST_USD_CENTS = 10**14


def usd_cents(cents: pl.Expr, rate: pl.Expr) -> pl.Expr:
    """The equivalent of an amount, in US cents: Int128, null where either is null.

    Args:
        cents: the amount in hundredths of its currency; Int64, not negative.
        rate: USD per unit, times 10^12; any integer type, not negative.
    """
    half, one = (pl.lit(n, dtype=pl.Int128) for n in (SCALE // 2, SCALE))
    return (cents.cast(pl.Int128) * rate.cast(pl.Int128) + half) // one


def tables_in_use(rates: pl.DataFrame, *, reach: int, rate_month: str = "previous") -> pl.DataFrame:
    """Which month's table a flow uses: for each currency and month of a flow, the newest within reach.

    Args:
        rates: `month` (Date, its first day), `currency`, `rate` (USD per unit times 10^12): one row each.
        reach: how many months' tables a flow may look back on.
        rate_month: `previous`, from the month before the flow's; `same`, from its own.

    Returns:
        `currency`, `flow_month` (Date), `rate_month` (Date), `rate`; no row where there is no table.
    """
    first = 1 if rate_month == "previous" else 0
    reached = [
        rates.select(
            "currency", pl.col("month").dt.offset_by(f"{back}mo").alias("flow_month"), rate_month="month", rate="rate"
        )
        for back in range(first, first + reach)
    ]
    return pl.concat(reached).sort("rate_month").unique(["currency", "flow_month"], keep="last", maintain_order=True)
