"""CSV: a fast reader for lines that cannot be misread, an exact one (Python's) for every other line.

A line with as many commas as the header, without NUL, whose quotation marks (if any) enclose whole fields, means the
same to every reader: such lines go to Polars in one piece. All others go through the `csv` module, together with the
lines that a quoted field spans.
"""

import csv
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from fxwatch.identifiers import BLANKS
from fxwatch.intake.columns import refuse
from fxwatch.intake.files import Source, Tally, utf8_blocks
from fxwatch.intake.rows import Oddity, Rows

# Text that is read before it is split into rows: about a batch of flows.
STRETCH = 24 << 20
# The longest record: an opened quotation that is longer than this was never closed.
LONGEST = 64 << 20

_LF, _CR, _COMMA, _QUOTE = 10, 13, 44, 34
_FIELD = r'(?:[^",\r\n]*|"(?:[^"]|"")*")'
_LINES = re.compile(r"\r\n|\r|\n")
_STRICT = re.compile(rf"{_FIELD}(?:,{_FIELD})*(?:\r\n|\r|\n)?")


class CsvReader:
    """The rows of a CSV file. `names` is its header; `rows` yields the rest in order."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tally = Tally()
        self._blocks = utf8_blocks(source, self.tally)
        self._data = b""
        self._ended = False
        self._line = 1
        self.names = self._header()

    def rows(self) -> Iterator[Rows]:
        """Stretches of rows, in order.

        Raises:
            FileRefused: a quotation is opened and never closed.
        """
        wanted = STRETCH
        while self._data or not self._ended:
            self._fill(wanted)
            stretch = _Stretch(self._data, self._line, self.names, ended=self._ended)
            rows = stretch.read(self.source)
            if stretch.taken:
                self._data = self._data[stretch.taken :]
                self._line += stretch.lines
                wanted = STRETCH
            elif self._ended:
                break
            else:
                wanted = self._longer(stretch.lines)
            if len(rows):
                yield rows

    def _header(self) -> list[str]:
        wanted = 1 << 16
        while True:
            self._fill(wanted)
            stretch = _Stretch(self._data, self._line, [], ended=self._ended)
            found = stretch.first_record(self.source)
            if found is not None:
                fields, taken, lines = found
                self._data = self._data[taken:]
                self._line += lines
                fields[0] = fields[0].removeprefix("\ufeff")
                names = [name.strip(BLANKS) for name in fields]
                return [name or f"column {place}" for place, name in enumerate(names, 1)]
            if self._ended:
                raise refuse(
                    self.source.path,
                    "it has no header. The first line must name the columns.",
                    "没有表头。首行须为列名。",
                )
            wanted = self._longer(self._line)

    def _longer(self, line: int) -> int:
        if len(self._data) > LONGEST:
            raise _unclosed(self.source, line)
        return 2 * len(self._data)

    def _fill(self, wanted: int) -> None:
        parts = [self._data]
        held = len(self._data)
        while held < wanted and not self._ended:
            block = next(self._blocks, None)
            if block is None:
                self._ended = True
            else:
                parts.append(block)
                held += len(block)
        if len(parts) > 1:
            self._data = b"".join(parts)


class _Stretch:
    """Whole lines of text, and what is read from them. Sets `taken` (bytes) and `lines` of it."""

    def __init__(self, data: bytes, line: int, names: list[str], *, ended: bool) -> None:
        self.data = data
        self.line = line
        self.names = names
        self.ended = ended
        self.ends = _line_ends(data, ended=ended)
        self.starts = np.concatenate([np.zeros(1, self.ends.dtype), self.ends[:-1]]) if len(self.ends) else self.ends
        self.is_quoted = np.zeros(len(self.ends), np.bool_)
        self.taken = 0
        self.lines = 0

    def text(self, i: int) -> str:
        return self.data[self.starts[i] : self.ends[i]].decode()

    def first_record(self, source: Source) -> tuple[list[str], int, int] | None:
        """The first record that is not blank: its fields, its bytes and its lines; None if it is not all there yet."""
        i = 0
        while i < len(self.ends):
            fields, count, is_open = self._record(i)
            if is_open:
                if self.ended:
                    raise _unclosed(source, self.line + i)
                return None
            i += count
            if not _is_blank(fields):
                return fields, int(self.ends[i - 1]), i
        return None

    def read(self, source: Source) -> Rows:
        """The rows of the whole lines; those of a record that is still open are left for the next stretch."""
        self.lines = len(self.ends)
        if not self.lines:
            return Rows(pl.DataFrame(schema=dict.fromkeys(self.names, pl.String)), pl.Series(dtype=pl.Int64))
        plain = self._plain()
        special = np.flatnonzero(~plain)
        exact: list[tuple[int, list[str], int]] = []
        if len(special):
            exact = self._exact(source, special.tolist(), plain)
        self.taken = int(self.ends[self.lines - 1]) if self.lines else 0
        if self.lines < len(plain):
            plain[self.lines :] = False
        return self._join(plain, exact)

    def _plain(self) -> Any:
        """Which lines every reader reads alike, if they begin outside a quotation."""
        marks = np.frombuffer(self.data, np.uint8)
        commas = np.flatnonzero(marks == _COMMA)
        counts = _counts(commas, self.ends)
        plain = np.ones(len(self.ends), np.bool_)
        if b'"' in self.data:
            self.is_quoted, inside = self._quoted(marks, commas)
            counts -= inside
            plain = inside >= 0
        if b"\0" in self.data:
            plain &= _counts(np.flatnonzero(marks == 0), self.ends) == 0
        return plain & (counts == len(self.names) - 1)

    def _quoted(self, marks: Any, commas: Any) -> tuple[Any, Any]:
        """Which lines have quotation marks, and how many commas lie between them; -1 where they are not plain pairs.

        In a plain line each opening mark begins its field and each closing one ends it: none is doubled or stray.
        """
        quotes = np.flatnonzero(marks == _QUOTE)
        per_line = _counts(quotes, self.ends)
        quotes = quotes[: per_line.sum()]
        uneven = per_line % 2 == 1
        if uneven.any():
            quotes = quotes[np.repeat(~uneven, per_line)]
        opening, closing = quotes[0::2], quotes[1::2]
        before, after = marks[opening - 1], marks[np.minimum(closing + 1, len(marks) - 1)]
        begins = (before == _COMMA) | (before == _LF) | (before == _CR) | (opening == 0)
        ends = (after == _COMMA) | (after == _LF) | (after == _CR) | (closing == len(marks) - 1)
        stray = opening[~(begins & ends)]
        inside = np.zeros(len(per_line), np.int64)
        # Most pairs are empty or hold no comma: only the others are looked up in their line.
        filled = np.flatnonzero(closing - opening > 1)
        between = np.searchsorted(commas, closing[filled]) - np.searchsorted(commas, opening[filled])
        holding = between > 0
        np.add.at(inside, self._line_of(opening[filled[holding]]), between[holding])
        inside[uneven] = -1
        inside[self._line_of(stray)] = -1
        return per_line > 0, inside

    def _line_of(self, places: Any) -> Any:
        """The lines in which some places lie."""
        return np.searchsorted(self.ends, places, side="right")

    def _exact(self, source: Source, special: list[int], plain: Any) -> list[tuple[int, list[str], int]]:
        """Records that begin on special lines: line, fields, and how many lines each spans."""
        csv.field_size_limit(LONGEST)
        texts = [self.text(i) for i in special]
        try:
            # With one line more, a quotation that stays open would take it along: then the counts differ.
            records = list(csv.reader([*texts, "end"]))
        except csv.Error as fault:
            raise _unclosed(source, self.line + special[0]) from fault
        if len(records) == len(texts) + 1:
            return [(i, fields, 1) for i, fields in zip(special, records[:-1], strict=True) if not _is_blank(fields)]
        found = []
        free = 0
        for i in special:
            if i < free:
                continue
            try:
                fields, count, is_open = self._record(i)
            except csv.Error as fault:
                raise _unclosed(source, self.line + i) from fault
            if is_open:
                if self.ended:
                    raise _unclosed(source, self.line + i)
                self.lines = i
                break
            free = i + count
            plain[i:free] = False
            if not _is_blank(fields):
                found.append((i, fields, count))
        return found

    def _record(self, i: int) -> tuple[list[str], int, bool]:
        """The record that begins on a line: its fields, how many lines it spans, whether it is still open."""
        feed = _Feed(self, i)
        fields = next(csv.reader(feed))
        return fields, feed.at - i, feed.ran_out

    def _join(self, plain: Any, exact: list[tuple[int, list[str], int]]) -> Rows:
        width = len(self.names)
        numbers = np.flatnonzero(plain)
        frame = self._fast(plain, len(numbers))
        if frame is None:
            fast = list(csv.reader([self.text(i) for i in numbers.tolist()]))
            exact = sorted([*exact, *((i, fields, 1) for i, fields in zip(numbers.tolist(), fast, strict=True))])
            numbers = numbers[:0]
            frame = pl.DataFrame(schema=dict.fromkeys(self.names, pl.String))
        if not exact:
            return Rows(frame, pl.Series(numbers + self.line, dtype=pl.Int64))
        places = np.concatenate([numbers, np.array([i for i, _, _ in exact], dtype=numbers.dtype)])
        order = np.argsort(places, kind="stable")
        position = np.empty_like(order)
        position[order] = np.arange(len(order))
        odd: dict[int, Oddity] = {}
        cells: list[list[str | None]] = []
        for k, (i, fields, count) in enumerate(exact):
            oddity = self._oddity(i, fields, count)
            if oddity is not None:
                odd[int(position[len(numbers) + k])] = oddity
            cells.append([*fields[:width], *([None] * (width - len(fields)))])
        columns = zip(*cells, strict=True)
        special = pl.DataFrame(
            [pl.Series(name, values, dtype=pl.String) for name, values in zip(self.names, columns, strict=True)]
        )
        return Rows(pl.concat([frame, special])[order], pl.Series(places[order] + self.line, dtype=pl.Int64), odd)

    def _fast(self, plain: Any, count: int) -> pl.DataFrame | None:
        """The plain lines by Polars; None should it ever count them differently."""
        empty = pl.DataFrame(schema=dict.fromkeys(self.names, pl.String))
        if not count:
            return empty
        if count == len(plain):
            data = self.data[: self.ends[-1]]
        else:
            kept = np.repeat(plain, self.ends - self.starts)
            data = np.frombuffer(self.data, np.uint8)[: self.ends[-1]][kept].tobytes()
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        mark = '"' if (self.is_quoted & plain).any() else None
        frame = pl.read_csv(data, has_header=False, schema=empty.schema, quote_char=mark, empty_string_is_null=False)
        return frame if len(frame) == count else None

    def _oddity(self, i: int, fields: list[str], count: int) -> Oddity | None:
        width = len(self.names)
        swallowed = False
        if count > 1:
            record = self.data[self.starts[i] : self.ends[i + count - 1]].decode()
            inner = [line for field in fields for line in _LINES.split(field)[1:]]
            swallowed = any(line.count(",") >= width - 1 for line in inner) or not _STRICT.fullmatch(record)
        if len(fields) == width and not swallowed:
            return None
        return Oddity(excess=tuple(fields[width:]), missing=tuple(self.names[len(fields) :]), swallowed=swallowed)


class _Feed:
    """Hands lines to the csv module and knows how many it took."""

    def __init__(self, stretch: _Stretch, i: int) -> None:
        self._stretch = stretch
        self.at = i
        self.ran_out = False

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self.at == len(self._stretch.ends):
            self.ran_out = True
            raise StopIteration
        self.at += 1
        return self._stretch.text(self.at - 1)


def _line_ends(data: bytes, *, ended: bool) -> Any:
    """Where each whole line ends (its `\\n`, `\\r\\n` or `\\r` included)."""
    marks = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(marks == _LF) + 1
    if b"\r" in data:
        returns = np.flatnonzero(marks == _CR) + 1
        known = returns[returns < len(data)]
        lone = known[marks[known] != _LF]
        # What follows a return at the very end of the text read so far is not known yet.
        last = returns[returns == len(data)] if ended else returns[:0]
        ends = np.sort(np.concatenate([ends, lone, last]))
    if ended and len(data) and (not len(ends) or ends[-1] != len(data)):
        ends = np.append(ends, len(data))
    return ends


def _counts(places: Any, ends: Any) -> Any:
    """How many of some places, in order, lie in each line."""
    return np.diff(np.searchsorted(places, ends), prepend=0)


def _is_blank(fields: list[str]) -> bool:
    return not fields or (len(fields) == 1 and not fields[0].strip(BLANKS))


def _unclosed(source: Source, line: int) -> Exception:
    return refuse(
        source.path,
        f'line {line} opens a quotation mark (") that is never closed, or a field longer than {LONGEST >> 20} MiB. Close it and load the file again.',
        f'第 {line} 行的引号（"）没有结束，或字段超过 {LONGEST >> 20} MiB。请修正后重新导入。',
    )
