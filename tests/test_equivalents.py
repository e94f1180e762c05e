from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fxwatch.equivalents import RATE_LIMIT, SCALE, tables_in_use, usd_cents


def cents(amount: str, rate: str) -> int:
    frame = pl.DataFrame(
        {"amount": [int(Decimal(amount) * 100)], "rate": [int(Decimal(rate) * SCALE)]},
        schema={"amount": pl.Int64, "rate": pl.Int128},
    )
    return int(frame.select(usd_cents(pl.col("amount"), pl.col("rate"))).item())


def test_half_a_cent_is_rounded_up() -> None:
    assert cents("150.00", "0.2723") == 4085
    assert cents("250.00", "0.2723") == 6808
    assert cents("0.50", "0.0067") == 0
    assert cents("1.00", "0.0067") == 1
    assert cents("1000000000.00", "0.000061234567") == 6123457


@given(st.integers(0, 10**17 - 1), st.integers(0, RATE_LIMIT * SCALE - 1))
def test_an_equivalent_is_what_decimal_says(amount: int, rate: int) -> None:
    frame = pl.DataFrame({"amount": [amount], "rate": [rate]}, schema={"amount": pl.Int64, "rate": pl.Int128})
    exact = Context(prec=60, rounding=ROUND_HALF_UP)
    with_decimal = exact.multiply(Decimal(amount), Decimal(rate)).scaleb(-12, exact).quantize(Decimal(1), context=exact)
    assert frame.select(usd_cents(pl.col("amount"), pl.col("rate"))).item() == int(with_decimal)


def rates(*months: str) -> pl.DataFrame:
    rows = [(date.fromisoformat(f"{m}-01"), "EUR", n) for n, m in enumerate(months)]
    return pl.DataFrame(rows, schema={"month": pl.Date, "currency": pl.String, "rate": pl.Int128}, orient="row")


@pytest.mark.parametrize(
    ("word", "flow", "table"),
    [
        ("previous", "2025-03", None),
        ("previous", "2025-04", "2025-03"),
        ("previous", "2025-07", "2025-03"),
        ("previous", "2025-08", None),
        ("same", "2025-02", None),
        ("same", "2025-03", "2025-03"),
        ("same", "2025-06", "2025-03"),
        ("same", "2025-07", None),
    ],
)
def test_a_flow_uses_a_table_of_the_four_months_within_reach(word: str, flow: str, table: str | None) -> None:
    used = tables_in_use(rates("2025-03"), reach=4, rate_month=word).filter(flow_month=date.fromisoformat(f"{flow}-01"))
    assert used["rate_month"].to_list() == ([date.fromisoformat(f"{table}-01")] if table else [])


def test_the_newest_table_within_reach_is_used() -> None:
    used = tables_in_use(rates("2025-01", "2025-03", "2025-02"), reach=4).filter(flow_month=date(2025, 5, 1))
    assert used.rows() == [("EUR", date(2025, 5, 1), date(2025, 3, 1), 1)]
