"""Loads, side by side: fxwatch with all its checks, and DuckDB's plain INSERT … SELECT of the same file with the same conversions.

`python -m tests.benchmarks.intake [--flows N] [--rounds N]`. Both begin with a file and end with its flows on the disk, fxwatch
published, DuckDB checkpointed. Ratios by the clock, and of processor time, which neighbours on the machine disturb less.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

import fxwatch
from fxwatch.home import make_home
from fxwatch.intake.flow_cells import COLUMNS
from tests.benchmarks.big_home import LAST_DAY, _files

FLOWS_PER_ENTITY = 40
# What a table of flows would hold; what cannot be converted is null, where fxwatch says why and keeps the row.
TYPES = {"leg": "UTINYINT", "day": "DATE", "amount": "DECIMAL(18, 2)", "settled_amount": "DECIMAL(18, 2)"}
CONVERTED = {name: f"TRY_CAST(nullif({name}, '') AS {dtype})" for name, dtype in TYPES.items()}


def files(folder: Path, flows: int) -> tuple[Path, dict[str, Path]]:
    """A home with entities alone, and the same flows as CSV and as Parquet."""
    home = fxwatch.open(make_home(folder / "home", simulation=True).path)
    home.change_setting("today", LAST_DAY.isoformat())
    parts = []
    for kind, rows in _files(flows, flows // FLOWS_PER_ENTITY, 1):
        if kind == "entities":
            rows.write_parquet(folder / "entities.parquet")
            home.load(kind, folder / "entities.parquet")
        elif kind == "flows":
            parts.append(rows)
    home.register.close()
    every = pl.concat(parts)
    found = {"csv": folder / "flows.csv", "parquet": folder / "flows.parquet"}
    every.write_csv(found["csv"])
    every.write_parquet(found["parquet"])
    return folder / "home", found


def by_fxwatch(file: Path, place: Path) -> int:
    """Load into a copy of the home; the rows read."""
    opened = fxwatch.open(place)
    report = opened.load("flows", file)
    opened.register.close()
    return report.read


def by_duckdb(file: Path, place: Path) -> int:
    """Insert into a new file; the rows inserted."""
    names = duckdb.sql(f"SELECT * FROM '{file}' LIMIT 0").columns
    with duckdb.connect(str(place)) as con:
        con.execute(f"SET threads = {pl.thread_pool_size()}")
        typed = ", ".join(f'"{name}" {TYPES.get(name, "VARCHAR")}' for name in names if name in COLUMNS)
        con.execute(f"CREATE TABLE flows ({typed})")
        source = f"read_csv('{file}', header = true, all_varchar = true)" if file.suffix == ".csv" else f"'{file}'"
        picked = ", ".join(CONVERTED.get(name, f'"{name}"') for name in names if name in COLUMNS)
        con.execute(f"INSERT INTO flows SELECT {picked} FROM {source}")
        con.execute("CHECKPOINT")
        return int(con.execute("SELECT count(*) FROM flows").fetchall()[0][0])


def timed(work: Callable[[], int]) -> tuple[int, float, float]:
    """What work gives, seconds by the clock, and of the processors."""
    clock, processors = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - clock, time.process_time() - processors


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.intake", description=__doc__)
    asked.add_argument("--flows", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=3)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home, found = files(folder, options.flows)
        for form, file in found.items():
            ours, theirs = [], []
            for number in range(options.rounds):
                place, table = folder / f"home-{form}-{number}", folder / "plain.duckdb"
                shutil.copytree(home, place)
                read, *took = timed(lambda place=place, file=file: by_fxwatch(file, place))
                ours.append(took)
                rows, *took = timed(lambda table=table, file=file: by_duckdb(file, table))
                theirs.append(took)
                if read != rows:
                    print(f"fxwatch read {read:,} rows of {file.name}, DuckDB {rows:,}.")
                    return 1
                shutil.rmtree(place)
                table.unlink()
            (a, b), (c, d) = (
                [statistics.median(round_[of] for round_ in rounds) for of in (0, 1)] for rounds in (ours, theirs)
            )
            print(
                f"{form}: fxwatch {a:.2f} s ({b:.2f} s of processors), DuckDB {c:.2f} s ({d:.2f} s); "
                f"{c / a:.0%} of its speed by the clock, {d / b:.0%} in processor time; {rows / a:,.0f} rows a second."
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
