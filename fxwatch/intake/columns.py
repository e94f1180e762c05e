"""What a column of an incoming file holds, and whether a header fits a kind of file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fxwatch.errors import FileRefused


class Form(StrEnum):
    """What the cells of a column hold. A code or an identifier that was kept as a number has lost digits."""

    CODE = "code"
    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    WHOLE = "whole number"
    FLAG = "flag"


@dataclass(frozen=True)
class Column:
    """A column of a kind of file. A bold one must exist."""

    form: Form
    bold: bool = False


def check_header(names: Sequence[str], columns: Mapping[str, Column], path: Path) -> None:
    """Refuse a header that names a column twice or lacks a bold one.

    Raises:
        FileRefused: the sentence names the file and the column.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FileRefused(
            f"{path}: the header names column {', '.join(twice)} more than once. Remove or rename one and load the file again.",
            f"{path}:表头中列 {'、'.join(twice)} 重复。请删除或改名后重新导入。",
        )
    missing = [name for name, column in columns.items() if column.bold and name not in names]
    if missing:
        found = ", ".join(names) or "none"
        raise FileRefused(
            f"{path}: column {', '.join(missing)} is missing; found {found}. Add it to the header and load the file again.",
            f"{path}:缺少列 {'、'.join(missing)};现有列:{found}。请补充表头后重新导入。",
        )


def refuse(path: Path, english: str, chinese: str) -> FileRefused:
    """The refusal of a file: a sentence that begins with its name."""
    return FileRefused(f"{path}: {english}", f"{path}:{chinese}")
