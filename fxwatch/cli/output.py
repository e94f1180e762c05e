"""How results leave: a table on the terminal, JSON, or a file whose ending says what it is."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fxwatch.cli.door import Door
from fxwatch.errors import RequestError
from fxwatch.terms import label
from fxwatch.words import heading

if TYPE_CHECKING:
    import polars as pl

EXCEL, SDMX = ".excel.csv", ".sdmx.csv"
WIDE = 10_000  # of what is no terminal: nothing is cut off there
SHOWN = 50
NARROW = 12


def show(
    door: Door,
    frame: "pl.DataFrame",
    *,
    out: Path | None = None,
    as_json: bool = False,
    limit: int = SHOWN,
    empty: tuple[str, str] = ("Nothing fits.", "没有符合条件的内容。"),
) -> None:
    """A frame to where it was asked for."""
    if out is not None:
        write(frame, out)
        if not as_json:
            rows = f"{frame.height:,}"
            print(door.say(f"{rows} rows written to {out}.", f"已写入 {out}，共 {rows} 行。"), file=sys.stderr)
    if as_json:
        print_json(exact(frame).to_dicts())
    elif out is None and frame.is_empty():
        print(door.say(*empty), file=sys.stderr)
    elif out is None:
        _table(door, frame, limit)


def print_json(value: Any) -> None:
    """JSON with money as exact text, days as ISO and lists as lists."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def write(frame: "pl.DataFrame", out: Path) -> None:
    """Write a frame to a file; the ending chooses the form. A list becomes text with `;` where the form has none.

    `.excel.csv` is a CSV for spreadsheets, `.csv` one for programs; `.sdmx.csv` takes the observations of a monitor alone.

    Raises:
        RequestError: the ending is unknown or the place cannot be written.
    """
    writers = {
        EXCEL: _write_excel_csv,
        SDMX: _write_sdmx,
        ".csv": _write_csv,
        ".parquet": _write_parquet,
        ".xlsx": _write_xlsx,
        ".json": _write_json,
    }
    writer = next((writer for ending, writer in writers.items() if out.name.lower().endswith(ending)), None)
    if writer is _write_sdmx and "STRUCTURE_ID" not in frame.columns:
        raise RequestError(
            f"{out}: only the figures of monitors are written as SDMX. Name another file, or ask: fxwatch monitor NAME --out FILE.sdmx.csv",
            f"{out}：只有监管指标可以写成 SDMX。请改用其他扩展名，或执行：fxwatch monitor 指标名 --out 文件.sdmx.csv",
        )
    if writer is None:
        raise RequestError(
            f"{out} ends in none of {', '.join(writers)}; name the file with one of them.",
            f"{out} 的扩展名不受支持，可用：{'、'.join(writers)}。",
        )
    try:
        half = out.with_name(f".{out.name}.half")
        writer(frame, half)
        half.replace(out)
    except OSError as fault:
        raise RequestError(
            f"{out} cannot be written: {fault.strerror}.", f"无法写入 {out}:{fault.strerror}。"
        ) from fault


def exact(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Values in their unit, as people write them: USD with two decimals, days and counts whole."""
    import polars as pl

    if "unit" not in frame.columns or not isinstance(frame.schema.get("value"), pl.Decimal):
        return frame
    usd = pl.col("unit") == "USD"
    ratio = pl.col("unit") == "ratio"
    return frame.with_columns(
        pl.when(usd)
        .then(pl.col(c).cast(pl.Decimal(24, 2)).cast(pl.String))
        .when(ratio)
        .then(pl.col(c).cast(pl.String))
        .otherwise(pl.col(c).cast(pl.Decimal(24, 0)).cast(pl.String))
        .alias(c)
        for c in ("value", "limit_value")
        if c in frame.columns
    )


def flat(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Lists as text joined with `;`."""
    import polars as pl
    import polars.selectors as cs

    return exact(frame).with_columns(cs.list().cast(pl.List(pl.String)).list.join(";"))


def _write_csv(frame: "pl.DataFrame", path: Path) -> None:
    from fxwatch.reporting.spreadsheets import harmless

    # Texts first: `exact` makes texts of numbers, and those are to stay numbers.
    exact(harmless(frame)).write_csv(path, float_precision=12)


def _write_parquet(frame: "pl.DataFrame", path: Path) -> None:
    frame.write_parquet(path)


def _write_excel_csv(frame: "pl.DataFrame", path: Path) -> None:
    from fxwatch.reporting.spreadsheets import harmless, marked, unchanged

    path.write_bytes(marked(exact(unchanged(harmless(frame)))))


def _write_sdmx(frame: "pl.DataFrame", path: Path) -> None:
    frame.write_csv(path)


def _write_xlsx(frame: "pl.DataFrame", path: Path) -> None:
    from fxwatch.reporting.spreadsheets import xlsx

    path.write_bytes(xlsx(frame))


def _write_json(frame: "pl.DataFrame", path: Path) -> None:
    path.write_text(json.dumps(exact(frame).to_dicts(), ensure_ascii=False, indent=1, default=_plain) + "\n", "utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def _table(door: Door, frame: "pl.DataFrame", limit: int) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    frame = _worth_showing(frame)
    shown = flat(frame if limit <= 0 else frame.head(limit))
    terminal = sys.stdout.isatty()
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    numeric = [frame.schema[name].is_numeric() for name in shown.columns]
    for name, is_number in zip(shown.columns, numeric, strict=True):
        table.add_column(heading(name, door.language), justify="right" if is_number else "left", overflow="fold")
    for row in shown.iter_rows():
        # `exact` made text of some numbers; as numbers they are read with thousands.
        cells = [Decimal(v) if n and isinstance(v, str) else v for v, n in zip(row, numeric, strict=True)]
        table.add_row(*(cell(_named(door, c, v)) for c, v in zip(shown.columns, cells, strict=True)))
    # No markup and no emoji: a hit_id holds `:receipt:`, which rich would draw.
    console = Console(width=None if terminal else WIDE, markup=False, emoji=False, highlight=False)
    console.print(table)
    if frame.height > shown.height:
        rest = f"{frame.height - shown.height:,}"
        print(
            door.say(
                f"… and {rest} more rows: --limit 0 shows all, --out FILE.csv writes them.",
                f"……另有 {rest} 行：--limit 0 全部显示，--out FILE.csv 写入文件。",
            ),
            file=sys.stderr,
        )


# Columns whose code words a Chinese reader sees by name; files keep the words as they are.
_NAMED = {
    "known",
    "basis",
    "over",
    "roles",
    "role",
    "direction",
    "item",
    "status",
    "grade",
    "provisional_grade",
    "unit",
    "documents",
    "state",
    "kind",
    "does",
    "step",
    "grade_after",
    "provisional_after",
    "severity",
    "scope",
    "authority",
    "note",
}


def _named(door: Door, column: str, value: Any) -> Any:
    if door.language == "zh" and column in _NAMED and isinstance(value, str):
        return ";".join(label(word, "zh") for word in value.split(";"))
    return value


def _worth_showing(frame: "pl.DataFrame") -> "pl.DataFrame":
    """A wide frame without the columns that are empty throughout; a narrow one as it is."""
    if frame.width <= NARROW:
        return frame
    return frame[[column.name for column in frame if column.null_count() < frame.height]]


def cell(value: Any) -> str:
    """One cell as people read it: money with thousands, shares as they are, yes and no, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    # What a terminal would obey rather than show is shown by its name.
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(value))


@contextmanager
def progress(what: str) -> "Iterator[Any]":
    """A bar on a terminal, fed with (done, total) and what is being done, if that changes; quiet otherwise."""
    if not sys.stderr.isatty():
        yield lambda done, total=None, now="": None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total=None, now="": bar.update(
            task, completed=done, total=total, description=f"{what} {now}".strip()
        )
