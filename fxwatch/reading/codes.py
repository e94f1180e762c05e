"""Classifications: the concordances in force, those that are shipped, and what cannot be mapped."""

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.facts import fact_file, facts
from fxwatch.terms import Bpm6, Item
from fxwatch.warehouse import coding

if TYPE_CHECKING:
    from fxwatch.home import Home

# Concordances of older generations, to be loaded where such codes are met.
SHIPPED = {
    "codes_four_digit.csv": ("the four-digit codes of about 1996 to 2004", "约 1996 至 2004 年的四位编码"),
    "codes_2004.csv": ("codes of GB/T 19583-2004, as far as they are known", "GB/T 19583-2004 的编码（已知部分）"),
}
_WHY = ["unknown_code", "no_head", "no_code"]
_USD = pl.Decimal(24, 2)


def unmapped(home: "Home") -> pl.DataFrame:
    """What cannot be mapped, by code; the most frequent first within each reason.

    Returns:
        why (`unknown_code`: rows in quarantine whose code no list knows; `no_head`: flows whose item has two heads in BPM6, so that they
        are `unallocated` there; `no_code`: flows that wait for their code), code, rows, amount_usd (exact; empty in quarantine),
        first_day, last_day.
    """
    found = coding.not_placed(home.snapshot().con).with_columns(
        pl.col("why").cast(pl.Enum(_WHY)), amount_usd=(pl.col("amount_usd").cast(_USD) / 100).cast(_USD)
    )
    found = found.sort("why", "rows", "code", descending=[False, True, False], nulls_last=True)
    return found.with_columns(pl.col("why").cast(pl.String))


def concordance(home: "Home") -> pl.DataFrame:
    """Every line by which codes are read, loaded ones before shipped ones.

    Returns:
        code (its beginning; see the README), item (`out_of_scope`: no trade in services), bpm6, valid_from, valid_to (empty: without
        end), source (`loaded`, `shipped`).
    """
    items, heads = dict(enumerate(i.value for i in Item)), dict(enumerate(b.value for b in Bpm6))
    loaded = coding.loaded_codes(home.snapshot().con).select(
        "code",
        item=pl.col("item").replace_strict(items, default=None, return_dtype=pl.String).fill_null("out_of_scope"),
        bpm6=pl.col("bpm6").replace_strict(heads, default=None, return_dtype=pl.String),
        valid_from=pl.when(pl.col("valid_from") > date.min).then("valid_from"),
        valid_to="valid_to",
        source=pl.lit("loaded"),
    )
    days = pl.col("valid_from", "valid_to").replace("", None).str.to_date("%Y-%m-%d")
    shipped = pl.DataFrame(list(facts("codes.csv"))).with_columns(days, source=pl.lit("shipped"))
    return pl.concat([loaded.sort("code", "valid_from"), shipped.select(loaded.columns)])


def shipped_files() -> pl.DataFrame:
    """The concordances that come with fxwatch and are not in force until they are loaded: file, lines, about, about_zh."""
    return pl.DataFrame(
        [
            {"file": str(fact_file(name)), "lines": len(facts(name)), "about": english, "about_zh": chinese}
            for name, (english, chinese) in SHIPPED.items()
        ]
    )
