"""The benchmarks' own promises: everybody answers the same, figures come to the README, growth is told by doublings."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.benchmarks import compare, drawn, growth
from tests.benchmarks.__main__ import measure
from tests.benchmarks.answers import differences, save
from tests.benchmarks.published import with_table

ROWS = [
    {"flows": flows, "load": load, "hits": 1.0, "whole": 2.0, "peak": 2**30} for flows, load in ((100, 1.0), (400, 9.0))
]
SIDES = [
    {"name": name, "peak": 2**30, **{level: {"clock": clock, "parts": {"all": clock}} for level in ("hits", "whole")}}
    for name, clock in (("fxwatch", 2.0), ("sql", 9.0))
]


def test_growth_is_told_for_a_doubling_whatever_the_step() -> None:
    assert growth.factors(ROWS, "load") == [3.0]
    assert "Above the goal of 2.2: load 3.00" in growth.table(ROWS)


def test_a_ratio_is_how_many_times_as_long_as_fxwatch() -> None:
    assert compare.ratios(SIDES, "whole") == {"fxwatch": 1.0, "sql": 4.5}
    told = compare.readme_rows({"sizes": [{"flows": 1000, "sides": SIDES}]}, zh=False)
    assert "|  | DuckDB SQL | 9.00 s (4.5 ×) | 9.00 s (4.5 ×) | 1.0 GiB |" in told


def test_a_table_takes_the_place_of_the_one_before() -> None:
    text = "a\n<!-- measured growth -->\nold\n<!-- /measured growth -->\nz\n"
    once = with_table(text, "growth", "new")
    assert once == "a\n<!-- measured growth -->\nnew\n<!-- /measured growth -->\nz\n"
    assert with_table(once, "growth", "new") == once
    with pytest.raises(SystemExit, match="no place for the table compare"):
        with_table(text, "compare", "new")


def test_pictures_are_well_formed_and_name_what_they_show() -> None:
    bars = ElementTree.fromstring(drawn.bars({"sizes": [{"flows": 1000, "sides": SIDES}]}))
    assert {"DuckDB SQL", "9.00 s, 4.5 ×"} <= {text.text for text in bars.iter() if text.text}
    lines = ElementTree.fromstring(drawn.lines(ROWS))
    assert len([line for line in lines.iter() if line.tag.endswith("polyline")]) == 3


def test_the_features_of_the_risk_model_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    options = argparse.Namespace(flows=[2_000], entities=100)
    assert measure("risk", options) == 0
    assert "features of 100 entities from 2,000 flows" in capsys.readouterr().out


@pytest.mark.slow
def test_all_competitors_answer_the_same(tmp_path: Path) -> None:
    """Spark takes part where it is installed."""
    sides = "sql,polars,pandas" + (",spark" if compare.takes_part("spark", 0) and shutil.which("java") else "")
    words = ["--part", "compare", "--flows", "30000", "--rounds", "1", "--sides", sides, "--keep", str(tmp_path), "--out", str(tmp_path / "out")]  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "tests.benchmarks", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("Same hits, flow ids and monitors: fxwatch, DuckDB SQL, Polars, pandas") == 1
    answers = tmp_path / "flows-30000-seed-1" / "answers"
    spoiled = {path.stem: compare.pl.read_parquet(path) for path in (answers / "sql").glob("*.parquet")}
    spoiled["balance"] = spoiled["balance"].with_columns(compare.pl.col("receipts") + 1)
    save(spoiled, answers / "spoiled")
    assert differences(answers / "fxwatch", answers / "spoiled") == ["balance"]
