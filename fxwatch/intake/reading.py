"""Any file of a kind as stretches of rows, its header checked."""

from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from fxwatch.intake.columns import Column, check_header
from fxwatch.intake.csv_rows import CsvReader
from fxwatch.intake.files import Source, Tally
from fxwatch.intake.parquet_rows import ParquetReader
from fxwatch.intake.rows import ABOUT, Rows
from fxwatch.intake.sheet_rows import SheetReader

Item = TypeVar("Item")
_END = object()


@dataclass(frozen=True)
class Reading:
    """A file that is open: its extra columns, its rows, and how far it was read (bytes of the file)."""

    extra_columns: list[str]
    rows: Iterator[Rows]
    tally: Tally


def read(source: Source, columns: Mapping[str, Column], size: int) -> Reading:
    """Open a file and check its header; rows come in stretches of at most `size`, without the columns `ABOUT`.

    Raises:
        FileRefused: it cannot be read, has no header, lacks a bold column, or names one twice.
    """
    reader: CsvReader | ParquetReader | SheetReader
    if source.form == "parquet":
        reader = ParquetReader(source, size)
    elif source.form == "xlsx":
        reader = SheetReader(source, size, columns)
    else:
        reader = CsvReader(source)
    check_header(reader.names, columns, source.path)
    if isinstance(reader, ParquetReader):
        reader.check_types(columns)
    extra = [name for name in reader.names if name not in columns]
    rows = (piece.without(ABOUT) for stretch in reader.rows() for piece in stretch.slices(size))
    return Reading(extra, rows, reader.tally)


def ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """The same items, each made in another thread while the one before it is worked on.

    Whatever is raised in making an item is raised where it is taken. At most one waits.
    """
    beside = ThreadPoolExecutor(1, "reading")
    try:
        coming = beside.submit(next, items, _END)
        while (item := coming.result()) is not _END:
            coming = beside.submit(next, items, _END)
            yield item  # type: ignore[misc]
    finally:
        # Whoever stops here wants no more: what is being made is let go, not waited for.
        beside.shutdown(wait=False, cancel_futures=True)
