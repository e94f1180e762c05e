"""Folding: what stands in the journals of a home becomes rows of the register's questions, each exactly once.

The rows of a piece and the place up to which the journal is folded are written in one transaction: killed at any moment, the
next one goes on where the last one ended. A journal that nobody holds any more is removed when it is folded to its end.
"""

import fcntl
import logging
import re
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from fxwatch.errors import HouseError
from fxwatch.recording.journal import BEGUN, FOLDER, SUFFIX, home_name
from fxwatch.register.questions import row_of

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register import Register
    from fxwatch.register.blocks import Block

ASIDE = ".damaged"
_NAME = re.compile(r"[0-9]{16}" + re.escape(SUFFIX))

# At most so much in one transaction: others who write wait for it, and whoever answers on the same processor waits as long.
PIECE = 1 << 18
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

    What is no record is put aside into a file beside the journal, and said; a journal that cannot be folded keeps no other one.

    Raises:
        HouseError: the register cannot be written to, or a journal not be read; every record stays where it is.
    """
    records = journals = 0
    fault: HouseError | None = None
    for path in journals_in(home.path):
        try:
            with suppress(FileNotFoundError), path.open("rb") as file:  # another one may finish it first
                is_over = _is_over(file)
                records += _fold(home.register, path, file, is_over=is_over)
                if is_over and path.exists() and home.register.folded(_first(path)) is not None:
                    path.unlink()
                    home.register.close_block(_first(path))
                    journals += 1
        except OSError as found:
            fault = HouseError(
                f"{path} cannot be read or removed: {found.strerror}. Its records stay where they are.",
                f"无法读取或删除 {path}：{found.strerror}。其中的记录原样保留。",
            )
        except HouseError as found:
            fault = found
    if fault is not None:
        raise fault
    return Folded(records, journals)


def journals_in(home: Path) -> list[Path]:
    """The journals of a home, oldest first: files whose names are a block's first number."""
    folder = home / FOLDER
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if _NAME.fullmatch(path.name) and path.is_file())


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
    block = register.block(_first(path))
    while block is not None and (start := register.folded(block.first)) is not None:
        file.seek(start)
        piece, rest = _piece(file)
        if not piece:
            if rest and is_over:
                # A last line without its end was never answered, unless the machine lost its power.
                _put_aside(path, [rest])
            return count
        rows, broken = _rows(register, piece, block)
        # Where another one folded this piece meanwhile, its records are in the register already, and no damage.
        if broken and register.folded(block.first) == start:
            _put_aside(path, broken)
        if register.fold(block.first, start, start + len(piece), rows):
            count += len(rows)
            time.sleep(PAUSE_SECONDS)
    if path.exists() and register.block(_first(path)) is None:
        _say(f"{path} is the journal of no block that this register waits for; it is left as it is.")
    return count


def _piece(file: IO[bytes]) -> tuple[bytes, bytes]:
    """Whole lines, about `PIECE` bytes of them or one that is longer; and what is left behind the last of them."""
    piece = file.read(PIECE)
    while b"\n" not in piece and (more := file.read(PIECE)):
        piece += more
    end = piece.rfind(b"\n") + 1
    return piece[:end], piece[end:]


def _rows(register: "Register", piece: bytes, block: "Block") -> tuple[list[dict[str, Any]], list[bytes]]:
    """The rows of a piece, and the lines that are no records of this block, or records that are in the register already."""
    rows: dict[int, dict[str, Any]] = {}
    lines: dict[int, bytes] = {}
    broken: list[bytes] = []
    for line in piece.split(b"\n")[:-1]:
        try:
            # What a loss of power left of the lines before, a record may stand behind.
            row = row_of(line.lstrip(b"\0").decode("utf-8"))
        except ValueError:
            broken.append(line)
            continue
        number = row["receipt"]
        if block.first <= number <= block.last and number not in rows:
            rows[number], lines[number] = row, line
        else:
            broken.append(line)
    if rows:
        for number in register.receipts_within(block._replace(first=min(rows), last=max(rows))) & rows.keys():
            del rows[number]
            broken.append(lines[number])
    return list(rows.values()), broken


def _put_aside(path: Path, lines: list[bytes]) -> None:
    aside = path.with_suffix(ASIDE)
    with aside.open("ab") as file:
        file.writelines(line + b"\n" for line in lines)
    log.error("%d lines of %s are no records; they were put into %s.", len(lines), path, aside)


@lru_cache(maxsize=1000)
def _say(what: str) -> None:
    """Once, not at each folding."""
    log.error("%s", what)
