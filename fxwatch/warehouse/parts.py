"""Parts: immutable files that hold most flows, shared by the warehouse and its snapshots, so that a publication copies little.

A flow lies in one part, or in the main file until enough of them are there to make a part. A part is written once, beside the
load's transaction, and belongs to the warehouse when that transaction has named it. What a later load changes or deletes stays
in its part and is named in table `replaced`. A part goes when neither the warehouse nor any snapshot names it.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import polars as pl

from fxwatch.warehouse.counterparties import numbers_in
from fxwatch.warehouse.disk import digest_of, sync
from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.queries import query

FOLDER = "parts"
_PREFIX, _SUFFIX = "flows-", ".duckdb"
# So many small parts become one. A part that holds so many times what makes one is small no longer, and stays as it is: to write
# it again would cost a third of what loading it did, and spare little.
MERGED = 8
# A part has the columns of `recent_flows`, and beside them the digest of the declaration.
_AS_IN_FLOWS = "* EXCLUDE (no_digest)"
_ROWS_AT_A_TIME = 245_760


def folder_of(file: Path) -> Path:
    """Where the parts of a warehouse or a snapshot lie."""
    home = file.parent.parent if file.parent.name == "published" else file.parent
    return home / FOLDER


def part_name(part: int) -> str:
    """The name of a part's file."""
    return f"{_PREFIX}{part}{_SUFFIX}"


def named_parts(con: duckdb.DuckDBPyConnection) -> dict[int, tuple[int, str]]:
    """The parts that a file names: their sizes in bytes and their SHA-256. Files of older versions name none."""
    known = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND table_name = 'parts'"
    )
    if not known.fetchall():
        return {}
    return {p: (size, sha) for p, size, sha in con.execute("SELECT part, bytes, sha256 FROM parts").fetchall()}


def attach(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Open the parts that a file names, for reading.

    Raises:
        duckdb.Error: one is missing or damaged.
    """
    for part in sorted(named_parts(con)):
        _attach(con, folder, part)


def _attach(con: duckdb.DuckDBPyConnection, folder: Path, part: int) -> None:
    con.execute(f"ATTACH IF NOT EXISTS {_quoted(folder / part_name(part))} AS part_{part} (READ_ONLY)")


def remake_view(con: duckdb.DuckDBPyConnection) -> None:
    """Let view `flows` show what stands. A part of which nothing was replaced is read as it is, at no cost."""
    replaced = {part for (part,) in con.execute("SELECT DISTINCT part FROM replaced").fetchall()}
    branches = [
        query("flows_left_in_part" if part in replaced else "flows_in_part").format(part=part, columns=_AS_IN_FLOWS)
        for part in sorted(named_parts(con))
    ]
    everything = " UNION ALL BY NAME ".join(["SELECT * FROM recent_flows", *branches])
    con.execute(f"CREATE OR REPLACE VIEW flows AS {everything}")


def standing_in(con: duckdb.DuckDBPyConnection, part: int | str, wanted: pl.DataFrame) -> pl.DataFrame:
    """What a part holds of some declarations (`no_digest`), replaced or not: the columns of `flows` and `part`.

    They are looked up by digests, and only the rows that are found are read whole: the texts of all others stay where they are.
    """
    name, number = (f"part_{part}", part) if isinstance(part, int) else (part, STAGED)
    con.register("wanted_numbers", wanted.to_arrow())
    found = con.sql(query("places_in_part").format(part=name)).pl()
    con.unregister("wanted_numbers")
    con.register("wanted_places", found.to_arrow())
    rows: pl.DataFrame = con.sql(query("rows_of_part").format(part=name, number=number)).pl()
    con.unregister("wanted_places")
    return rows.join(wanted, on="declaration_no", how="semi")


# The part that a load is writing, which has no number yet.
STAGED = 0


class Stage:
    """Where a load puts flows: into a new part when they are many, else into the main file.

    The new part is written by a connection of its own, because no transaction writes into two files. It is there whole, under
    its last name, before the load's transaction names it; a load that fails leaves a file that nobody names.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, folder: Path, part_rows: int) -> None:
        self._con, self._folder, self._part_rows = con, folder, part_rows
        self._side: duckdb.DuckDBPyConnection | None = None
        self._half = folder / "flows.half"

    def takes(self, flows: pl.DataFrame) -> bool:
        """Whether so many flows go into the new part at once."""
        return 2 * len(flows) >= self._part_rows

    def add(self, flows: pl.DataFrame) -> None:
        """Write flows into the new part. Columns as those of `recent_flows`, and `no_digest`."""
        side = self._opened()
        side.register("added", flows.to_arrow())
        side.execute(query("add_to_stage"))
        side.unregister("added")

    def standing(self, wanted: pl.DataFrame) -> pl.DataFrame | None:
        """What the new part holds of some declarations, as `standing_in` gives it; None where there is none yet."""
        return None if self._side is None else standing_in(self._side, "stage", wanted)

    def remove(self, flows: pl.Series) -> None:
        """Take flows out of the new part again."""
        side = self._opened()
        side.register("removed", flows.alias("flow").to_frame().to_arrow())
        side.execute("DELETE FROM stage.main.flows WHERE flow IN (SELECT flow FROM removed)")
        side.unregister("removed")

    def number_parts(self) -> None:
        """Write all parts anew with numbers of counterparties: those of before version 4 have none."""
        for part in sorted(named_parts(self._con)):
            # The schema that this transaction changes is not seen by the side that writes.
            self._opened().execute("ALTER TABLE stage.main.flows ADD COLUMN IF NOT EXISTS counterparty_number BIGINT")
            with handed(self._con, numbers=numbers_in(self._con, f"part_{part}.main.flows")):
                left = query("flows_left_in_part").format(part=part, columns="*")
                self._move(query("flows_of_part_numbered").format(flows=left))
            self._forget(part)

    def settle(self) -> None:
        """Before the load's transaction ends: finish the new part and name it, and let view `flows` show what stands."""
        recent = self._count("SELECT count(*) FROM recent_flows")
        if recent >= self._part_rows:
            self._move(query("recent_flows_with_digests"))
            self._con.execute("DELETE FROM recent_flows")
        if self._side is not None:
            self._merge()
            self._finish(self._side)
        remake_view(self._con)

    def abandon(self) -> None:
        """The load failed: let go of what was written."""
        if self._side is not None:
            self._side.close()
            self._side = None

    def _merge(self) -> None:
        """Take parts that have become many into the new one, without what was replaced."""
        held = self._con.execute(query("sizes_of_parts")).fetchall()
        small = [part for part, flows, _ in held if flows < MERGED * self._part_rows]
        # A part of which a quarter was replaced is worth writing again.
        again = {part for part, flows, replaced in held if 4 * replaced > flows}
        for part in sorted({*again, *(small if len(small) >= MERGED else ())}):
            self._move(query("flows_left_in_part").format(part=part, columns="*"))
            self._forget(part)

    def _forget(self, part: int) -> None:
        self._con.execute("DELETE FROM parts WHERE part = ?", [part])
        self._con.execute("DELETE FROM replaced WHERE part = ?", [part])

    def _move(self, rows: str) -> None:
        side = self._opened()
        reader = self._con.sql(rows).to_arrow_reader(_ROWS_AT_A_TIME)
        side.register("added", reader)
        side.execute(query("add_to_stage"))
        side.unregister("added")

    def _opened(self) -> duckdb.DuckDBPyConnection:
        if self._side is None:
            self._folder.mkdir(exist_ok=True)
            self._half.unlink(missing_ok=True)
            self._side = self._con.cursor()
            self._side.execute(f"ATTACH {_quoted(self._half)} AS stage")
            self._side.execute(query("stage"))
        return self._side

    def _finish(self, side: duckdb.DuckDBPyConnection) -> None:
        flows, last = side.execute("SELECT count(*), coalesce(max(declaration), 0) FROM stage.main.flows").fetchall()[0]
        side.execute("CHECKPOINT stage")
        side.execute("DETACH stage")
        self.abandon()
        if not flows:
            self._half.unlink()
            return
        part = 1 + max([*named_parts(self._con), *_numbers(self._folder), 0])
        file = self._folder / part_name(part)
        sync(self._half)
        sha256 = digest_of(self._half)
        self._half.rename(file)
        sync(self._folder)
        _attach(self._con, self._folder, part)
        self._con.execute("INSERT INTO parts VALUES (?, ?, ?, ?, ?)", [part, flows, last, file.stat().st_size, sha256])

    def _count(self, question: str) -> int:
        return int(self._con.execute(question).fetchall()[0][0])


def halves(home: Path) -> list[Path]:
    """What loads that were killed had begun to write. Nobody may be writing now."""
    return sorted((home / FOLDER).glob("*.half*"))


def unnamed(home: Path, named: Iterable[str]) -> list[Path]:
    """Parts whose files are not among these."""
    kept = set(named)
    return [path for number in _numbers(home / FOLDER) if (path := home / FOLDER / part_name(number)).name not in kept]


def _numbers(folder: Path) -> list[int]:
    digits = (file.name.removeprefix(_PREFIX).removesuffix(_SUFFIX) for file in folder.glob(f"{_PREFIX}*{_SUFFIX}"))
    return sorted(int(number) for number in digits if number.isdigit())


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
