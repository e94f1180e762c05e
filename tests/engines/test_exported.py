"""An export of flows is whole or not there, and says of which load it is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import fxwatch
from fxwatch.engines import exported
from fxwatch.engines.exported import MANIFEST, as_framed, export_flows, read_manifest
from fxwatch.engines.spark import Spark
from fxwatch.errors import RequestError
from fxwatch.flows import EXTRA_COLUMNS, FLOW_COLUMNS
from fxwatch.home import make_home
from fxwatch.warehouse.frames import flow_frame
from fxwatch.warehouse.recording import mark_of, newest_load

HEADER = "declaration_no,entity_id,direction,day,code,currency,amount,counterparty\n"
ROWS = HEADER + "".join(
    f"F{n:021d},LAW,{way},2026-0{n % 3 + 1}-1{n % 9},{code},CNY,{n}.37,{'ACME' if n % 2 else ''}\n"
    for n, (way, code) in enumerate([("payment", "228021"), ("receipt", "222011"), ("payment", "231000")] * 4, 1)
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("export")
    home = fxwatch.open(make_home(folder / "home", simulation=True, bare=True).path)
    for name, value in (("verify_ids", "false"), ("admit_unknown", "true"), ("today", "2026-10-31")):
        home.change_setting(name, value)
    (folder / "rates.csv").write_text("month,currency,usd_per_unit\n2025-12,CNY,0.14\n")
    (folder / "flows.csv").write_text(ROWS)
    home.load("rates", folder / "rates.csv")
    home.load("flows", folder / "flows.csv")
    yield home
    home.register.close()


def test_an_export_read_back_is_the_flow_frame(home: Any, tmp_path: Path) -> None:
    manifest = export_flows(home, tmp_path / "out")
    frame = flow_frame(home.snapshot().con, tuple(EXTRA_COLUMNS))
    read = as_framed(pl.read_parquet([tmp_path / "out" / file["path"] for file in manifest.files]))
    assert dict(read.schema) == {**FLOW_COLUMNS, **EXTRA_COLUMNS}
    assert read.sort("flow").equals(frame.sort("flow"))
    assert (manifest.flows, manifest.amount_usd) == (12, frame["amount_usd"].sum())
    assert {file["path"].split("/")[0] for file in manifest.files} == {
        "month=2026-01",
        "month=2026-02",
        "month=2026-03",
    }


def test_an_export_fits_the_load_that_it_was_made_of(home: Any, tmp_path: Path) -> None:
    export_flows(home, tmp_path / "out")
    con = home.snapshot().con
    load, mark = newest_load(con), mark_of(con)
    engine = Spark("local[1]", tmp_path / "out")
    assert engine.fitting(load, mark).load == load
    with pytest.raises(RequestError, match=f"up to load {load}; the home has load {load + 1}. Export again"):
        engine.fitting(load + 1, mark)
    with pytest.raises(RequestError, match="is of another home"):
        engine.fitting(load, "else")


def test_a_folder_with_something_else_is_left_alone(home: Any, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(RequestError, match="exists and is no export"):
        export_flows(home, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_older_export_stands_until_the_new_one_is_whole(
    home: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = export_flows(home, tmp_path / "out")

    def interrupted(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_flows(home, tmp_path / "out", interrupted)
    assert read_manifest(tmp_path / "out") == first
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    second = export_flows(home, tmp_path / "out")
    assert second.exported_at > first.exported_at
    assert second.digest == first.digest
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("damage", ["cut", "gone", "no manifest", "half a manifest", "older"])
def test_what_is_no_whole_export_is_refused(home: Any, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "out"
    manifest = export_flows(home, folder)
    file = folder / manifest.files[1]["path"]
    told = {
        "cut": f"should have {file.stat().st_size:,} bytes, found {file.stat().st_size - 1:,}",
        "gone": "found nothing",
        "older": "was written by fxwatch 0.0.9",
    }
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-1])
    elif damage == "gone":
        file.unlink()
    elif damage == "no manifest":
        (folder / MANIFEST).unlink()
    elif damage == "half a manifest":
        (folder / MANIFEST).write_text((folder / MANIFEST).read_text()[:100])
    else:
        known = json.loads((folder / MANIFEST).read_text())
        (folder / MANIFEST).write_text(json.dumps({**known, "fxwatch_version": "0.0.9"}))
    with pytest.raises(RequestError, match=told.get(damage, "is no export of flows")):
        read_manifest(folder)


def test_a_place_that_cannot_be_written_is_said(home: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match="cannot be written to"):
        export_flows(home, tmp_path / "file" / "out")


def test_no_flows_make_an_export_of_none(tmp_path: Path) -> None:
    home = fxwatch.open(make_home(tmp_path / "home", bare=True).path)
    manifest = export_flows(home, tmp_path / "out")
    assert (manifest.flows, manifest.files, manifest.first_day) == (0, [], None)
    looked = Spark("local[1]", tmp_path / "out").look({}, {}, manifest.load, manifest.warehouse)
    assert (looked.flows, looked.findings.hits.height) == (0, 0)
    home.register.close()


def test_the_manifest_names_every_file_by_its_digest(home: Any, tmp_path: Path) -> None:
    manifest = exported.export_flows(home, tmp_path / "out")
    shown = json.loads((tmp_path / "out" / MANIFEST).read_text())
    assert [file["sha256"] for file in shown["files"]] == [file["sha256"] for file in manifest.files]
    assert len({file["sha256"] for file in manifest.files}) == 3
    assert manifest.bytes() == sum(path.stat().st_size for path in (tmp_path / "out").rglob("*.parquet"))
