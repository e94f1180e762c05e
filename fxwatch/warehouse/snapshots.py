"""Publication: an immutable copy and one pointer, replaced by an atomic rename; readers never wait and never tear."""

import hashlib
import os
import re
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

from fxwatch.errors import HouseError
from fxwatch.warehouse.versions import check_version

FOLDER = "published"
POINTER = "CURRENT"
_NAME = re.compile(r"snapshot-(\d+)\.duckdb")
_TRIES = 5


def publish_copy(home: Path, source: Path, keep: int) -> Path:
    """Copy the closed warehouse file into `published/` and point to it; remove what three newer ones have replaced.

    The SHA-256 of what was to be copied is kept beside the copy, in a file that `sha256sum -c` reads.
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
        _put(digest_file(snapshot), f"{digest.result()}  {snapshot.name}\n")
    half.rename(snapshot)
    _put(folder / POINTER, snapshot.name + "\n")
    _sync(folder)
    for number in numbers[: max(0, len(numbers) - keep)]:
        gone = folder / f"snapshot-{number}.duckdb"
        gone.unlink(missing_ok=True)
        digest_file(gone).unlink(missing_ok=True)
    return snapshot


def copy_safely(source: Path, target: Path) -> None:
    """Copy a file, and have it on the disk when this returns."""
    shutil.copyfile(source, target)
    _sync(target)


def digest_file(snapshot: Path) -> Path:
    """Where the digest of a snapshot is kept."""
    return snapshot.with_suffix(".sha256")


def kept_digest(snapshot: Path) -> str | None:
    """The digest that was kept when a snapshot was published; None where none was."""
    try:
        return digest_file(snapshot).read_text("utf-8").split()[0]
    except (OSError, UnicodeDecodeError, IndexError):
        return None


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def leftovers(home: Path) -> list[Path]:
    """What a killed publication left behind: halves, and digests of what is not there. Nobody may be publishing now."""
    folder = home / FOLDER
    lonely = (file for file in folder.glob("*.sha256") if not file.with_suffix(".duckdb").exists())
    return sorted({*folder.glob("*.half"), *lonely})


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
    """A connection that can read this one file and nothing else.

    Raises:
        duckdb.Error: the file cannot be read.
    """
    return duckdb.connect(
        str(path),
        read_only=True,
        config={
            "memory_limit": "2GiB",
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            # In the configuration, not by SET: a second connection of this process to the same file shares it.
            "lock_configuration": "true",
        },
    )


def snapshot_numbers(folder: Path) -> list[int]:
    """The numbers of the snapshots that are there."""
    return [int(m[1]) for file in folder.iterdir() if (m := _NAME.fullmatch(file.name))]


def _put(path: Path, text: str) -> None:
    """Replace a small file in one step."""
    half = path.with_name(f"{path.name}.half")
    half.write_text(text, "utf-8")
    _sync(half)
    half.rename(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
