"""The writer's side: one process at a time, read-write, under the lock; every change ends with a publication."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import duckdb
import polars as pl

from fxwatch.errors import HouseError
from fxwatch.locks import locked
from fxwatch.settings import Settings
from fxwatch.warehouse.snapshots import clear_leftovers, publish_copy

FILE = "warehouse.duckdb"
LOCK = "warehouse.lock"
# Bump this when schema.sql changes, and write the step from the version before.
SCHEMA_VERSION = 1


class Warehouse:
    """The open warehouse. `con` is its read-write connection."""

    def __init__(self, home: Path, settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
        self.home = home
        self.settings = settings
        self.con = con

    def moment(self) -> datetime:
        """Now in UTC, and later than anything on record: no two loads or runs share a moment."""
        last = self.con.execute(
            "SELECT max(t) FROM (SELECT max(known_from) AS t FROM loads UNION ALL SELECT max(ended_at) FROM runs)"
        ).fetchall()[0][0]
        now = datetime.now(UTC).replace(tzinfo=None)
        return now if last is None or now > last else last + timedelta(microseconds=1)

    def put_roll(self, roll: pl.DataFrame) -> None:
        """Replace the copy of the roll; columns as in schema.sql without `entity`, which is numbered here."""
        self.con.register("new_roll", roll.to_arrow())
        with self.transaction():
            self.con.execute(
                "INSERT INTO entity_numbers SELECT (SELECT coalesce(max(entity), 0) FROM entity_numbers) "
                "+ row_number() OVER (ORDER BY entity_id), entity_id FROM new_roll "
                "WHERE entity_id NOT IN (SELECT entity_id FROM entity_numbers)"
            )
            self.con.execute("DELETE FROM roll")
            self.con.execute(
                "INSERT INTO roll BY NAME SELECT n.entity, r.* FROM new_roll r JOIN entity_numbers n USING (entity_id)"
            )
        self.con.unregister("new_roll")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an exception rolls back and goes on."""
        self.con.begin()
        try:
            yield
        except BaseException:
            self.con.rollback()
            raise
        self.con.commit()

    def publish(self) -> Path:
        """Make what is committed the new snapshot that doors read. The connection is reopened afterwards."""
        self.con.execute("CHECKPOINT")
        self.con.close()
        snapshot = publish_copy(self.home, self.home / FILE, self.settings.keep_snapshots)
        self.con = _connect(self.home, self.settings)
        return snapshot


def create(home: Path, settings: Settings) -> None:
    """Make an empty warehouse in a home and publish it."""
    (home / "tmp").mkdir(exist_ok=True)
    (home / "published").mkdir(exist_ok=True)
    con = _connect(home, settings)
    con.execute(files(__package__).joinpath("schema.sql").read_text("utf-8"))
    con.execute("INSERT INTO warehouse VALUES (?, ?)", [SCHEMA_VERSION, datetime.now(UTC).replace(tzinfo=None)])
    warehouse = Warehouse(home, settings, con)
    warehouse.publish()
    warehouse.con.close()


@contextmanager
def writing(home: Path, settings: Settings, doing: str) -> Iterator[Warehouse]:
    """The warehouse, open for writing while the block runs.

    Raises:
        HomeLocked: another process is writing and did not finish within `settings.lock_seconds`.
        HouseError: there is no warehouse, it is damaged, or it is of another version.
    """
    if not (home / FILE).exists():
        raise HouseError(
            f"There is no warehouse in {home}. Make a home with: fxwatch --home {home} init",
            f"{home} 中没有数据仓库。请先建库:fxwatch --home {home} init",
        )
    with locked(home / LOCK, doing=doing, seconds=settings.lock_seconds):
        clear_leftovers(home)
        warehouse = Warehouse(home, settings, _connect(home, settings))
        try:
            _check_version(home, warehouse.con)
            yield warehouse
        finally:
            warehouse.con.close()


def _connect(home: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    try:
        con = duckdb.connect(
            str(home / FILE),
            config={
                "memory_limit": settings.memory,
                "temp_directory": str(home / "tmp"),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            },
        )
    except duckdb.Error as fault:
        raise HouseError(
            f"The warehouse {home / FILE} cannot be opened: {first_line(fault)}. Restore it from a backup, or load the files into a new home.",
            f"无法打开数据仓库 {home / FILE}:{first_line(fault)}。请用备份恢复,或在新库中重新导入。",
        ) from fault
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET enable_progress_bar = false")
    return con


def first_line(fault: Exception) -> str:
    """The first line of an engine's message, for a sentence."""
    return str(fault).strip().splitlines()[0].rstrip(".") if str(fault).strip() else type(fault).__name__


def _check_version(home: Path, con: duckdb.DuckDBPyConnection) -> None:
    try:
        found = con.execute("SELECT schema_version FROM warehouse").fetchall()
    except duckdb.Error as fault:
        raise HouseError(
            f"{home / FILE} is not a warehouse of fxwatch: {first_line(fault)}.",
            f"{home / FILE} 不是 fxwatch 的数据仓库:{first_line(fault)}。",
        ) from fault
    if not found or found[0][0] != SCHEMA_VERSION:
        version = found[0][0] if found else "none"
        raise HouseError(
            f"The warehouse in {home} is of version {version}; this fxwatch knows version {SCHEMA_VERSION}. Install the fxwatch that wrote it.",
            f"{home} 的数据仓库版本为 {version},本程序只支持版本 {SCHEMA_VERSION}。请安装与之相符的 fxwatch。",
        )
