"""The examination of a home: whatever is damaged, missing, left over or out of step is named, with what to do about it.

It changes nothing. It opens no more than it must, because any part of the home may be what is damaged.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from fxwatch import __version__
from fxwatch.errors import FxwatchError, HomeLocked, HouseError
from fxwatch.home import REGISTER_FILE
from fxwatch.locks import locked
from fxwatch.register.tables import SCHEMA_VERSION as REGISTER_VERSION
from fxwatch.settings import FILE as SETTINGS_FILE
from fxwatch.settings import Settings, read_settings
from fxwatch.upkeep import of_records, of_register, of_warehouse
from fxwatch.upkeep.findings import Diagnosis, Finding, Severity, some
from fxwatch.warehouse import examining as warehouse
from fxwatch.warehouse.store import FILE as WAREHOUSE_FILE
from fxwatch.warehouse.store import LOCK
from fxwatch.warehouse.versions import SCHEMA_VERSION as WAREHOUSE_VERSION

_ORDER = [Severity.DAMAGE, Severity.ATTENTION, Severity.NOTE]

Told = Iterator[Finding]


def examine(path: Path, *, deep: bool = False) -> Diagnosis:
    """Examine a home.

    Args:
        path: the home's folder.
        deep: read every byte: snapshots against the digests kept when they were published, every block of the warehouse
            and of the register. Without it, what can be told in a second or two.

    Raises:
        HouseError: there is no folder.
    """
    if not path.is_dir():
        raise HouseError(
            f"There is no fxwatch home in {path}. Make one with: fxwatch --home {path} init",
            f"{path} 不是 fxwatch 库。请先建库：fxwatch --home {path} init",
        )
    examination = _Examination(path, deep=deep)
    found = sorted(examination.everything(), key=lambda f: _ORDER.index(f.severity))
    return Diagnosis(tuple(found), examination.looked_at)


class _Examination:
    def __init__(self, path: Path, *, deep: bool) -> None:
        self.path, self.deep = path, deep
        self.settings = Settings()
        self.has_settings = False
        self.looked_at: dict[str, Any] = {
            "home": str(path),
            "fxwatch": __version__,
            "register_version": REGISTER_VERSION,
            "warehouse_version": WAREHOUSE_VERSION,
            "deep": deep,
        }

    def everything(self) -> Told:
        yield from self._settings()
        yield from self._disk()
        yield from of_records.records(self.path)
        with ExitStack() as held:
            is_alone = self._lock(held)
            if not is_alone:
                yield _in_use(self.path)
            current = yield from of_warehouse.pointer(self.path)
            published = yield from of_warehouse.published(self.path, current, deep=self.deep)
            self.looked_at["snapshot"] = current.name if current else None
            if is_alone:
                yield from of_warehouse.stored(self.path, published, self.looked_at, deep=self.deep)
                yield from self._leftovers(current)
        in_file = self.path / REGISTER_FILE
        if self.has_settings or in_file.exists():  # else it may live elsewhere, where only the settings say
            where = self.settings.register_url or in_file
            whole = current if published else None
            yield from of_register.register(self.path, where, whole, self.looked_at, deep=self.deep)

    def _settings(self) -> Told:
        try:
            self.settings = read_settings(self.path)
            self.has_settings = True
        except FxwatchError as fault:
            where = str(self.path / SETTINGS_FILE)
            yield Finding("settings", Severity.DAMAGE, where, (fault.english, fault.chinese), ("", ""))

    def _disk(self) -> Told:
        if not os.access(self.path, os.W_OK):
            yield Finding(
                "read_only",
                Severity.ATTENTION,
                str(self.path),
                (
                    "This account may not write here: nothing can be loaded or recorded.",
                    "当前用户无写权限：无法导入或登记。",
                ),
                ("Look who owns the folder, and whether its disk is read-only.", "请检查目录属主及磁盘是否只读。"),
            )
        free, file = shutil.disk_usage(self.path).free, self.path / WAREHOUSE_FILE
        needed = 2 * file.stat().st_size if file.exists() else 0
        self.looked_at["free_bytes"] = free
        if free < needed:
            yield Finding(
                "disk_full",
                Severity.ATTENTION,
                str(self.path),
                (
                    f"The disk has {free >> 20} MiB left; the next publication may need {needed >> 20} MiB.",
                    f"磁盘仅余 {free >> 20} MiB，下次发布可能需要 {needed >> 20} MiB。",
                ),
                ("Make room.", "请腾出空间。"),
            )

    def _lock(self, held: ExitStack) -> bool:
        """Keep batch work away while its file is looked at; not where it is at work already."""
        try:
            held.enter_context(locked(self.path / LOCK, doing="doctor", seconds=0))
        except HomeLocked:
            return False
        except HouseError:
            return True  # a disk that cannot be written keeps every writer away
        return True

    def _leftovers(self, current: Path | None) -> Told:
        left = warehouse.left_behind(self.path)
        halves = [p for p in self.path.parent.glob(f".{self.path.name}-*") if p.is_dir()]
        ahead = [] if current is None else [p for p in warehouse.snapshots(self.path) if _number(p) > _number(current)]
        if everything := [*left, *halves, *ahead]:
            names, names_zh = some(map(str, everything))
            yield Finding(
                "leftovers",
                Severity.ATTENTION,
                str(everything[0]),
                (f"Killed processes left behind: {names}.", f"被中止的进程遗留：{names_zh}。"),
                (
                    "Harmless; the next load or run clears them, or: fxwatch doctor --repair. Folders beside the home are yours to remove.",
                    "无害；下次导入或运行时清除，或运行 fxwatch doctor --repair。库旁的文件夹请自行删除。",
                )
                if halves
                else (
                    "Harmless; the next load or run clears them, or: fxwatch doctor --repair",
                    "无害；下次导入或运行时清除，或运行：fxwatch doctor --repair",
                ),
            )


def _in_use(path: Path) -> Finding:
    return Finding(
        "in_use",
        Severity.NOTE,
        str(path / WAREHOUSE_FILE),
        ("A load or run is at work; its file was not looked at.", "正在导入或运行，其文件未予检查。"),
        ("Look again when it has finished.", "请待其结束后再检查。"),
    )


def _number(snapshot: Path) -> int:
    digits = snapshot.stem.rpartition("-")[2]
    return int(digits) if digits.isdigit() else 0
