"""The journal of one block of receipt numbers: a file to which each record is appended before its answer leaves.

A record is one line and one `write` to a file opened for appending: once that call returns, the line is the kernel's, and no
death of this process loses it. Only a machine that loses its power loses what the disk has not got yet: `sync` waits for that.
"""

import fcntl
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from fxwatch.errors import HouseError

if TYPE_CHECKING:
    from fxwatch.register.blocks import Block

FOLDER = "records"
SUFFIX, BEGUN = ".jsonl", ".begun"


def home_name(home: Path) -> str:
    """What the register calls a home whose journals it waits for; homes on several machines may share one register."""
    return f"{socket.gethostname()}:{home.resolve()}"


class Journal:
    """A block's numbers and its file. As long as this process holds it, nobody else takes it for finished."""

    def __init__(self, home: Path, block: "Block") -> None:
        self.block = block
        self.path = home / FOLDER / f"{block.first:016d}{SUFFIX}"
        self._next = block.first
        self._size = 0
        self._is_torn = False
        # Numbers that were taken whose records are not here yet.
        self.owed = 0
        begun = self.path.with_suffix(BEGUN)
        try:
            self.path.parent.mkdir(mode=0o750, exist_ok=True)
            self._file = os.open(begun, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # It bears its name only when it is held: a folding in between would take it for one that is over.
            begun.rename(self.path)
            # Nor must the name be lost with the power.
            _sync_folder(self.path.parent)
        except OSError as fault:
            raise _unwritten(self.path, fault) from fault

    @property
    def left(self) -> int:
        """How many numbers are left."""
        return self.block.last - self._next + 1

    @property
    def used(self) -> int:
        """The newest number that was taken; the one before the block if none was."""
        return self._next - 1

    def take(self, count: int) -> int:
        """Take numbers and promise their records. Returns the first of them."""
        first = self._next
        self._next += count
        self.owed += 1
        return first

    def append(self, records: bytes) -> None:
        """Write the records of numbers that were taken together, all of them or none.

        Raises:
            HouseError: the disk is full or read-only; nothing of it is kept, and the answers must not leave.
        """
        self.owed -= 1
        try:
            written = 0 if self._is_torn else os.write(self._file, records)
            if written != len(records):
                raise OSError(0, f"only {written} of {len(records)} bytes were taken; the disk is full")
        except OSError as fault:
            self._take_back(fault)
        self._size += len(records)

    def forget(self) -> None:
        """What was taken last is not answered after all; its numbers stay unused."""
        self.owed -= 1

    def _take_back(self, fault: OSError) -> None:
        try:
            os.ftruncate(self._file, self._size)
        except OSError:
            # Half a line stays behind: no line may follow it, so this block ends here.
            self._is_torn, self._next = True, self.block.last + 1
        raise _unwritten(self.path, fault) from fault

    def sync(self) -> None:
        """Wait until the disk has everything that was appended.

        Raises:
            HouseError: it has not.
        """
        try:
            os.fdatasync(self._file)
        except OSError as fault:
            raise _unwritten(self.path, fault) from fault

    def close(self) -> None:
        """Let go of the file; whoever folds next may finish it."""
        os.close(self._file)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritten(path: Path, fault: OSError) -> HouseError:
    what = fault.strerror or str(fault)
    return HouseError(
        f"No record can be written to {path}: {what}. Nothing was answered. Look whether the disk is full or read-only.",
        f"无法写入查询记录 {path}:{what}。未作答复。请检查磁盘是否已满或只读。",
    )
