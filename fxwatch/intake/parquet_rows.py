"""Parquet: columns are text or of the type that fits them; an amount of floating type is refused."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.intake.columns import Column, Form, refuse
from fxwatch.intake.files import Source, Tally
from fxwatch.intake.rows import Rows

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq


class ParquetReader:
    """The rows of a Parquet file. `names` are its columns; a row's line is its number, from 1."""

    def __init__(self, source: Source, size: int) -> None:
        self.source = source
        self.tally = Tally()
        self._size = size
        self._file = self._opened()
        self.names = [name.strip() for name in self._file.schema_arrow.names]

    def check_types(self, columns: Mapping[str, Column]) -> None:
        """Refuse a column whose type does not fit what it holds.

        Raises:
            FileRefused: the sentence names file, column and type.
        """
        for name, field in zip(self.names, self._file.schema_arrow, strict=True):
            if name in columns and not _fits(field.type, columns[name].form):
                wanted = _WANTED[columns[name].form]
                raise refuse(
                    self.source.path,
                    f"column {name} is of type {field.type}; it should be text{wanted}. Write it as that and load the file again.",
                    f"列 {name} 的类型为 {field.type}，应为文本或相符的类型。请改正后重新导入。",
                )

    def rows(self) -> Iterator[Rows]:
        """Stretches of rows, in order.

        Raises:
            FileRefused: the file is damaged.
        """
        import pyarrow as pa

        total = self._file.metadata.num_rows
        done = 0
        try:
            for frame in self._frames(total):
                line = pl.int_range(done + 1, done + 1 + len(frame), dtype=pl.Int64, eager=True)
                done += len(frame)
                self.tally.done = self.source.size * done // total
                yield Rows(frame, line)
        except (pa.ArrowException, OSError) as fault:
            raise self._damaged(fault) from fault

    def _frames(self, total: int) -> Iterator[pl.DataFrame]:
        """Text alone is read by Polars, in half the time; the rest, and what Polars cannot read, by Arrow, which tells what is wrong."""
        done = 0
        if all(_is_text(field.type) for field in self._file.schema_arrow):
            scan = partial(pl.scan_parquet, self.source.path, glob=False, hive_partitioning=False)
            with suppress(pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
                while done < total and len(frame := scan().slice(done, self._size).collect()):
                    frame.columns = self.names
                    yield frame
                    done += len(frame)
        if done == total:
            return
        for batch in self._file.iter_batches(batch_size=self._size):
            if done >= batch.num_rows:  # the batches are of one size, so what was read is a number of whole ones
                done -= batch.num_rows
            else:
                yield self._frame(batch)

    def _frame(self, batch: "pa.RecordBatch") -> pl.DataFrame:
        """The batch with text, days, moments, numbers and booleans; all else (extra columns alone) as JSON text.

        Raises:
            FileRefused: a column holds what cannot be read as its type.
        """
        import pyarrow as pa

        columns: list[pl.Series] = []
        for name, array in zip(self.names, batch.columns, strict=True):
            try:
                column = pl.from_arrow(pa.table([_plain(array)], names=[name]))
                assert isinstance(column, pl.DataFrame)
                columns.append(_within_reach(column.to_series()))
            # What Polars cannot take at all it says in a panic, which is no Exception. Of single cells Python speaks itself: a day or
            # span out of reach overflows, a field that is there twice or a day that cannot be written out is a wrong value.
            except (
                pl.exceptions.PanicException, pl.exceptions.PolarsError, pa.ArrowException, ValueError, OverflowError,
            ) as fault:  # fmt: skip
                raise refuse(
                    self.source.path,
                    f"column {name} is of type {array.type} and holds what cannot be read. Write it as text and load the file again.",
                    f"列 {name}（类型 {array.type}）中有无法读取的内容。请改为文本后重新导入。",
                ) from fault
        return pl.DataFrame(columns).with_columns(pl.col(pl.Null).cast(pl.String))

    def _opened(self) -> "pq.ParquetFile":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            file = pq.ParquetFile(self.source.path, memory_map=True)
            # A schema that cannot be read says so when it is asked for.
            assert file.schema_arrow is not None
            return file
        except (pa.ArrowException, OSError, UnicodeError) as fault:
            raise self._damaged(fault) from fault

    def _damaged(self, fault: Exception) -> Exception:
        first = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        return refuse(
            self.source.path,
            f"the Parquet file is cut off or damaged ({first}). Ask for it again.",
            "Parquet 文件不完整或已损坏。请重新取得该文件。",
        )


_EPOCH = date(1970, 1, 1).toordinal()
_WANTED = {
    Form.CODE: "",
    Form.TEXT: "",
    Form.DAY: " or date",
    Form.NUMBER: ", decimal or integer",
    Form.WHOLE: " or integer",
    Form.FLAG: ", boolean or integer",
}


def _fits(dtype: "pa.DataType", form: Form) -> bool:
    from pyarrow import types

    if types.is_dictionary(dtype):
        dtype = dtype.value_type
    if types.is_null(dtype) or _is_text(dtype):
        return True
    if form is Form.DAY:
        return bool(types.is_date(dtype) or types.is_timestamp(dtype))
    if form is Form.NUMBER:
        return bool(types.is_decimal(dtype) or types.is_integer(dtype))
    if form is Form.WHOLE:
        return bool(types.is_integer(dtype))
    return form is Form.FLAG and bool(types.is_boolean(dtype) or types.is_integer(dtype))


def _is_text(dtype: "pa.DataType") -> bool:
    from pyarrow import types

    return bool(types.is_string(dtype) or types.is_large_string(dtype) or types.is_string_view(dtype))


def _plain(array: Any) -> Any:
    """A column as Polars takes it."""
    import pyarrow as pa
    from pyarrow import types

    kind = array.type
    if types.is_dictionary(kind):
        return array.cast(pa.large_string())
    if types.is_decimal256(kind) or (types.is_decimal(kind) and kind.scale < 0):
        return pa.array([None if v is None else _digits(v) for v in array.to_pylist()], pa.large_string())
    text = _is_text(kind)
    number = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_boolean(kind)
    moment = types.is_date(kind) or types.is_time(kind) or types.is_timestamp(kind)
    if text or number or moment or types.is_null(kind):
        return array
    values = [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in array.to_pylist()]
    return pa.array(values, pa.large_string())


def _digits(value: Decimal) -> str:
    """A decimal written out, without zeros after its second decimal."""
    whole, _, part = format(value, "f").partition(".")
    part = part[:2] + part[2:].rstrip("0")
    return f"{whole}.{part}" if part else whole


def _within_reach(column: pl.Series) -> pl.Series:
    """The column, if each of its days and moments can be written out.

    Raises:
        ValueError: one cannot.
    """
    if column.dtype == pl.Date:
        units = 1
    elif isinstance(column.dtype, pl.Datetime) and column.dtype.time_unit != "ns":
        units = 86_400 * (10**3 if column.dtype.time_unit == "ms" else 10**6)
    else:
        return column
    first, last = (units * (day.toordinal() - _EPOCH) for day in (date.min, date.max))
    if not column.to_physical().is_between(first, last).all():
        raise ValueError("beyond the calendar")
    return column
