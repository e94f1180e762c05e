"""A home: one folder with its settings, its warehouse, its register and what was published."""

import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fxwatch.errors import HouseError, RequestError
from fxwatch.kept import Kept
from fxwatch.settings import FILE as SETTINGS_FILE
from fxwatch.settings import Settings, parse_setting, read_settings, setting_fields, strip_password, without_password

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from fxwatch.register import Register
    from fxwatch.warehouse import Snapshot, Warehouse

REGISTER_FILE = "register.sqlite"
ZONE = ZoneInfo("Asia/Shanghai")


class Home:
    """What every piece of work is done in. Opening one touches the disk only when something is asked of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not is_home(path):
            raise HouseError(
                f"There is no fxwatch home in {path}. Make one with: fxwatch --home {path} init",
                f"{path} 不是 fxwatch 库。请先建库：fxwatch --home {path} init",
            )
        self._snapshot: Snapshot | None = None
        self._settings: tuple[object, Settings] | None = None
        self._opening = threading.Lock()
        self.kept = Kept()

    @property
    def settings(self) -> Settings:
        """The settings in force; read again when their file was changed, by whomever."""
        mark, known = _mark(self.path / SETTINGS_FILE), self._settings
        if known is None or known[0] != mark:
            self._settings = known = (mark, read_settings(self.path))
            self._open_book(known[1].rules_folder)
        return known[1]

    def _open_book(self, folder: str) -> None:
        """Let the rule book know which folder has rules of the house's own; a path that is not absolute lies in the home."""
        if folder or "fxwatch.rulebook" in sys.modules:
            from fxwatch.rulebook import look_into

            look_into(self.path / folder if folder else None)

    @cached_property
    def register(self) -> "Register":
        """The register of entities, acts and questions."""
        from fxwatch.register import Register

        with self._opening:
            # Another thread may have opened it while this one stood here.
            known: Register | None = self.__dict__.get("register")
            return known or Register.open(self.register_place)

    @property
    def register_place(self) -> Path | str:
        """Where the register is: the file in the home, or the URL that the settings name."""
        return self.settings.register_url or self.path / REGISTER_FILE

    @property
    def simulation(self) -> bool:
        """Whether this is a simulation home, which may pin today and date acts in the past."""
        return self.register.simulation

    def today(self) -> date:
        """The pinned day of a simulation home, else the day in Asia/Shanghai."""
        if self.settings.today and self.simulation:
            return self.settings.today
        return datetime.now(UTC).astimezone(ZONE).date()

    def actor(self, by: str | None) -> str:
        """The account that acts: the one named, else the operating-system user's."""
        return by or os_user()

    def snapshot(self) -> "Snapshot":
        """The newest published snapshot; moves on by itself when another is published. Threads may share a home."""
        from fxwatch.warehouse import current_snapshot, open_snapshot

        known = self._snapshot
        if known is not None and known.path == current_snapshot(self.path):
            return known
        with self._opening:
            known = self._snapshot
            if known is None or known.path != current_snapshot(self.path):
                self._snapshot = known = open_snapshot(self.path)
            return known

    def state(self) -> tuple[str, int, date]:
        """What answers rest on: the snapshot's name, the number of the newest act, today. Found in some 0.1 ms."""
        return self.snapshot().name, self.register.last_act(), self.today()

    @contextmanager
    def writing(self, doing: str) -> "Iterator[Warehouse]":
        """The warehouse for writing, with the lock held."""
        from fxwatch.warehouse import writing

        with writing(self.path, self.settings, doing) as warehouse:
            yield warehouse

    def roll(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """The roll with `transport_enterprise` resolved: by flag, else by division of industry (spec section 4)."""
        import polars as pl

        division = pl.col("industry").str.extract(r"^(\d{2})", 1)
        by_industry = division.is_in(sorted(self.settings.transport())).fill_null(value=False)
        return self.register.roll(known_at).with_columns(pl.coalesce("transport_enterprise", by_industry))

    def bring_roll(self, warehouse: "Warehouse") -> None:
        """Have the warehouse's copy of the roll say what the register says; where it does, nothing is read but its mark."""
        from fxwatch.warehouse.roll import roll_mark

        mark = self._roll_mark()
        if roll_mark(warehouse.con) != mark:
            warehouse.put_roll(self.roll(), mark)

    def on_roll(self, con: "duckdb.DuckDBPyConnection") -> "pl.Series":
        """Who is on the roll: out of the warehouse's copy where it says what the register says, which is read much faster."""
        from fxwatch.warehouse.roll import copied_roll, roll_mark

        return copied_roll(con) if roll_mark(con) == self._roll_mark() else self.register.on_roll()

    def _roll_mark(self) -> str:
        return json.dumps([*self.register.roll_mark(), sorted(self.settings.transport())])

    def change_setting(self, name: str, value: str, *, by: str | None = None) -> None:
        """Write a setting into the home's file, keeping its comments, and put the act on record.

        Raises:
            RequestError: no such setting, a value that does not fit, or `today` outside a simulation home.
            Forbidden: the account is no administrator.
        """
        import tomlkit

        parsed = parse_setting(name, value)
        if name == "today" and parsed is not None and not self.simulation:
            raise RequestError(
                f"Only a simulation home may pin today; {self.path} is none. Make one with: fxwatch init --simulation",
                f"只有模拟库可以固定“今天”，{self.path} 不是模拟库。请用 fxwatch init --simulation 建立模拟库。",
            )
        if name == "register_url" and without_password(value) != value:
            raise RequestError(
                "A password is not written into the settings file. Leave it out here, and give the whole URL in FXWATCH_REGISTER_URL or the password in ~/.pgpass.",
                "密码不会写入设置文件。请在此处略去密码，完整地址放在 FXWATCH_REGISTER_URL，或将密码放在 ~/.pgpass。",
            )
        actor = self.actor(by)
        self.register.require(actor, "administrator")
        path = self.path / SETTINGS_FILE
        document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        before = document.get(name)
        if parsed is None:
            document.pop(name, None)
        else:
            document[name] = parsed
        replace_text(path, tomlkit.dumps(document))
        self.register.append(
            "setting_changed", by=actor, role="administrator", subject=name, day=self.today(), why="",
            payload={"setting": name, "value": value, "before": None if before is None else str(before)},
        )  # fmt: skip


def _mark(file: Path) -> object:
    """What tells one state of a file from another: it is always replaced, never written into."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def os_user() -> str:
    """The operating-system user's name; its number where it has none."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def is_home(path: Path) -> bool:
    """Whether a folder is a home, be it damaged or its register elsewhere."""
    return any((path / mark).exists() for mark in (REGISTER_FILE, "warehouse.duckdb", "published/CURRENT"))


def make_home(path: Path, *, simulation: bool = False, bare: bool = False) -> Home:
    """Make an empty home: built beside its place and moved there whole, so that there is never half a home.

    Args:
        path: a folder that does not exist yet or is empty.
        simulation: a home that may pin today and date acts in the past.
        bare: without the shipped calendar and rates.

    Raises:
        RequestError: the folder is a home already, or holds something else.
    """
    if is_home(path):
        raise RequestError(f"{path} is a home already.", f"{path} 已是 fxwatch 库。")
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise RequestError(
            f"{path} exists and is not an empty folder. Name another.", f"{path} 已存在且不是空文件夹，请另选位置。"
        )
    from fxwatch import warehouse
    from fxwatch.register import Register

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    except OSError as fault:
        raise RequestError(
            f"No home can be made at {path}: {fault.strerror}.", f"无法在 {path} 建库：{fault.strerror}。"
        ) from fault
    made: Register | None = None
    try:
        half.chmod(0o750)
        (half / SETTINGS_FILE).write_text(_settings_text(), "utf-8")
        name_register(half, read_settings(half).register_url)
        warehouse.create(half, Settings())
        home = Home(half)
        made = Register.create(home.register_place, simulation=simulation, operator=os_user())
        if not bare:
            from fxwatch.facts import fact_file
            from fxwatch.intake import load

            load(home, "calendar", fact_file("calendar.csv"))
            load(home, "rates", fact_file("rates.csv"))
        home.register.close()
        half.rename(path)
    except BaseException:
        if made is not None and isinstance(home.register_place, str):
            made.discard()  # a database does not go with the folder
        shutil.rmtree(half, ignore_errors=True)
        raise
    finally:
        if made is not None:
            made.close()
    return Home(path)


def name_register(path: Path, url: str) -> None:
    """Write into a home's settings file where its register is; of a URL, everything but the password."""
    import tomlkit

    file = path / SETTINGS_FILE
    document = tomlkit.parse(file.read_text("utf-8")) if file.exists() else tomlkit.document()
    if document.get("register_url", "") != (bare := strip_password(url)):
        document["register_url"] = bare
        replace_text(file, tomlkit.dumps(document))


def replace_text(path: Path, text: str) -> None:
    """Replace a file's text in one step: the old or the new is there, never half of one."""
    handle, half = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(half).chmod(0o640)
    Path(half).rename(path)


def _settings_text() -> str:
    lines = ["# Settings of this home. Every key is optional; these are the defaults.", ""]
    for name, field in setting_fields().items():
        default: Any = field.default
        shown = "" if default is None else default
        text = str(shown).lower() if isinstance(shown, bool) else f'"{shown}"' if isinstance(shown, str) else str(shown)
        lines += [f"# {field.metadata['meaning']} / {field.metadata['meaning_zh']}", f"# {name} = {text}", ""]
    return "\n".join(lines)
