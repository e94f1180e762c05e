"""Looking for damage: what a file says it holds, whether every byte of it can be read, and what can be made of the rest."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import duckdb

from fxwatch.errors import HouseError
from fxwatch.locks import locked
from fxwatch.settings import Settings
from fxwatch.warehouse.disk import copy_safely, digest_of
from fxwatch.warehouse.parts import folder_of, named_parts, part_name
from fxwatch.warehouse.snapshots import (
    FOLDER,
    connect_reader,
    digest_file,
    kept_digest,
    leftovers,
    publish_copy,
    snapshot_numbers,
    unneeded,
)
from fxwatch.warehouse.store import FILE, LOCK, first_line
from fxwatch.warehouse.versions import SCHEMA_VERSION, version_of

_HEADERS = 3 * 4096  # bytes before the first block of a DuckDB file


@dataclass(frozen=True)
class Contents:
    """What a warehouse or a snapshot says it holds."""

    version: int | None
    loads: int
    runs: int
    newest: datetime | None


class Unreadable(Exception):
    """A file that cannot be read: why, in English and in Chinese; what the engine complains of stays as it says it."""

    def __init__(self, english: str, chinese: str = "") -> None:
        super().__init__(english)
        self.chinese = chinese or english


@contextmanager
def looking(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A reading connection on a file and its parts; whatever the engine complains of is `Unreadable`, and so is a cut file."""
    try:
        with connect_reader(path) as con:
            _measure_parts(path, named_parts(con))
            # The engine itself would notice a cut only when it comes to a block that is gone.
            if (size := path.stat().st_size) < (whole := _least_size(con)):
                raise Unreadable(
                    f"it was cut, {size:,} bytes are left of at least {whole:,}",
                    f"文件被截断，至少应有 {whole:,} 字节，仅余 {size:,} 字节",
                )
            yield con
    except duckdb.Error as fault:
        raise Unreadable(first_line(fault)) from fault


def _measure_parts(path: Path, parts: Mapping[int, tuple[int, str]]) -> None:
    """Parts are never changed, so their sizes tell whether they were cut."""
    for part, (whole, _) in parts.items():
        if (size := (folder_of(path) / part_name(part)).stat().st_size) != whole:
            raise Unreadable(
                f"its part {part_name(part)} has {size:,} bytes in place of {whole:,}",
                f"所含文件 {part_name(part)} 应为 {whole:,} 字节，实为 {size:,} 字节",
            )


def _least_size(con: duckdb.DuckDBPyConnection) -> int:
    """The bytes a file must have to hold every block in use. Free blocks at its end may be gone: the engine cuts them off."""
    used, block = con.execute(
        "SELECT used_blocks, block_size FROM pragma_database_size() WHERE database_name = current_database()"
    ).fetchall()[0]
    last = con.execute("SELECT max(block_id) FROM pragma_metadata_info()").fetchall()[0][0] or 0
    for table in _tables(con):
        found = con.execute(
            "SELECT greatest(max(block_id), max(list_max(additional_block_ids))) FROM pragma_storage_info($table) WHERE persistent",
            {"table": table},
        ).fetchall()[0][0]
        last = max(last, found or 0)
    return _HEADERS + int(max(used, last + 1)) * int(block)


def contents(con: duckdb.DuckDBPyConnection) -> Contents:
    """What a file says it holds."""
    version = version_of(con)
    if version != SCHEMA_VERSION:
        return Contents(version, 0, 0, None)
    loads, runs, newest = con.execute(
        "SELECT (SELECT count(*) FROM loads), (SELECT count(*) FROM runs), "
        "(SELECT max(t) FROM (SELECT max(known_from) AS t FROM loads UNION ALL SELECT max(ended_at) FROM runs))"
    ).fetchall()[0]
    return Contents(version, loads, runs, newest)


def read_through(path: Path, con: duckdb.DuckDBPyConnection) -> None:
    """Read every value of every table, and every byte of its parts: what does not fit is found. Seconds for a gigabyte.

    Args:
        path: the file.
        con: open on it.

    Raises:
        duckdb.Error: a block's checksum does not fit.
        Unreadable: the bytes of a part are not those that were written.
    """
    for table in _tables(con):
        con.table(table).aggregate("bit_xor(hash(COLUMNS(*)))").fetchall()
    for part, (_, sha256) in named_parts(con).items():
        file = folder_of(path) / part_name(part)
        status = file.stat()
        if _digest_of(file, status.st_mtime_ns, status.st_size) != sha256:
            raise Unreadable(
                f"the bytes of its part {part_name(part)} are not those that were written",
                f"所含文件 {part_name(part)} 的内容与写入时不符",
            )


def _tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables of the main file; parts are looked after as files."""
    found = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND database_name = current_database() ORDER BY 1"
    )
    return [table for (table,) in found.fetchall()]


@lru_cache(maxsize=1024)
def _digest_of(file: Path, changed: int, size: int) -> str:
    # Snapshots share their parts: each is read once.
    return digest_of(file)


def hits_missing(con: duckdb.DuckDBPyConnection, hit_ids: Iterable[str]) -> list[str]:
    """Those of some hits that were never found, as far as this file knows."""
    found = {hit for (hit,) in con.execute("SELECT hit_id FROM hits").fetchall()}
    superseded = {hit for (hit,) in con.execute("SELECT unnest(supersedes) FROM hits").fetchall()}
    return sorted(set(hit_ids) - found - superseded)


def entities_missing(con: duckdb.DuckDBPyConnection, entity_ids: Iterable[str]) -> list[str]:
    """Entities of the warehouse's copy of the roll that are not among these."""
    return sorted({e for (e,) in con.execute("SELECT entity_id FROM roll").fetchall()} - set(entity_ids))


def snapshots(home: Path) -> list[Path]:
    """The snapshots that are there, the newest first."""
    folder = home / FOLDER
    numbers = sorted(snapshot_numbers(folder), reverse=True) if folder.is_dir() else []
    return [folder / f"snapshot-{number}.duckdb" for number in numbers]


def is_whole(snapshot: Path) -> bool:
    """Whether a snapshot is what was published: by its digest, and by reading all of it."""
    try:
        if (kept := kept_digest(snapshot)) is not None and kept != digest_of(snapshot):
            return False
        with looking(snapshot) as con:
            read_through(snapshot, con)
            return version_of(con) is not None
    except (Unreadable, OSError):
        return False


def rebuild(home: Path, settings: Settings) -> tuple[Path, Path | None]:
    """Put the newest whole snapshot in the place of a damaged warehouse, and publish it anew.

    Returns:
        The snapshot, and where the damaged file was put; None where there was none.

    Raises:
        HouseError: no snapshot is whole.
        HomeLocked: another process is writing.
    """
    with locked(home / LOCK, doing="repair", seconds=settings.lock_seconds):
        found = next((path for path in snapshots(home) if is_whole(path)), None)
        if found is None:
            raise HouseError(
                f"No snapshot in {home / FOLDER} is whole. Restore the home from a backup with: fxwatch --home NEW restore BACKUP",
                f"{home / FOLDER} 中没有完好的快照。请用备份恢复到新库：fxwatch --home 新库 restore 备份",
            )
        half = home / f"{FILE}.half"
        copy_safely(found, half)
        aside = home / f"{FILE}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}"
        # The log too: it belongs to the damaged file, and replayed into another one it would damage that.
        for name in (FILE, f"{FILE}.wal"):
            if (home / name).exists():
                (home / name).rename(aside.with_name(name.replace(FILE, aside.name)))
        half.rename(home / FILE)
        with connect_reader(home / FILE) as con:
            parts = named_parts(con)
        publish_copy(home, home / FILE, settings.keep_snapshots, parts)
    return found, aside if aside.exists() else None


def remove_damaged(home: Path, settings: Settings, current: Path) -> list[Path]:
    """Remove snapshots that are not whole, but never the current one; returns them."""
    with locked(home / LOCK, doing="repair", seconds=settings.lock_seconds):
        damaged = [path for path in snapshots(home) if path != current and not is_whole(path)]
        for path in damaged:
            path.unlink(missing_ok=True)
            digest_file(path).unlink(missing_ok=True)
        for part in _unnamed_parts(home):
            part.unlink(missing_ok=True)
    return damaged


def clear(home: Path, settings: Settings) -> list[Path]:
    """Remove what killed processes left behind; returns what it was."""
    with locked(home / LOCK, doing="repair", seconds=settings.lock_seconds):
        left = left_behind(home)
        for path in left:
            path.unlink(missing_ok=True)
    return left


def left_behind(home: Path) -> list[Path]:
    """What killed processes left behind. Nobody may be writing now."""
    spilled = (path for path in (home / "tmp").glob("*") if path.is_file()) if (home / "tmp").is_dir() else ()
    halves = [*home.glob(".fxwatch.toml-*"), *home.glob(f"{FILE}.half")]
    published = leftovers(home) if (home / FOLDER).is_dir() else []
    return sorted([*published, *halves, *spilled, *_unnamed_parts(home)])


def _unnamed_parts(home: Path) -> list[Path]:
    """Parts that nobody names, as far as that can be told."""
    try:
        with connect_reader(home / FILE) as con:
            return unneeded(home, named_parts(con))
    except (duckdb.Error, OSError):
        return []
