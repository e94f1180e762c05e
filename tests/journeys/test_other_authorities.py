"""An analyst's morning with what others hand in: settlements, filings, totals, old codes, and files for statisticians."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fxwatch.cli import app
from fxwatch.facts import fact_file
from fxwatch.home import make_home

ROLL = "entity_id,name,industry\n100000710,Haihe Advisers 海河咨询,7243\n"
FLOWS = """declaration_no,entity_id,direction,day,code,currency,amount,settled_amount,scope,bank,contract_no
N1,100000710,receipt,2025-05-05,228021,USD,100.00,40.00,,B1,
N2,100000710,payment,2025-06-02,228021,USD,1500000.00,,domestic,B1,HT1
N3,100000710,payment,2004-06-02,1122,USD,7.00,,,B1,
"""
SETTLEMENTS = """settlement_no,entity_id,kind,day,fx_group,currency,amount
S1,100000710,settlement,2025-05-06,125,USD,80.00
"""
FILINGS = """filing_no,entity_id,authority,contract_no,currency,contract_amount,filed_on
F1,100000710,commerce,HT1,USD,50000.00,2025-05-01
"""
TOTALS = """bank,month,direction,flows,amount_usd
B1,2025-05,receipt,1,100.00
B1,2025-06,payment,2,1500000.00
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("others")
    made = make_home(folder / "home", simulation=True)
    made.change_setting("today", "2025-06-30")
    made.register.close()
    files = {"entities": ROLL, "flows": FLOWS, "settlements": SETTLEMENTS, "filings": FILINGS, "totals": TOTALS}
    for kind, text in files.items():
        (folder / f"{kind}.csv").write_text(text, "utf-8")
        assert run(folder / "home", "load", kind, str(folder / f"{kind}.csv")).exit_code == 0
    return folder / "home"


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--home", str(home), *words], catch_exceptions=False)


def rows(home: Path, *words: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run(home, *words, "--json").stdout)
    return found


def test_what_differs_is_listed(home: Path) -> None:
    (beyond,) = rows(home, "reconcile", "settlements", "--period", "2025-05")
    assert (beyond["fx_group"], beyond["declared_usd"], beyond["settled_usd"]) == ("125", "100.00", "120.00")
    (unfiled,) = rows(home, "reconcile", "filings")
    assert (unfiled["declaration_no"], unfiled["amount_usd"]) == ("N2", "1500000.00")
    assert rows(home, "reconcile", "filings", "--scope", "cross_border") == []
    (contract,) = rows(home, "reconcile", "contracts")
    assert (contract["contract_no"], contract["beyond_usd"]) == ("HT1", "1450000.00")
    (total,) = rows(home, "reconcile", "totals")
    assert (total["month"], total["flows_difference"], total["note"]) == ("2025-06-01", -1, "differs")
    assert len(rows(home, "reconcile", "totals", "--all")) == 2
    assert "月份" in CliRunner().invoke(app, ["--home", str(home), "--lang", "zh", "reconcile", "totals"]).stdout


def test_old_codes_come_in_once_their_concordance_is_there(home: Path) -> None:
    (unknown,) = (row for row in rows(home, "codes") if row["why"] == "unknown_code")
    assert (unknown["code"], unknown["rows"]) == ("1122", 1)
    files = {Path(str(row["file"])) for row in rows(home, "codes", "files")}
    assert fact_file("codes_four_digit.csv") in files
    assert run(home, "load", "codes", str(fact_file("codes_four_digit.csv"))).exit_code == 0
    retried = json.loads(run(home, "quarantine", "retry", "--json").stdout)
    assert (retried["accepted"], retried["quarantined"]) == (1, 0)
    assert rows(home, "codes") == []
    assert {row["source"] for row in rows(home, "codes", "list")} == {"loaded", "shipped"}


def test_statisticians_and_spreadsheets_have_their_files(home: Path, tmp_path: Path) -> None:
    assert run(home, "monitor", "balance", "--period", "2025-05", "--out", str(tmp_path / "b.sdmx.csv")).exit_code == 0
    with (tmp_path / "b.sdmx.csv").open(encoding="utf-8", newline="") as file:
        told = {row["MEASURE"]: row["OBS_VALUE"] for row in csv.DictReader(file)}
    assert told == {
        "RECEIPTS": "100.00", "PAYMENTS": "0.00", "NET": "100.00", "SETTLED": "120.00", "PURCHASED": "0.00",
    }  # fmt: skip
    run(home, "reconcile", "contracts", "--out", str(tmp_path / "c.excel.csv"))
    assert (tmp_path / "c.excel.csv").read_bytes().decode("utf-8-sig").count("海河咨询") == 1
    refused = CliRunner().invoke(app, ["--home", str(home), "grades", "--out", str(tmp_path / "g.sdmx.csv")])
    assert "SDMX" in str(refused.exception)
    assert not (tmp_path / "g.sdmx.csv").exists()


def test_the_rules_may_look_at_one_scope_alone(home: Path) -> None:
    found = {scope: rows(home, "run", "--scope", scope) for scope in ("domestic", "cross_border", "both")}
    large = {
        scope: [hit["flow_ids"] for hit in hits if hit["rule"] == "large_daily_total"] for scope, hits in found.items()
    }
    assert large == {"domestic": [["N2/1"]], "cross_border": [], "both": [["N2/1"]]}
    refused = CliRunner().invoke(app, ["--home", str(home), "run", "--scope", "abroad"])
    assert "is no scope" in str(refused.exception)
