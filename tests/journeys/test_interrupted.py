"""Ctrl-C in the middle of a load, a run, an export: one sentence, and everything is as before or as after."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

import fxwatch
from fxwatch.home import make_home

ROWS = 60_000
STOPPED = "Stopped; nothing is half done.\n"


def command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "fxwatch", "--lang", "en", "--home", str(home), *words]


def interrupted(words: list[str], after: float) -> tuple[int, str]:
    """Exit code and stderr of a command that gets a real SIGINT so many seconds after its start."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=120)
    return process.returncode, told


def flow_file(folder: Path) -> Path:
    file = folder / "flows.csv"
    pl.DataFrame({"row": range(ROWS)}).select(
        declaration_no=pl.format("F{}", pl.col("row")),
        entity_id=pl.lit("100000016"),
        direction=pl.lit("payment"),
        day=pl.format("2026-{}-15", (pl.col("row") % 9 + 1).cast(pl.String).str.zfill(2)),
        code=pl.lit("222011"),
        currency=pl.lit("USD"),
        amount=pl.when(pl.col("row") % 7 == 0).then(pl.lit("600000.00")).otherwise(pl.lit("10.00")),
    ).write_csv(file)
    return file


@pytest.mark.slow
def test_an_interruption_at_any_moment_is_harmless_and_said(tmp_path: Path) -> None:
    home, flows = tmp_path / "home", flow_file(tmp_path)
    make_home(home, simulation=True).change_setting("today", "2026-10-31")
    entities = tmp_path / "entities.csv"
    entities.write_text("entity_id,name,industry,registered_on\n100000016,Bohai Lines,5521,2010-01-01\n", "utf-8")
    subprocess.run(command(home, "load", "entities", str(entities)), check=True, capture_output=True)
    dice, stopped = random.Random(7), 0

    def stop(*words: str) -> None:
        """Time the command once on a copy that nobody needs, then stop it at moments all along the way."""
        nonlocal stopped
        spare = tmp_path / f"spare-{words[0]}"
        subprocess.run(["cp", "-r", str(home), str(spare)], check=True)
        began = time.monotonic()
        subprocess.run(command(spare, *words), capture_output=True, check=True)
        whole = time.monotonic() - began
        # Not in its first moments: before the program has begun, it cannot say anything.
        for part in (0.4, 0.6, 0.8, 0.95):
            code, told = interrupted(command(home, *words), whole * part * dice.uniform(0.9, 1.0))
            if code == -signal.SIGINT and not told:
                continue  # the interpreter itself had not come up yet: nothing was begun
            assert code in (0, 130), told
            assert "Traceback" not in told
            if code == 130:
                stopped += 1
                assert told == STOPPED

    stop("load", "flows", str(flows))
    opened = fxwatch.open(home)
    (rows,) = opened.snapshot().con.execute("SELECT count(*) FROM flows").fetchall()[0]
    assert rows in (0, ROWS)
    subprocess.run(command(home, "load", "flows", str(flows)), check=True, capture_output=True)
    stop("run")
    subprocess.run(command(home, "run"), check=True, capture_output=True)
    assert fxwatch.open(home).hits().height == -(-ROWS // 7)
    out = tmp_path / "hits.csv"
    out.write_text("before\n", "utf-8")
    stop("hits", "--flows", "--out", str(out))
    # Replaced whole or left alone.
    assert len(out.read_text("utf-8").splitlines()) in (1, 1 + -(-ROWS // 7))
    assert stopped > 0
    assert subprocess.run(command(home, "doctor"), capture_output=True).returncode == 0
