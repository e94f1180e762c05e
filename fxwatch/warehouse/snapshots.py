"""Publication: an immutable copy and one pointer, replaced by an atomic rename; readers never wait and never tear."""

import os
import re
import shutil
from pathlib import Path

import duckdb

from fxwatch.errors import HouseError

FOLDER = "published"
POINTER = "CURRENT"
_NAME = re.compile(r"snapshot-(\d+)\.duckdb")
_TRIES = 5


def publish_copy(home: Path, source: Path, keep: int) -> Path:
    """Copy the closed warehouse file into `published/` and point to it; remove what three newer ones have replaced."""
    folder = home / FOLDER
    numbers = sorted(_numbers(folder))
    snapshot = folder / f"snapshot-{(numbers[-1] if numbers else 0) + 1}.duckdb"
    half = snapshot.with_suffix(".half")
    shutil.copyfile(source, half)
    _sync(half)
    half.rename(snapshot)
    pointer = folder / f"{POINTER}.half"
    pointer.write_text(snapshot.name + "\n", "utf-8")
    _sync(pointer)
    pointer.rename(folder / POINTER)
    _sync(folder)
    for number in numbers[: max(0, len(numbers) - keep)]:
        (folder / f"snapshot-{number}.duckdb").unlink(missing_ok=True)
    return snapshot


def clear_leftovers(home: Path) -> None:
    """Remove what a killed publication left behind. Called under the lock."""
    for half in (home / FOLDER).glob("*.half"):
        half.unlink(missing_ok=True)


def current_snapshot(home: Path) -> Path:
    """The file that the pointer names.

    Raises:
        HouseError: there is no home, or nothing was ever published in it.
    """
    try:
        return home / FOLDER / (home / FOLDER / POINTER).read_text("utf-8").strip()
    except OSError as fault:
        raise HouseError(
            f"There is no fxwatch home in {home}. Make one with: fxwatch --home {home} init",
            f"{home} 不是 fxwatch 库。请先建库:fxwatch --home {home} init",
        ) from fault


class Snapshot:
    """A published state, read-only. `con` is its connection; `name` its file's name."""

    def __init__(self, path: Path, con: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self.name = path.name
        self.con = con


def open_snapshot(home: Path) -> Snapshot:
    """Open the snapshot that is current now.

    Raises:
        HouseError: there is none, or its file is missing or damaged.
    """
    for attempt in range(_TRIES):
        path = current_snapshot(home)
        try:
            return Snapshot(path, _connect(path))
        except duckdb.Error as fault:
            # The pointer may have moved on, and the file with it, between the two steps: look again.
            if attempt == _TRIES - 1:
                raise HouseError(
                    f"The snapshot {path} cannot be read: {str(fault).splitlines()[0]}. Any load or run publishes a new one.",
                    f"无法读取快照 {path}:{str(fault).splitlines()[0]}。再次导入或运行即会发布新快照。",
                ) from fault
    raise AssertionError("unreachable")


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
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


def _numbers(folder: Path) -> list[int]:
    return [int(m[1]) for file in folder.iterdir() if (m := _NAME.fullmatch(file.name))]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
