"""What a column of an incoming file holds, and whether a header fits a kind of file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fxwatch.errors import FileRefused
from fxwatch.intake.wording import escaped, listed, listed_zh

# A header that is wider is no header of ours.
WIDEST = 4096


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
    """Refuse a header that is too wide, names a column twice or lacks a bold one.

    Raises:
        FileRefused: the sentence names the file and the column.
    """
    if len(names) > WIDEST:
        raise too_wide(path, len(names))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refuse(
            path,
            f"the header names column {listed(twice)} more than once. Remove or rename one and load the file again.",
            f"表头中列 {listed_zh(twice)} 重复。请删除或改名后重新导入。",
        )
    missing = [name for name, column in columns.items() if column.bold and name not in names]
    if missing:
        raise refuse(
            path,
            f"column {listed(missing)} is missing; found {listed(names) or 'none'}. Add it to the header and load the file again.",
            f"缺少列 {listed_zh(missing)}；现有列：{listed_zh(names) or '无'}。请补充表头后重新导入。",
        )


def refuse(path: Path, english: str, chinese: str) -> FileRefused:
    """The refusal of a file: a sentence that begins with its name."""
    return FileRefused(escaped(f"{path}: {english}"), escaped(f"{path}:{chinese}"))


def too_wide(path: Path, width: int) -> FileRefused:
    """The refusal of a file with more columns than any has."""
    return refuse(
        path,
        f"it has {width:,} columns; {WIDEST:,} are the most. Remove what is not needed and load the file again.",
        f"共有 {width:,} 列，至多 {WIDEST:,} 列。请删除不需要的列后重新导入。",
    )
