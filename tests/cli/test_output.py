"""How results leave as files."""

from decimal import Decimal
from pathlib import Path

import polars as pl

from fxwatch.cli.output import write


def test_no_text_of_a_csv_is_a_formula_and_every_amount_stays_one(tmp_path: Path) -> None:
    texts = ["=1+1", "+cmd", "-1+1", "@x", "\tx", "-12.50", "-", "plain", None]
    usd = pl.Series([Decimal("-3.00")] * len(texts), dtype=pl.Decimal(24, 6))
    frame = pl.DataFrame({"name": texts, "list": [["=a", "b"]] * len(texts), "value": usd, "limit_value": usd})
    write(frame.with_columns(unit=pl.lit("USD")), tmp_path / "out.csv")
    read = pl.read_csv(tmp_path / "out.csv", infer_schema=False)
    assert read["name"].to_list() == ["'=1+1", "'+cmd", "'-1+1", "'@x", "'\tx", "'-12.50", "'-", "plain", None]
    assert set(read["list"]) == {"'=a;b"}
    assert set(read["value"]) == {"-3.00"}
