"""Publication: an immutable copy and one pointer, replaced by an atomic rename; readers never wait and never tear.

What is copied is the main file alone. The parts that it names are shared: they never change.
"""

import re
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

from fxwatch.errors import HouseError
from fxwatch.warehouse.disk import copy_safely, digest_of, put, sync
from fxwatch.warehouse.parts import FOLDER as PARTS
from fxwatch.warehouse.parts import attach, folder_of, halves, named_parts, part_name, unnamed
from fxwatch.warehouse.versions import check_version

FOLDER = "published"
POINTER = "CURRENT"
_NAME = re.compile(r"snapshot-(\d+)\.duckdb")
_TRIES = 5
# A process may open one file several times: the second must find it with its parts opened and its configuration locked.
_OPENING = threading.Lock()


def publish_copy(home: Path, source: Path, keep: int, parts: Mapping[int, tuple[int, str]]) -> Path:
    """Copy the closed warehouse file into `published/` and point to it; remove what three newer ones have replaced.

    The SHA-256 of what was to be copied is kept beside the copy, and those of the parts that it names, in a file that
    `sha256sum -c` reads.
    """
    folder = home / FOLDER
    numbers = sorted(snapshot_numbers(folder))
    snapshot = folder / f"snapshot-{(numbers[-1] if numbers else 0) + 1}.duckdb"
    half = snapshot.with_suffix(".half")
    # Taken from the source, and while the disk is at work with the copy: a copy that went wrong does not match, and a
    # digest of a gigabyte costs little more than the copy alone.
    with ThreadPoolExecutor(1) as beside:
        digest = beside.submit(digest_of, source)
        copy_safely(source, half)
        shared = [f"{sha256}  ../{PARTS}/{part_name(part)}\n" for part, (_, sha256) in sorted(parts.items())]
        put(digest_file(snapshot), f"{digest.result()}  {snapshot.name}\n{''.join(shared)}")
    half.rename(snapshot)
    put(folder / POINTER, snapshot.name + "\n")
    sync(folder)
    for number in numbers[: max(0, len(numbers) - keep)]:
        gone = folder / f"snapshot-{number}.duckdb"
        gone.unlink(missing_ok=True)
        digest_file(gone).unlink(missing_ok=True)
    sweep(home, parts)
    return snapshot


def sweep(home: Path, parts: Mapping[int, tuple[int, str]]) -> None:
    """Remove the parts that neither the warehouse, which names these, nor any snapshot names. Called under the lock."""
    for path in unneeded(home, parts):
        path.unlink(missing_ok=True)


def unneeded(home: Path, parts: Mapping[int, tuple[int, str]]) -> list[Path]:
    """Parts that neither the warehouse, which names these, nor any snapshot names. Nobody may be writing now."""
    named = {part_name(part) for part in parts}
    if not unnamed(home, named):
        return []
    for number in snapshot_numbers(home / FOLDER):
        shared = parts_of(home / FOLDER / f"snapshot-{number}.duckdb")
        if shared is None:  # nobody can tell any more which parts it shares
            return []
        named.update(shared)
    return unnamed(home, named)


def parts_of(snapshot: Path) -> set[str] | None:
    """The names of the parts that a snapshot shares; None where it cannot be read."""
    try:
        lines = digest_file(snapshot).read_text("utf-8").splitlines()
        return {line.split()[1].rpartition("/")[2] for line in lines[1:]}
    except (OSError, UnicodeDecodeError, IndexError):
        pass
    try:
        with connect_reader(snapshot) as con:
            return {part_name(part) for part in named_parts(con)}
    except duckdb.Error:
        return None


def digest_file(snapshot: Path) -> Path:
    """Where the digest of a snapshot is kept."""
    return snapshot.with_suffix(".sha256")


def kept_digest(snapshot: Path) -> str | None:
    """The digest that was kept when a snapshot was published; None where none was."""
    try:
        return digest_file(snapshot).read_text("utf-8").split()[0]
    except (OSError, UnicodeDecodeError, IndexError):
        return None


def leftovers(home: Path) -> list[Path]:
    """What a killed publication left behind: halves, and digests of what is not there. Nobody may be publishing now."""
    folder = home / FOLDER
    lonely = (file for file in folder.glob("*.sha256") if not file.with_suffix(".duckdb").exists())
    return sorted({*folder.glob("*.half"), *lonely, *halves(home)})


def clear_leftovers(home: Path) -> None:
    """Remove what a killed publication left behind. Called under the lock."""
    for left in leftovers(home):
        left.unlink(missing_ok=True)


def current_snapshot(home: Path) -> Path:
    """The file that the pointer names.

    Raises:
        HouseError: there is no home, or nothing was ever published in it.
    """
    try:
        name = (home / FOLDER / POINTER).read_text("utf-8").strip()
    except UnicodeDecodeError:
        name = ""
    except OSError as fault:
        raise HouseError(
            f"There is no fxwatch home in {home}. Make one with: fxwatch --home {home} init",
            f"{home} 不是 fxwatch 库。请先建库：fxwatch --home {home} init",
        ) from fault
    if not _NAME.fullmatch(name):
        raise HouseError(
            f"{home / FOLDER / POINTER} names no snapshot. Any load or run publishes a new one; fxwatch doctor says more.",
            f"{home / FOLDER / POINTER} 未指向任何快照。再次导入或运行即会发布新快照；详情见 fxwatch doctor。",
        )
    return home / FOLDER / name


class Snapshot:
    """A published state, read-only, for any number of threads. `name` is its file's name.

    Nobody closes it: the file is let go with the last connection to it that anybody holds, so that whoever is in the middle
    of a question when a newer snapshot takes its place comes to the end of it.
    """

    def __init__(self, path: Path, con: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self.name = path.name
        self._con = con
        self._here = threading.local()

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """This thread's connection: one must not be used by two at a time."""
        if not hasattr(self._here, "con"):
            self._here.con = self._con.cursor()
        own: duckdb.DuckDBPyConnection = self._here.con
        return own


def open_snapshot(home: Path) -> Snapshot:
    """Open the snapshot that is current now.

    Raises:
        HouseError: there is none, or its file is missing or damaged.
    """
    for attempt in range(_TRIES):
        path = current_snapshot(home)
        try:
            con = connect_reader(path)
        except duckdb.Error as fault:
            # The pointer may have moved on, and the file with it, between the two steps: look again.
            if attempt == _TRIES - 1:
                raise HouseError(
                    f"The snapshot {path} cannot be read: {str(fault).splitlines()[0]}. Any load or run publishes a new one.",
                    f"无法读取快照 {path}:{str(fault).splitlines()[0]}。再次导入或运行即会发布新快照。",
                ) from fault
            continue
        check_version(home, con, f"The snapshot {path.name}", f"快照 {path.name}")
        return Snapshot(path, con)
    raise AssertionError("unreachable")


def connect_reader(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection that can read this one file and the parts that it names, and nothing else.

    Raises:
        duckdb.Error: the file or one of its parts cannot be read.
    """
    with _OPENING:
        con = duckdb.connect(
            str(path),
            read_only=True,
            config={
                "memory_limit": "2GiB",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            },
        )
        try:
            # A second connection of this process to the same file shares its parts and its locked configuration.
            if not con.execute("SELECT current_setting('lock_configuration')").fetchall()[0][0]:
                attach(con, folder_of(path))
                con.execute("SET enable_external_access = false")
                con.execute("SET lock_configuration = true")
        except BaseException:
            con.close()
            raise
    return con


def snapshot_numbers(folder: Path) -> list[int]:
    """The numbers of the snapshots that are there."""
    return [int(m[1]) for file in folder.iterdir() if (m := _NAME.fullmatch(file.name))]
