"""Folding: what stands in the journals of a home becomes rows of the register's questions, each exactly once.

The rows of a piece and the place up to which the journal is folded are written in one transaction: killed at any moment, the
next one goes on where the last one ended. A journal that nobody holds any more is removed when it is folded to its end.
"""

import fcntl
import json
import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fxwatch.recording.journal import FOLDER, SUFFIX, home_name

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register import Register

# At most so much in one transaction: others who write wait for it.
PIECE = 2 << 20
_ORPHANED = timedelta(minutes=5)

log = logging.getLogger("fxwatch.records")


class Folded(NamedTuple):
    """What a folding did: records brought into the register, journals that were finished and removed."""

    records: int
    journals: int


def fold(home: "Home") -> Folded:
    """Bring every record of a home's journals into the register. Any process may do so at any time, also several at once.

    Raises:
        HouseError: the register cannot be written to; every record stays where it is.
    """
    records = journals = 0
    for path in sorted((home.path / FOLDER).glob(f"*{SUFFIX}")):
        first = int(path.name.removesuffix(SUFFIX))
        records += _fold(home.register, path, first)
        journals += _finish(home.register, path, first)
    return Folded(records, journals)


def forget_orphans(home: "Home") -> None:
    """Forget the blocks of a home that have no journal: their process died between taking one and making its file."""
    known = datetime.now(UTC).replace(tzinfo=None) - _ORPHANED
    for first, at in home.register.waiting_blocks(home_name(home.path)).items():
        if at < known and not (home.path / FOLDER / f"{first:016d}{SUFFIX}").exists():
            home.register.close_block(first)


def _fold(register: "Register", path: Path, first: int) -> int:
    count = 0
    while True:
        start = register.folded(first)
        if start is None:
            log.error("%s is the journal of no block that this register waits for; it is left as it is.", path)
            return count
        piece = _piece(path, start)
        if not piece:
            return count
        records = _whole(path, piece)
        if register.fold(first, start, start + len(piece), records):
            count += len(records)


def _piece(path: Path, start: int) -> bytes:
    """The lines from a byte on that are whole; a last one without its end was never answered."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            piece = file.read(PIECE)
    except FileNotFoundError:  # another one finished it
        return b""
    return piece[: piece.rfind(b"\n") + 1]


def _whole(path: Path, piece: bytes) -> list[str]:
    """The records of a piece. What is no record (a disk that lost its power) is put aside, and said."""
    try:
        json.loads(b"[" + piece[:-1].replace(b"\n", b",") + b"]") if b"\x00" in piece else None
        return piece.decode("utf-8").splitlines()
    except ValueError:
        pass
    lines = piece.split(b"\n")[:-1]
    whole = [line for line in lines if _is_record(line)]
    aside = path.with_suffix(".damaged")
    with aside.open("ab") as file:
        file.writelines(line + b"\n" for line in lines if not _is_record(line))
    log.error("%d lines of %s are no records; they were put into %s.", len(lines) - len(whole), path, aside)
    return [line.decode("utf-8") for line in whole]


def _is_record(line: bytes) -> bool:
    try:
        return "receipt" in json.loads(line)
    except (ValueError, TypeError):
        return False


def _finish(register: "Register", path: Path, first: int) -> int:
    """Remove a journal that is folded to its end and that nobody holds."""
    try:
        held = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return 0
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0
    else:
        # Nobody appends any more: what came between the folding and the lock is folded now.
        _fold(register, path, first)
        if register.folded(first) is None:
            return 0
        path.unlink(missing_ok=True)
        register.close_block(first)
        return 1
    finally:
        os.close(held)
