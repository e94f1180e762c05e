"""A small file that lists entities to ask about: the identifiers in it, as they stand there."""

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from fxwatch.errors import FileRefused
from fxwatch.identifiers import entity_key
from fxwatch.intake.columns import Column, Form
from fxwatch.intake.files import examine
from fxwatch.intake.reading import read

NAMES = ("entity_id", "id", "主体代码", "组织机构代码", "统一社会信用代码")
# A list of a thousand identifiers is far below both; a workbook that unpacks to more is no list.
LARGEST = 2_000_000
_UNPACKED = 40_000_000
_STRETCH = 4096


def identifiers_in(name: str, content: bytes) -> list[str]:
    """The identifiers of a CSV or XLSX file, in its order, blank ones left out.

    They stand in the column that one of `NAMES` heads, else in the first. A first row that is itself an identifier is one.

    Args:
        name: of the file, for its ending and for sentences.
        content: its bytes.

    Raises:
        FileRefused: it is too large, damaged, or no file of these forms.
    """
    if len(content) > LARGEST or _unpacked(content) > _UNPACKED:
        raise FileRefused(
            f"{name}: it is too large for a list of identifiers. Keep the column of identifiers alone and send it again.",
            f"{name}：文件过大。请只保留主体代码一列后重新上传。",
        )
    with TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name or "list.csv")
        path.write_bytes(content)
        try:
            return _listed(path)
        except FileRefused as fault:
            # The sentence is for whoever sent the file, who knows it by its name.
            raise FileRefused(fault.english.replace(str(path), name), fault.chinese.replace(str(path), name)) from fault


def identifiers_of(text: str) -> list[str]:
    """The identifiers of a text that was typed or pasted: one a line, or parted by commas, semicolons, blanks."""
    for mark in ",;,;、\t":
        text = text.replace(mark, "\n")
    return [word for line in text.splitlines() for word in line.split()]


def _listed(path: Path) -> list[str]:
    reading = read(examine(path), {name: Column(Form.CODE) for name in NAMES}, _STRETCH)
    cells: list[str | None] = []
    for rows in reading.rows:
        names = rows.columns.columns
        column = next((name for name in NAMES if name in names), names[0])
        if not cells and column not in NAMES and _is_code(column):
            cells.append(column)
        cells += rows.columns[column].to_list()
    return [cell.strip() for cell in cells if cell and cell.strip()]


def _is_code(word: str) -> bool:
    """Whether a first row is an identifier rather than a heading: it has its form, and a digit."""
    return entity_key(word, verify=False) is not None and any(letter.isdigit() for letter in word)


def _unpacked(content: bytes) -> int:
    if not content.startswith(b"PK"):
        return 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return sum(part.file_size for part in book.infolist())
    except zipfile.BadZipFile:
        return 0  # the reader says what is wrong with it
