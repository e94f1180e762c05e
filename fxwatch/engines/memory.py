"""How much memory a run may take, and in how many shares the flows are looked at so that it does.

The bytes are measured (see the README): what all rules and both hand-overs hold at once, at their most, for each flow.
"""

import re
from collections.abc import Collection
from math import ceil
from pathlib import Path

from fxwatch.errors import RequestError
from fxwatch.flows import EXTRA_COLUMNS

# Of this machine's memory, when nothing else is said: the rest is for the warehouse's engine and for others.
SHARE_OF_MACHINE = 0.5
# Of what a run may take, for the flows that are looked at; the rest is for the engine, the findings and the program itself.
SHARE_FOR_FLOWS = 0.5
BYTES_A_FLOW = 80
BYTES_A_NUMBER, BYTES_A_TEXT = 16, 40
PROGRAM_BYTES = 400 << 20
LEAST = 1 << 30

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory_of(text: str) -> int:
    """A size such as `4GiB` or `800M` in bytes; K, M, G and T count in powers of 1024.

    Raises:
        RequestError: it is no size, or too small for any run.
    """
    size = _bytes(text)
    if size < LEAST:
        raise RequestError(
            f"--memory {text} is no size that a run can work in. Give 1GiB or more, such as 4GiB.",
            f"--memory {text} 不是可用的内存大小。请给出 1GiB 或以上，例如 4GiB。",
        )
    return size


def memory_of_machine() -> int:
    """The memory of this machine in bytes, or of the control group that this process is in, where that is less."""
    import os

    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [int(text) for path in _LIMITS if (text := _text(path)).isdigit()]
    return min([whole, *limits])


def shares_for(flows: int, columns: Collection[str], memory: int | None = None) -> int:
    """In how many shares to look at so many flows.

    Args:
        flows: how many there are.
        columns: those of `flows.EXTRA_COLUMNS` that the rules ask for.
        memory: what the run may take in bytes; without it half of the machine's.
    """
    given = memory or int(memory_of_machine() * SHARE_OF_MACHINE)
    texts = sum(str(EXTRA_COLUMNS.get(name)) == "String" for name in columns)
    each = BYTES_A_FLOW + BYTES_A_TEXT * texts + BYTES_A_NUMBER * (len(columns) - texts)
    room = max(given * SHARE_FOR_FLOWS - PROGRAM_BYTES, given / 8)
    return max(1, ceil(flows * each / room))


def engine_share(memory: int | None, setting: str) -> int:
    """Of what a run may take, the bytes for the warehouse's engine: what goes beyond it waits on the disk.

    Args:
        memory: what the run may take; without it half of the machine's, and no less for the engine than the setting says.
        setting: the home's setting `memory`.
    """
    if memory is not None:
        return memory // 4
    return max(int(memory_of_machine() * SHARE_OF_MACHINE) // 4, _bytes(setting))


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text.strip())
    return int(float(found[1]) * _UNITS[found[2].upper()]) if found else 0


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
