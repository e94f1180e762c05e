"""Names and words of others as our sentences show them: no character of a terminal's own, no endless list."""

import os
from collections.abc import Sequence
from pathlib import Path

_MOST = 10


def escaped(text: str) -> str:
    """A text whose every character can be printed: control characters as `\\x1b`, bytes that are no UTF-8 as `\\xff`."""
    return text if text.isprintable() else "".join(c if c.isprintable() else _escape(c) for c in text)


def listed(names: Sequence[str], *, between: str = ", ", more: str = "and {:,} more") -> str:
    """The first ten of some names, and how many more there are."""
    shown = [escaped(name) for name in names[:_MOST]]
    return between.join([*shown, more.format(len(names) - _MOST)] if len(names) > _MOST else shown)


def listed_zh(names: Sequence[str]) -> str:
    """`listed`, for a Chinese sentence."""
    return listed(names, between="、", more="另有 {:,} 列")


def file_name(path: Path) -> str:
    """The name of a file as it goes on record: bytes that are no UTF-8 as `\\xff`."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")


def _escape(character: str) -> str:
    # Bytes of a file name that are no UTF-8 come as surrogates.
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return repr(character)[1:-1]
