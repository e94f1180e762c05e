"""Parquet: columns are text or of the type that fits them; an amount of floating type is refused."""

import json
from collections.abc import Iterator, Mapping
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
                    f"列 {name} 的类型为 {field.type},应为文本或相符的类型。请改正后重新导入。",
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
            for batch in self._file.iter_batches(batch_size=self._size):
                frame = _frame(batch, self.names)
                line = pl.int_range(done + 1, done + 1 + len(frame), dtype=pl.Int64, eager=True)
                done += len(frame)
                self.tally.done = self.source.size * done // total
                yield Rows(frame, line)
        except (pa.ArrowException, OSError) as fault:
            raise self._damaged(fault) from fault

    def _opened(self) -> "pq.ParquetFile":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.ParquetFile(self.source.path, memory_map=True)
        except (pa.ArrowException, OSError) as fault:
            raise self._damaged(fault) from fault

    def _damaged(self, fault: Exception) -> Exception:
        first = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        return refuse(
            self.source.path,
            f"the Parquet file is cut off or damaged ({first}). Ask for it again.",
            "Parquet 文件不完整或已损坏。请重新取得该文件。",
        )


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
    if types.is_null(dtype) or types.is_string(dtype) or types.is_large_string(dtype) or types.is_string_view(dtype):
        return True
    if form is Form.DAY:
        return bool(types.is_date(dtype) or types.is_timestamp(dtype))
    if form is Form.NUMBER:
        return bool(types.is_decimal(dtype) or types.is_integer(dtype))
    if form is Form.WHOLE:
        return bool(types.is_integer(dtype))
    return form is Form.FLAG and bool(types.is_boolean(dtype) or types.is_integer(dtype))


def _frame(batch: "pa.RecordBatch", names: list[str]) -> pl.DataFrame:
    """The batch with text, dates, decimals, integers and booleans; all else (extra columns alone) as JSON text."""
    import pyarrow as pa

    columns: list[Any] = []
    for array in batch.columns:
        kind = array.type
        simple = pa.types.is_primitive(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
        if pa.types.is_dictionary(kind):
            array = array.cast(pa.large_string())
        elif not simple and not text:
            values = [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in array.to_pylist()]
            array = pa.array(values, pa.large_string())
        columns.append(array)
    frame = pl.from_arrow(pa.RecordBatch.from_arrays(columns, names=names))
    assert isinstance(frame, pl.DataFrame)
    return frame.with_columns(pl.col(pl.Null).cast(pl.String))
