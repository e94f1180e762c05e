"""Flows as Parquet for machines that share no warehouse: written whole or not at all, with a manifest that says of which load."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch import __version__
from fxwatch.errors import RequestError
from fxwatch.flows import EXTRA_COLUMNS, FLOW_COLUMNS
from fxwatch.periods import Period
from fxwatch.warehouse.frames import flow_frame
from fxwatch.warehouse.recording import mark_of, newest_load
from fxwatch.warehouse.summing import days_loaded

if TYPE_CHECKING:
    from fxwatch.home import Home

Progress = Callable[[int, int], Any]
MANIFEST = "_manifest.json"  # readers of Parquet pass over what begins so
ROW_GROUP = 500_000
# Bump this when an export of today could not be read by a run of tomorrow.
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What an export holds.

    Attributes:
        format: of the export's layout.
        fxwatch_version: what wrote it.
        warehouse: the mark of the warehouse that it was taken from.
        load: the newest load that it holds.
        flows: how many there are.
        amount_usd: their sum in cents.
        first_day: of the first flow; None where there are none.
        last_day: of the last flow.
        exported_at: when it was written (UTC).
        columns: name and Polars type of each column; words are kept as their positions.
        files: path below the folder, flows, bytes and SHA-256 of each file.
        digest: SHA-256 over the paths and digests of all files.
    """

    format: int
    fxwatch_version: str
    warehouse: str
    load: int
    flows: int
    amount_usd: int
    first_day: date | None
    last_day: date | None
    exported_at: datetime
    columns: dict[str, str]
    files: list[dict[str, Any]]
    digest: str

    def bytes(self) -> int:
        """The size of all files."""
        return sum(file["bytes"] for file in self.files)


def export_flows(home: "Home", folder: Path, progress: Progress | None = None) -> Manifest:
    """Write the flows of the published snapshot, as the rules look at them, into `FOLDER/month=2025-07/flows.parquet` and so on.

    An export that is there already is replaced once the new one is whole.

    Raises:
        RequestError: the folder holds something else, or the place cannot be written.
    """
    folder = Path(os.path.abspath(folder))
    if folder.exists() and not (folder / MANIFEST).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise RequestError(
            f"{folder} exists and is no export of flows. Name another folder.",
            f"{folder} 已存在且不是收付汇记录的导出。请另选文件夹。",
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f".{folder.name}-half-", dir=folder.parent))
    except OSError as fault:
        raise _unwritable(folder, fault) from fault
    try:
        manifest = _write(home, half, progress or (lambda done, total: None))
        half.chmod(0o750)
        _put_in_place(half, folder)
    except OSError as fault:
        raise _unwritable(folder, fault) from fault
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """What an export holds, once its files are there in their sizes.

    Raises:
        RequestError: it is no export, of another format, or a file is missing or cut off.
    """
    try:
        known = json.loads((folder / MANIFEST).read_text("utf-8"))
        days = {name: date.fromisoformat(known[name]) if known[name] else None for name in ("first_day", "last_day")}
        manifest = Manifest(**{**known, **days, "exported_at": datetime.fromisoformat(known["exported_at"])})
    except (OSError, ValueError, TypeError, KeyError) as fault:
        raise RequestError(
            f"{folder} is no export of flows. Make one with: fxwatch export flows {folder}",
            f"{folder} 不是收付汇记录的导出。请先导出：fxwatch export flows {folder}",
        ) from fault
    if (manifest.format, manifest.fxwatch_version) != (FORMAT, __version__):
        raise RequestError(
            f"The export in {folder} was written by fxwatch {manifest.fxwatch_version}; this is {__version__}. Export again: fxwatch export flows {folder}",
            f"{folder} 中的导出由 fxwatch {manifest.fxwatch_version} 写出，当前版本为 {__version__}。请重新导出：fxwatch export flows {folder}",
        )
    for file in manifest.files:
        path = folder / file["path"]
        found = path.stat().st_size if path.is_file() else None
        if found != file["bytes"]:
            told, told_zh = (f"{found:,} bytes", f"{found:,} 字节") if found is not None else ("nothing", "没有文件")
            raise RequestError(
                f"The export in {folder} is damaged: {file['path']} should have {file['bytes']:,} bytes, found {told}. Export again: fxwatch export flows {folder}",
                f"{folder} 中的导出已损坏：{file['path']} 应为 {file['bytes']:,} 字节，实为 {told_zh}。请重新导出：fxwatch export flows {folder}",
            )
    return manifest


def as_framed(frame: pl.DataFrame) -> pl.DataFrame:
    """The flow frame out of an export's columns: positions become words again."""
    types = {**FLOW_COLUMNS, **EXTRA_COLUMNS}
    return frame.select(
        pl.col(name).cast(pl.UInt8).cat.to(types[name])
        if isinstance(types[name], pl.Enum)
        else pl.col(name).cast(types[name])
        for name in frame.columns
        if name in types
    )


def _write(home: "Home", folder: Path, tell: Progress) -> Manifest:
    con = home.snapshot().con
    loaded = days_loaded(con)
    months = loaded.parts("month") if loaded else []
    files: list[dict[str, Any]] = []
    flows, amount = 0, 0
    days: list[date] = []
    columns: dict[str, str] = {}
    tell(0, len(months))
    for number, month in enumerate(months, 1):
        rows = _as_stored(flow_frame(con, tuple(EXTRA_COLUMNS), days=month))
        columns = {name: str(dtype) for name, dtype in rows.schema.items()}
        if rows.height:
            files.append(_stored(rows, folder, month))
            flows, amount = flows + rows.height, amount + int(rows["amount_usd"].sum())
            days += [rows["day"].min(), rows["day"].max()]  # type: ignore[list-item]
        tell(number, len(months))
    manifest = Manifest(
        format=FORMAT,
        fxwatch_version=__version__,
        warehouse=mark_of(con),
        load=newest_load(con),
        flows=flows,
        amount_usd=amount,
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        exported_at=datetime.now(UTC).replace(tzinfo=None),
        columns=columns,
        files=files,
        digest=hashlib.sha256("".join(f"{f['path']} {f['sha256']}\n" for f in files).encode()).hexdigest(),
    )
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1, default=str) + "\n", "utf-8")
    _sync(folder / MANIFEST)
    return manifest


def _as_stored(frame: pl.DataFrame) -> pl.DataFrame:
    """Words as their positions, the flows of an entity side by side: half the size, and less to send around."""
    positions = [
        pl.col(name).to_physical().cast(pl.Int8) for name, dtype in frame.schema.items() if isinstance(dtype, pl.Enum)
    ]
    return frame.with_columns(positions).sort("entity", "day", "flow")


def _stored(rows: pl.DataFrame, folder: Path, month: Period) -> dict[str, Any]:
    path = folder / f"month={month.label}" / "flows.parquet"
    path.parent.mkdir()
    rows.write_parquet(path, compression="zstd", row_group_size=ROW_GROUP)
    _sync(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    return {"path": str(path.relative_to(folder)), "flows": rows.height, "bytes": size, "sha256": digest}


def _put_in_place(half: Path, folder: Path) -> None:
    """Move the export to its place; a kill in between leaves the old one beside it, never half of either in its place."""
    old = half.with_name(f"{half.name}-old")
    if folder.exists():
        folder.rename(old)
    half.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _unwritable(folder: Path, fault: OSError) -> RequestError:
    return RequestError(
        f"The export cannot be written to {folder}: {fault.strerror or fault}. Nothing there was changed.",
        f"无法导出到 {folder}：{fault.strerror or fault}。原有内容未改动。",
    )
