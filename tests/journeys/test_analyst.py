"""An analyst's day: files in, a run, monitors, another limit from a day on, a look into the past, files out."""

from pathlib import Path

import polars as pl

import fxwatch
from tests.journeys.conftest import Ask

HEADER = "declaration_no,entity_id,direction,day,code,currency,amount\n"


def test_a_new_file_is_loaded_run_and_seen_from_python_and_from_the_shell(ask: Ask, folder: Path) -> None:
    home = fxwatch.open(ask.home)  # type: ignore[attr-defined]
    entity = home.register.roll()["entity_id"][0]
    file = folder / "late.csv"
    file.write_text(HEADER + f"JOURNEY1,{entity},payment,2026-10-30,222011,USD,600000.00\n", "utf-8")
    report = ask("load", "flows", str(file), json_answer=True)
    assert (report["read"], report["accepted"]) == (1, 1)
    assert home.hits(ids=["large_transport_transfer:JOURNEY1"]).is_empty(), "a hit comes with a run"
    ask("run")
    assert home.hits(ids=["large_transport_transfer:JOURNEY1"])["status"].to_list() == ["open"]
    assert ask("load", "flows", str(file), json_answer=True)["duplicate"] == 1


def test_another_limit_holds_from_its_day_on_and_the_past_stays(ask: Ask, folder: Path) -> None:
    def found() -> set[str]:
        return {
            h["hit_id"]
            for h in ask("hits", "--rule", "large_daily_total", json_answer=True)
            if h["status"] != "withdrawn"
        }

    before = found()
    ask("rules", "set", "large_daily_total.limit_usd", "100000", "--from", "2026-06-01", "--basis", "decision 12")
    ask("run")
    new = found() - before
    assert before <= found()
    assert new
    days = {h["hit_id"]: h for h in ask("hits", "--rule", "large_daily_total", json_answer=True)}
    assert all(days[h]["raised_on"] >= "2026-06-01" and days[h]["limit_value"] == "100000.00" for h in new)


def test_a_look_into_the_past_publishes_nothing(ask: Ask, folder: Path) -> None:
    runs = ask("runs", json_answer=True)
    ask("run", "--as-of", "2025-06-30", "--out", str(folder / "past"))
    hits = pl.read_csv(folder / "past" / "hits.csv", try_parse_dates=True)
    assert hits.height > 0
    assert hits["last_day"].max() <= pl.Series(["2025-06-30"]).str.to_date()[0]
    assert ask("runs", json_answer=True) == runs


def test_every_monitor_comes_as_a_table_and_as_a_file(ask: Ask, folder: Path) -> None:
    for name in ("top_items", "top_entities", "trends", "surges", "concentration", "balance"):
        ask("monitor", name, "--period", "2026", "--out", str(folder / f"{name}.xlsx"))
        assert (folder / f"{name}.xlsx").stat().st_size > 2_000
        ask("--lang", "zh", "monitor", name, "--period", "2026Q3")
    by_area = ask("monitor", "top_items", "--by", "area", "--period", "2026", json_answer=True)
    assert len({row["area"] for row in by_area}) > 1
