"""What rules may be given beside flows: frames of other authorities' data, lists of `data/`, and what has come to an end.

The frames are declared here once; the warehouse fills them, rules look at them.
"""

from datetime import date
from functools import cache

import polars as pl

from fxwatch.facts import facts
from fxwatch.flows import AUTHORITY, SETTLEMENT_KIND
from fxwatch.periods import holding, later

# Settlement and purchase of foreign exchange outside flows: one row each as it stands. `amount_usd` in cents.
SETTLEMENTS: dict[str, pl.DataType | type[pl.DataType]] = {
    "settlement_no": pl.String,
    "entity": pl.Int32,
    "kind": SETTLEMENT_KIND,
    "day": pl.Date,
    "fx_group": pl.String,
    "amount_usd": pl.Int64,
}

# Filings with other authorities as they stand. `contract` and `filing` are the numbers of `contract_no` and `filing_no` by which
# flows know them (columns `contract` and `tax_filing`); `contract_usd` in cents, null without an amount.
FILINGS: dict[str, pl.DataType | type[pl.DataType]] = {
    "filing_no": pl.String,
    "filing": pl.Int64,
    "entity": pl.Int32,
    "authority": AUTHORITY,
    "contract_no": pl.String,
    "contract": pl.Int64,
    "code": pl.String,
    "contract_usd": pl.Int64,
    "filed_on": pl.Date,
}

LISTED: dict[str, pl.DataType | type[pl.DataType]] = {"economy": pl.String, "valid_from": pl.Date, "valid_to": pl.Date}


@cache
def high_risk_economies() -> pl.DataFrame:
    """The dated list of `data/high_risk_economies.csv`: economy, valid_from, valid_to (null: until further notice)."""
    rows = [(r["economy"], _day(r["valid_from"]), _day(r["valid_to"])) for r in facts("high_risk_economies.csv")]
    return pl.DataFrame(rows, schema=LISTED, orient="row")


def last_quarter_end(newest_day: date | None) -> date | None:
    """The last day of the newest quarter that is over: the loaded days reach its end.

    It changes with the first flow of its last day or of a later one, so that what hangs on it need not be done anew daily.

    >>> last_quarter_end(date(2026, 6, 29)), last_quarter_end(date(2026, 6, 30))
    (datetime.date(2026, 3, 31), datetime.date(2026, 6, 30))
    """
    if newest_day is None:
        return None
    now = holding(newest_day, "quarter")
    return now.end if newest_day == now.end else later(now, -3).end


def of_flows(flows: pl.DataFrame) -> dict[str, date | None]:
    """The inputs that all flows on record say together, whichever of them a rule is shown: days, null without flows."""
    return of_days(*flows.select(pl.col("day").min().alias("first"), pl.col("day").max().alias("newest")).row(0))


def of_days(first: date | None, newest: date | None) -> dict[str, date | None]:
    """As `of_flows`, where the first and the newest day are known already."""
    return {"first_loaded_day": first, "last_quarter_end": last_quarter_end(newest)}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
