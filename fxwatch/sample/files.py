"""Writes a sample as the files that banks and the bureau would hand in, with the truth beside them."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.sample.declarations import COLUMNS

if TYPE_CHECKING:
    from fxwatch.sample import Sample

_SLICE = 200_000
_MONEY = pl.Decimal(18, 2)
_PLAIN = r"^\d{1,16}(\.\d{1,2})?$"


@dataclass(frozen=True)
class Written:
    """Where the files lie: what to load, in this order, and the truth, which is never loaded."""

    entities: Path
    flows: tuple[Path, ...]
    breaches: Path
    settlements: Path
    filings: Path
    totals: Path
    truth: Path


def write(sample: "Sample", folder: Path) -> Written:
    """Write the sample's files into a folder, which is made where it does not exist.

    The flows come in four files by the month of reporting, each of another form: CSV in UTF-8, CSV in GB18030, Parquet,
    gzipped CSV. The same sample gives the same bytes.
    """
    truth = folder / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    sample.entities.write_csv(folder / "entities.csv")
    sample.breaches.write_csv(folder / "breaches.csv")
    others = {name: folder / f"{name}.csv" for name in ("settlements", "filings", "totals")}
    for name, path in others.items():
        getattr(sample.others, name).write_csv(path)
    flows = tuple(_write_flows(sample, folder))
    for name, frame in sample.truth.items():
        if name in ("patterns", "labels"):
            frame.write_parquet(truth / f"{name}.parquet")
        else:
            frame.write_csv(truth / f"{name}.csv")
    _text(truth / "truth.json", json.dumps(_summary(sample), ensure_ascii=False, indent=2) + "\n")
    _text(folder / "README.md", _README.format(**_summary(sample), files="\n".join(f"- `{p.name}`" for p in flows)))
    return Written(folder / "entities.csv", flows, folder / "breaches.csv", truth=truth, **others)


def _write_flows(sample: "Sample", folder: Path) -> Iterator[Path]:
    months = sample.flows.select(month=pl.col("reported").dt.year() * 12 + pl.col("reported").dt.month())["month"]
    first, last = (d.year * 12 + d.month for d in (sample.first_day, sample.last_day))
    part = (months - first) * 4 // (last - first + 1)
    # What has no type cannot stand in the Parquet file: it comes with the next one.
    typed = sample.flows.select(
        pl.col("day").str.to_date("%Y-%m-%d", strict=False).is_not_null()
        & pl.col("leg").is_in(["1", "2"])
        & (pl.col("amount").str.contains(_PLAIN) | (pl.col("amount") == ""))
        & (pl.col("settled_amount").str.contains(_PLAIN) | (pl.col("settled_amount") == ""))
    ).to_series()
    part = part + ((part == 2) & ~typed).cast(part.dtype)
    writers: tuple[tuple[str, Callable[[pl.DataFrame, Path], None]], ...] = (
        (".csv", _csv),
        (".gb18030.csv", _gb18030),
        (".parquet", _parquet),
        (".csv.gz", _gzipped),
    )
    for number, (ending, writer) in enumerate(writers):
        span = [
            first + (number * (last - first + 1) + 3) // 4,
            first + ((number + 1) * (last - first + 1) + 3) // 4 - 1,
        ]
        begin, end = (f"{(m - 1) // 12}-{(m - 1) % 12 + 1:02d}" for m in span)
        path = folder / f"flows-{number + 1}-{begin}-to-{end}{ending}"
        writer(sample.flows.filter(part == number).select(COLUMNS), path)
        yield path


def _csv(flows: pl.DataFrame, path: Path) -> None:
    flows.write_csv(path)


def _gb18030(flows: pl.DataFrame, path: Path) -> None:
    with path.open("wb") as file:
        for text in _slices(flows):
            file.write(text.encode("gb18030"))


def _gzipped(flows: pl.DataFrame, path: Path) -> None:
    # Neither name nor time inside, so that the same rows give the same bytes.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=3, fileobj=raw, mtime=0) as file:
        for text in _slices(flows):
            file.write(text.encode())


def _slices(flows: pl.DataFrame) -> Iterator[str]:
    for number, piece in enumerate(flows.iter_slices(_SLICE)):
        yield piece.write_csv(include_header=number == 0)
    if flows.is_empty():
        yield flows.write_csv()


def _parquet(flows: pl.DataFrame, path: Path) -> None:
    empty_is_null = flows.with_columns(pl.col(pl.String).replace("", None))
    empty_is_null.with_columns(
        pl.col("leg").cast(pl.Int8),
        pl.col("day").str.to_date("%Y-%m-%d"),
        pl.col("amount", "settled_amount").cast(_MONEY),
    ).write_parquet(path)


def _summary(sample: "Sample") -> dict[str, object]:
    entities, patterns = sample.truth["entities"], sample.truth["patterns"]
    return {
        "seed": sample.seed,
        "first_day": sample.first_day.isoformat(),
        "last_day": sample.last_day.isoformat(),
        "rows": len(sample.flows),
        "entities": len(entities),
        "misbehaving": int(entities["misbehaves"].sum()),
        "patterns": len(patterns),
        "honest_patterns": int(patterns["honest"].sum()),
        "kinds": dict(sorted(patterns["kind"].value_counts().iter_rows())),
        "notices": len(sample.notices),
        "breaches": len(sample.breaches),
    }


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


_README = """# An invented sample / 虚构样本

**Everything in this folder is invented**: entities, identifiers, names, banks, counterparties, flows, notices, breaches. Any likeness to a real firm or
person is chance. 本文件夹中的一切均为虚构，如有雷同，纯属巧合。

Seed {seed}, {first_day} to {last_day}: {rows} rows of {entities} entities, {misbehaving} of whom misbehave.

What to load, in this order:

- `entities.csv`
{files}
- `breaches.csv`
- `settlements.csv`, `filings.csv`, `totals.csv`

The files are in the forms that fxwatch takes; the flows are in the order in which banks reported them, with late codes, corrections, deletions,
repeats, goods, natural persons and a few rows that no load can take (`truth/outcomes.csv` says what becomes of which).

`truth/` is what nobody in that world knows, and is never loaded. It was drawn first; flows follow from it, and so, with delay and noise, do the notices
and breaches of the made-up bureau, which never looked at any rule.

- `truth/entities.csv`: each entity's propensity to misbehave and what drives it, whether it does, how strongly (`intensity`, 0 to 1), in which ways, from
  when (`onset`), and when it stopped because it was noticed.
- `truth/patterns.parquet`: {patterns} planted patterns with their declarations, {honest_patterns} of them honest. `kind` is the rule that ought to see it;
  `ring` is shared by entities that acted together.
- `truth/bureau.csv`: every notice and breach, the pattern it was about (empty: none), and whether it was right.
- `truth/labels.parquet`: for each entity and month's end, whether a notice or breach followed in the six months after. A risk model is judged on it by
  `fxwatch risk evaluate`.
- `truth/outcomes.csv`: rows that are not simply accepted, and what a load must do with them.
- `truth/truth.json`: the numbers above.

Sizes, seasons and shares follow the measures in `data/sample_calibration.csv` of the package, where their sources are named.
"""
