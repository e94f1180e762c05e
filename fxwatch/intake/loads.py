"""One load, from file to publication: a transaction that is there whole or not at all."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from fxwatch.errors import RequestError
from fxwatch.intake.breaches import BreachIntake
from fxwatch.intake.calendar import CalendarIntake
from fxwatch.intake.codes import CodeIntake
from fxwatch.intake.entities import EntityIntake
from fxwatch.intake.files import examine
from fxwatch.intake.filings import FilingIntake
from fxwatch.intake.flows import FlowIntake
from fxwatch.intake.ledger import Intake, Load
from fxwatch.intake.rates import RateIntake
from fxwatch.intake.reading import ahead, read
from fxwatch.intake.reasons import Reason
from fxwatch.intake.report import LoadReport
from fxwatch.intake.rows import from_raw
from fxwatch.intake.settlements import SettlementIntake
from fxwatch.intake.totals import TotalIntake
from fxwatch.intake.wording import escaped, file_name
from fxwatch.terms import Role
from fxwatch.warehouse import loading

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.warehouse import Warehouse

Progress = Callable[[int, int], object]

KINDS = ("flows", "entities", "rates", "calendar", "breaches", "settlements", "filings", "totals", "codes")
# The order in which what waits is judged again: entities, rates and codes first, for flows may wait for them.
_AGAIN = ("entities", "rates", "calendar", "codes", "flows", "settlements", "filings", "totals", "breaches")
# Kinds that say nothing of entities.
_WITHOUT_ENTITIES = ("rates", "calendar", "totals", "codes")
_ENROL_AT_MOST = ("flows", "settlements", "filings")
# Who may load: everybody in the bureau. Breaches are a regulator's acts besides.
_STAFF = (Role.REGULATOR, Role.APPROVER, Role.ANALYST, Role.ADMINISTRATOR)
# Rows that are judged again are held as JSON, which takes more room than columns.
_PAGE = 50_000


def load(
    home: "Home",
    kind: str,
    path: Path,
    *,
    by: str | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Load a file: judge every row, keep what is sound, put the rest into quarantine, publish.

    A byte-identical file again (same kind, same encoding): what was not quarantined then is duplicate, only what was
    is judged again.

    Args:
        home: where.
        kind: one of `KINDS`.
        path: a CSV (also `.csv.gz`), Parquet or XLSX file.
        by: the account that loads; without it the operating-system user's.
        encoding: of a CSV file; found when not given.
        progress: told (bytes done, bytes in all) as the file is read.

    Raises:
        FileRefused: the file cannot be taken at all; nothing was loaded.
        RequestError: there is no such kind.
        Forbidden: the account named is a bank's, or closed.
        HomeLocked: another process is writing.
    """
    if kind not in KINDS:
        raise RequestError(
            f"There is no kind of file {escaped(kind)}. The kinds are {', '.join(KINDS)}.",
            f"没有文件种类 {escaped(kind)}。可用：{'、'.join(KINDS)}。",
        )
    path = Path(path)
    actor = _actor(home, by)
    source = examine(path, encoding)
    name = file_name(path)
    with home.writing(escaped(f"load {kind} {name}")) as warehouse:
        with warehouse.transaction():
            under_way = _begin(warehouse, kind, name)
            intake = _intake(home, kind, warehouse, actor)
            reading = read(source, intake.columns, home.settings.batch_rows)
            before = loading.load_of_digest(warehouse.con, kind, source.sha256, source.encoding)
            if before is None:
                # The next rows are read while these are judged and written: the two take about as long.
                every = map(intake.read, reading.rows) if isinstance(intake, FlowIntake) else reading.rows
                with closing(ahead(every)) as coming:
                    for rows in coming:
                        intake.take(rows, under_way)
                        if progress:
                            progress(reading.tally.done, source.size)
            else:
                _take_again(intake, under_way, *before)
            intake.finish(under_way)
            loading.supersede(warehouse.con, kind, under_way.load_id)
            if before is not None:
                loading.resolve_load(warehouse.con, before[0])
            report = under_way.report(encoding=source.encoding, extra_columns=reading.extra_columns)
            _record(warehouse, under_way, report, actor, source.sha256)
        _publish(home, warehouse, kind)
    return report


def retry(
    home: "Home", reason: str | None = None, by: str | None = None, progress: Progress | None = None
) -> LoadReport:
    """Judge the waiting rows again, in the order in which they came, as a load of its own.

    Args:
        home: where.
        reason: only rows with this reason.
        by: the account; without it the operating-system user's.
        progress: told (rows done, rows in all).

    Raises:
        RequestError: there is no such reason.
        Forbidden: the account named is a bank's, or closed.
        HomeLocked: another process is writing.
    """
    if reason is not None and reason not in Reason.__members__:
        known = ", ".join(Reason.__members__)
        raise RequestError(
            f"There is no reason {escaped(reason)}. The reasons are {known}.",
            f"没有原因 {escaped(reason)}。可用：{known}。",
        )
    actor = _actor(home, by)
    with home.writing("judge the quarantine again") as warehouse:
        with warehouse.transaction():
            under_way = _begin(warehouse, "retry", "quarantine")
            waiting = loading.waiting_counts(warehouse.con, reason)
            for kind in sorted(waiting, key=_AGAIN.index):
                intake = _intake(home, kind, warehouse, actor)
                after = 0
                while len(page := loading.waiting_page(warehouse.con, kind, reason, after, _PAGE)):
                    after = page["quarantine_id"][-1]
                    under_way.origin = page.select("quarantine_id", "load_id", "line")
                    intake.take(from_raw(page["raw"].to_list(), page["line"], list(intake.columns)), under_way)
                    if progress:
                        progress(sum(under_way.counts.values()), sum(waiting.values()))
                intake.finish(under_way)
            report = under_way.report(encoding=None, extra_columns=[])
            _record(warehouse, under_way, report, actor, "")
        _publish(home, warehouse, "retry")
    return report


def _actor(home: "Home", by: str | None) -> str:
    actor = home.actor(by)
    if by is not None:
        home.register.require(by, *_STAFF)
    return actor


def _intake(home: "Home", kind: str, warehouse: "Warehouse", actor: str) -> Intake:
    if kind == "flows":
        return FlowIntake(home, warehouse.con, warehouse.stage)
    if kind == "entities":
        return EntityIntake(home)
    if kind == "rates":
        return RateIntake(warehouse.con)
    if kind == "calendar":
        return CalendarIntake(warehouse.con)
    if kind == "settlements":
        return SettlementIntake(home, warehouse.con)
    if kind == "filings":
        return FilingIntake(home, warehouse.con)
    if kind == "totals":
        return TotalIntake(home, warehouse.con)
    if kind == "codes":
        return CodeIntake(warehouse.con)
    return BreachIntake(home, actor)


def _begin(warehouse: "Warehouse", kind: str, file: str) -> Load:
    return Load(warehouse.con, loading.next_number(warehouse.con, "load"), kind, file, warehouse.moment())


def _take_again(intake: Intake, under_way: Load, load_id: int, count: int) -> None:
    """Judge the rows again that a load of the same bytes put into quarantine; all others are on record."""
    under_way.again = load_id
    judged = 0
    after = 0
    while len(page := loading.quarantined_page(under_way.con, load_id, after, _PAGE)):
        after = page["quarantine_id"][-1]
        judged += len(page)
        intake.take(from_raw(page["raw"].to_list(), page["line"], list(intake.columns)), under_way)
    under_way.count("duplicate", count - judged)


def _record(warehouse: "Warehouse", under_way: Load, report: LoadReport, actor: str, sha256: str) -> None:
    loading.add_load(
        warehouse.con,
        {
            "load_id": report.load_id,
            "kind": report.kind,
            "file": report.file,
            "sha256": sha256,
            "encoding": report.encoding,
            "extra_columns": report.extra_columns,
            "by": actor,
            "known_from": under_way.moment,
            "read": report.read,
            "accepted": report.accepted,
            "duplicate": report.duplicate,
            "out_of_scope": report.out_of_scope,
            "quarantined": report.quarantined,
        },
    )


def _publish(home: "Home", warehouse: "Warehouse", kind: str) -> None:
    if kind not in _WITHOUT_ENTITIES and (kind not in _ENROL_AT_MOST or home.settings.admit_unknown):
        home.bring_roll(warehouse)
    warehouse.publish()
