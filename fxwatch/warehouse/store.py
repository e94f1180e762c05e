"""The writer's side: one process at a time, read-write, under the lock; every change ends with a publication."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import duckdb
import polars as pl

from fxwatch.errors import HouseError
from fxwatch.locks import locked
from fxwatch.settings import Settings
from fxwatch.warehouse.parts import FOLDER as PARTS
from fxwatch.warehouse.parts import Stage, attach, named_parts
from fxwatch.warehouse.snapshots import clear_leftovers, connect_reader, current_snapshot, publish_copy, sweep
from fxwatch.warehouse.versions import SCHEMA_VERSION, STEPS, Step, check_version, due_steps, version_of

FILE = "warehouse.duckdb"
LOCK = "warehouse.lock"
# What to look after, by what the engine says, when it can neither read nor write.
_FAULTS_OF_THE_DISK = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException)


class Warehouse:
    """The open warehouse. `con` is its read-write connection."""

    def __init__(self, home: Path, settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
        self.home = home
        self.settings = settings
        self.con = con
        self._stage: Stage | None = None

    @property
    def stage(self) -> Stage:
        """Where the flows of the load under way go. It is settled with the load's transaction."""
        if self._stage is None:
            self._stage = Stage(self.con, self.home / PARTS, self.settings.part_rows)
        return self._stage

    def hold_memory(self, size: int) -> None:
        """Keep the engine within so many bytes from now on; what needs more goes to the disk meanwhile."""
        self.con.execute(f"SET memory_limit = '{size >> 20}MiB'")

    def moment(self) -> datetime:
        """Now in UTC, and later than anything on record: no two loads or runs share a moment."""
        last = self.con.execute(
            "SELECT max(t) FROM (SELECT max(known_from) AS t FROM loads UNION ALL SELECT max(ended_at) FROM runs)"
        ).fetchall()[0][0]
        now = datetime.now(UTC).replace(tzinfo=None)
        return now if last is None or now > last else last + timedelta(microseconds=1)

    def put_roll(self, roll: pl.DataFrame, mark: str) -> None:
        """Replace the copy of the roll; columns as in schema.sql without `entity`, which is numbered here. `mark` tells it from others."""
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
            quoted = mark.replace("'", "''")
            self.con.execute(f"COMMENT ON TABLE roll IS '{quoted}'")
        self.con.unregister("new_roll")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an exception rolls back and goes on."""
        self.con.begin()
        try:
            yield
            if self._stage is not None:
                self._stage.settle()
        except BaseException:
            with suppress(duckdb.Error):  # an engine that gave up has nothing left to roll back or to let go
                self.con.rollback()
            with suppress(duckdb.Error):
                if self._stage is not None:
                    self._stage.abandon()
            raise
        finally:
            self._stage = None
        self.con.commit()

    def publish(self) -> Path:
        """Make what is committed the new snapshot that doors read. The connection is reopened afterwards.

        Raises:
            HouseError: the disk takes no more; what was committed is kept, and published with whatever comes next.
        """
        try:
            self.con.execute("CHECKPOINT")
            parts = named_parts(self.con)
            self.con.close()
            snapshot = publish_copy(self.home, self.home / FILE, self.settings.keep_snapshots, parts)
        except (OSError, *_FAULTS_OF_THE_DISK) as fault:
            raise HouseError(
                f"What was done is kept in {self.home}, but could not be published: {_said(fault)}. Make room, then publish it with: fxwatch --home {self.home} doctor --repair",
                f"所做的内容已保存在 {self.home}，但未能发布：{_said(fault)}。请腾出空间，再发布：fxwatch --home {self.home} doctor --repair",
            ) from fault
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
    with _alone(home, settings, doing) as warehouse:
        check_version(home, warehouse.con, "The warehouse", "数据仓库")
        yield warehouse


def upgrade(home: Path, settings: Settings, steps: Sequence[Step] = STEPS) -> list[Step]:
    """Bring an older warehouse up to the newest version, all steps or none, and publish it.

    A process killed between the two leaves a warehouse that is newer than its snapshot; the next upgrade publishes it.

    Returns:
        The steps taken; none where it is of that version already.

    Raises:
        HomeLocked: another process is writing.
        HouseError: it is damaged, or no steps lead to the newest version.
    """
    newest = steps[-1].to if steps else SCHEMA_VERSION
    with _alone(home, settings, "upgrade") as warehouse:
        found = version_of(warehouse.con) or 0
        due = due_steps(home, found, steps)
        if due:
            with warehouse.transaction():
                for step in due:
                    step.take(warehouse.con, warehouse.stage)
                warehouse.con.execute("UPDATE warehouse SET schema_version = ?", [newest])
        if due or not _is_published(home, newest):
            warehouse.publish()
    return due


def _is_published(home: Path, version: int) -> bool:
    try:
        con = connect_reader(current_snapshot(home))
        with con:
            return version_of(con) == version
    except (HouseError, duckdb.Error):
        return False


@contextmanager
def _alone(home: Path, settings: Settings, doing: str) -> Iterator[Warehouse]:
    """The warehouse under its lock, of whatever version; a disk that fails is told in a sentence."""
    if not (home / FILE).exists():
        raise HouseError(
            f"There is no warehouse in {home}. Make a home with: fxwatch --home {home} init",
            f"{home} 中没有数据仓库。请先建库：fxwatch --home {home} init",
        )
    with locked(home / LOCK, doing=doing, seconds=settings.lock_seconds):
        clear_leftovers(home)
        _need_room(home)
        warehouse = Warehouse(home, settings, _connect(home, settings))
        try:
            sweep(home, named_parts(warehouse.con))
            yield warehouse
        except _FAULTS_OF_THE_DISK as fault:
            raise HouseError(
                f"The warehouse {home / FILE} cannot be used: {_said(fault)}. Nothing of this was kept. Look whether the disk is full or read-only.",
                f"数据仓库 {home / FILE} 无法使用：{_said(fault)}。没有保留任何内容。请检查磁盘是否已满或只读。",
            ) from fault
        finally:
            warehouse.con.close()


def _need_room(home: Path) -> None:
    """Refuse to begin what could not be published: a publication copies the whole warehouse."""
    needed, free = (home / FILE).stat().st_size, shutil.disk_usage(home).free
    if free < needed:
        raise HouseError(
            f"The disk of {home} has {free >> 20} MiB left; publishing what is loaded or found takes {needed >> 20} MiB. Nothing was done. Make room.",
            f"{home} 所在磁盘仅余 {free >> 20} MiB，发布数据需要 {needed >> 20} MiB。没有做任何改动。请腾出空间。",
        )


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
        attach(con, home / PARTS)
    except duckdb.Error as fault:
        raise HouseError(
            f"The warehouse {home / FILE} cannot be opened: {first_line(fault)}. Restore it from a backup, or load the files into a new home.",
            f"无法打开数据仓库 {home / FILE}:{first_line(fault)}。请用备份恢复，或在新库中重新导入。",
        ) from fault
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET enable_progress_bar = false")
    return con


def _said(fault: Exception) -> str:
    return (fault.strerror if isinstance(fault, OSError) else None) or first_line(fault)


def first_line(fault: Exception) -> str:
    """The first line of an engine's message, for a sentence."""
    return str(fault).strip().splitlines()[0].rstrip(".") if str(fault).strip() else type(fault).__name__
