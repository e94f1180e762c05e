"""The examination of what was loaded and found: the pointer, the snapshots, the warehouse."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

from fxwatch.errors import HouseError
from fxwatch.upkeep.findings import REPAIR, Finding, Severity, other_version
from fxwatch.warehouse import current_snapshot, examining
from fxwatch.warehouse.disk import digest_of
from fxwatch.warehouse.examining import Contents, Unreadable
from fxwatch.warehouse.snapshots import kept_digest
from fxwatch.warehouse.store import FILE
from fxwatch.warehouse.versions import SCHEMA_VERSION


def pointer(home: Path) -> Generator[Finding, None, Path | None]:
    """Which snapshot is current; returns it, if it is there."""
    try:
        current = current_snapshot(home)
    except (HouseError, UnicodeDecodeError):
        yield Finding(
            "no_pointer",
            Severity.DAMAGE,
            str(home / "published" / "CURRENT"),
            ("Nothing says which snapshot is current, so nothing can be read.", "没有指明当前快照，无法读取数据。"),
            REPAIR,
        )
        return None
    if not current.is_file():
        yield Finding(
            "snapshot_missing",
            Severity.DAMAGE,
            str(current),
            (f"The current snapshot {current.name} is missing.", f"缺少当前快照 {current.name}。"),
            REPAIR,
        )
        return None
    return current


def published(home: Path, current: Path | None, *, deep: bool) -> Generator[Finding, None, Contents | None]:
    """Look at the current snapshot, with `deep` at all of them; returns what the current one holds, if it is whole."""
    held = None
    for path in examining.snapshots(home) if deep else [current] if current else []:
        fault = _fault_of(path, deep=deep)
        if fault is None and path == current:
            with examining.looking(path) as con:
                held = examining.contents(con)
        if fault is not None:
            yield Finding(
                "snapshot_damaged",
                Severity.DAMAGE if path == current else Severity.ATTENTION,
                str(path),
                (f"The snapshot {path.name} is damaged: {fault[0]}.", f"快照 {path.name} 已损坏：{fault[1]}。"),
                REPAIR
                if path == current
                else (
                    "A newer one is current; remove it with: fxwatch doctor --repair --deep",
                    "已有更新的快照；请删除：fxwatch doctor --repair --deep",
                ),
            )
    if held is not None and held.version != SCHEMA_VERSION:
        yield other_version("warehouse_version", str(current), held.version, SCHEMA_VERSION, ("snapshot", "快照"))
    if current is not None and deep and kept_digest(current) is None:
        yield Finding(
            "no_digest",
            Severity.NOTE,
            str(current),
            (
                "No digest was kept when this snapshot was published; a changed byte may go unseen.",
                "该快照发布时未保存摘要，被改动的字节可能无法发现。",
            ),
            ("The next load or run keeps one.", "下次导入或运行时将保存。"),
        )
    return held


def stored(
    home: Path, published: Contents | None, looked_at: dict[str, Any], *, deep: bool
) -> Generator[Finding, None, None]:
    """Look at the warehouse itself; nobody may be writing it. `published`: what the current snapshot holds."""
    file = home / FILE
    whole = "" if published else " No current snapshot is whole either; an older one may be."
    whole_zh = "" if published else "当前快照也不完好，较早的快照可能完好。"
    try:
        if not file.exists():
            raise Unreadable("there is no such file", "文件不存在")
        with examining.looking(file) as con:
            held = examining.contents(con)
            if deep:
                examining.read_through(file, con)
    except (Unreadable, OSError) as fault:
        yield Finding(
            "warehouse_damaged",
            Severity.DAMAGE,
            str(file),
            (f"The warehouse is damaged: {fault}.{whole}", f"数据仓库已损坏：{_chinese(fault)}。{whole_zh}"),
            (
                "Build it again from the newest whole snapshot with: fxwatch doctor --repair. What was loaded after that snapshot must be loaded again.",
                "用最新的完好快照重建：fxwatch doctor --repair。该快照之后导入的文件须重新导入。",
            ),
        )
        return
    looked_at |= {"loads": held.loads, "runs": held.runs}
    if held.version != SCHEMA_VERSION:
        yield other_version("warehouse_version", str(file), held.version, SCHEMA_VERSION, ("warehouse", "数据仓库"))
    elif published is not None and held != published:
        yield Finding(
            "not_published",
            Severity.ATTENTION,
            str(file),
            (
                f"The warehouse is ahead of its snapshot ({held.loads} loads and {held.runs} runs, published {published.loads} and {published.runs}): a process ended between the two.",
                f"数据仓库领先于快照（导入 {held.loads} 次、运行 {held.runs} 次，已发布 {published.loads} 次、{published.runs} 次）：有进程在两者之间中止。",
            ),
            (
                "Any load or run publishes it, or: fxwatch doctor --repair",
                "任何导入或运行都会发布，或运行：fxwatch doctor --repair",
            ),
        )


def _fault_of(path: Path, *, deep: bool) -> tuple[str, str] | None:
    try:
        if deep and (kept := kept_digest(path)) is not None and kept != digest_of(path):
            return "its bytes are not those that were published", "内容与发布时不符"
        with examining.looking(path) as con:
            examining.contents(con)
            if deep:
                examining.read_through(path, con)
    except (Unreadable, OSError) as fault:
        return str(fault), _chinese(fault)
    return None


def _chinese(fault: Unreadable | OSError) -> str:
    return fault.chinese if isinstance(fault, Unreadable) else str(fault)
