"""Folding: what stands in the journals of a home becomes rows of the register's questions, each exactly once.

The rows of a piece and the place up to which the journal is folded are written in one transaction: killed at any moment, the
next one goes on where the last one ended. A journal that nobody holds any more is removed when it is folded to its end.
"""

import fcntl
import json
import logging
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from fxwatch.recording.journal import BEGUN, FOLDER, SUFFIX, home_name

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register import Register

# At most so much in one transaction: others who write wait for it.
PIECE = 1 << 20
# Between two pieces, so that whoever waits has a turn: whoever takes a lock again at once would keep all others out.
PAUSE_SECONDS = 0.01
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
        with suppress(FileNotFoundError), path.open("rb") as file:  # another one may finish it first
            is_over = _is_over(file)
            records += _fold(home.register, path, file, is_over=is_over)
            if is_over and path.exists() and home.register.folded(_first(path)) is not None:
                path.unlink()
                home.register.close_block(_first(path))
                journals += 1
    return Folded(records, journals)


def forget_orphans(home: "Home") -> None:
    """Forget the blocks of a home that have no journal: their process died between taking one and making its file."""
    known = datetime.now(UTC).replace(tzinfo=None) - _ORPHANED
    for first, at in home.register.waiting_blocks(home_name(home.path)).items():
        if at < known and not (home.path / FOLDER / f"{first:016d}{SUFFIX}").exists():
            home.register.close_block(first)
            (home.path / FOLDER / f"{first:016d}{BEGUN}").unlink(missing_ok=True)


def _first(path: Path) -> int:
    return int(path.name.removesuffix(SUFFIX))


def _is_over(file: IO[bytes]) -> bool:
    """Whether nobody appends any more; then the file is ours until it is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _fold(register: "Register", path: Path, file: IO[bytes], *, is_over: bool) -> int:
    count = 0
    while (start := register.folded(_first(path))) is not None:
        file.seek(start)
        piece = file.read(PIECE)
        # A last line without its end was never answered.
        piece = piece[: piece.rfind(b"\n") + 1]
        if not piece:
            return count
        records = _whole(path, piece) if is_over else _lines(piece)
        if register.fold(_first(path), start, start + len(piece), records):
            count += len(records)
            time.sleep(PAUSE_SECONDS)
    if path.exists():
        log.error("%s is the journal of no block that this register waits for; it is left as it is.", path)
    return count


def _lines(piece: bytes) -> list[str]:
    # Not splitlines: a name may hold what Unicode calls the end of a line.
    return piece.decode("utf-8").split("\n")[:-1]


def _whole(path: Path, piece: bytes) -> list[str]:
    """The records of a journal whose writer is gone. What is no record, as after a loss of power, is put aside and said."""
    whole: list[bytes] = []
    broken: list[bytes] = []
    for line in piece.split(b"\n")[:-1]:
        (whole if _is_record(line) else broken).append(line)
    if broken:
        aside = path.with_suffix(".damaged")
        with aside.open("ab") as file:
            file.writelines(line + b"\n" for line in broken)
        log.error("%d lines of %s are no records; they were put into %s.", len(broken), path, aside)
    return [line.decode("utf-8") for line in whole]


def _is_record(line: bytes) -> bool:
    try:
        return "receipt" in json.loads(line)
    except (ValueError, TypeError):
        return False
