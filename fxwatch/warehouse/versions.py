"""The version of the warehouse's tables, and the small numbered steps from an older one to this one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from fxwatch.errors import HouseError
from fxwatch.warehouse.counterparties import numbers_in
from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    from fxwatch.warehouse.parts import Stage

# Bump this when schema.sql changes, and write the step from the version before.
SCHEMA_VERSION = 4


@dataclass(frozen=True)
class Step:
    """One step. `to` is the version it leads to, from the one before; `take` is given the writing connection, and the stage of the
    transaction for a step that writes parts anew.
    """

    to: int
    what: str
    take: "Callable[[duckdb.DuckDBPyConnection, Stage], None]"


# One line for each version after the first, in order. Never changed once it was released. What a run computes (hits but for
# their found_on, sums) may be left to the next run; what was reported must be carried over.
STEPS: tuple[Step, ...] = (
    Step(
        2, "amounts of hits, and partial sums that are quicker to add up", lambda con, stage: _run(con, "upgrade_to_2")
    ),
    Step(
        3,
        "flows in files that snapshots share; settlements, filings, totals and codes; hits of shadows",
        lambda con, stage: _run(con, "upgrade_to_3"),
    ),
    Step(4, "numbers of counterparties beside their texts", lambda con, stage: _number_counterparties(con, stage)),
)


def _run(con: duckdb.DuckDBPyConnection, name: str) -> None:
    con.execute(query(name))


def _number_counterparties(con: duckdb.DuckDBPyConnection, stage: "Stage") -> None:
    _run(con, "upgrade_to_4")
    for table in ("recent_flows", "flow_history"):
        with handed(con, numbers=numbers_in(con, table)):
            con.execute(query("number_counterparties").format(table=table))
    stage.number_parts()


def version_of(con: duckdb.DuckDBPyConnection) -> int | None:
    """The version that a warehouse or a snapshot says it is of.

    Raises:
        duckdb.Error: it is no warehouse of fxwatch.
    """
    found = con.execute("SELECT schema_version FROM warehouse").fetchall()
    return int(found[0][0]) if found else None


def check_version(home: Path, con: duckdb.DuckDBPyConnection, what: str, what_zh: str) -> None:
    """Refuse what is of another version.

    Args:
        home: where it is, for the sentence.
        con: open on it; closed when it is refused.
        what: what it is, as the beginning of a sentence; `what_zh` in Chinese.

    Raises:
        HouseError: it is older and can be brought up, or newer than this fxwatch, or none of ours.
    """
    try:
        found = version_of(con)
    except duckdb.Error as fault:
        con.close()
        told = str(fault).splitlines()[0].rstrip(".")
        raise HouseError(
            f"{what} in {home} is none of fxwatch: {told}.", f"{home} 的{what_zh}不属于 fxwatch:{told}。"
        ) from fault
    if found == SCHEMA_VERSION:
        return
    con.close()
    if found is not None and found < SCHEMA_VERSION:
        raise HouseError(
            f"{what} in {home} is of version {found}; this fxwatch works with version {SCHEMA_VERSION}. Bring it up with: fxwatch --home {home} upgrade",
            f"{home} 的{what_zh}版本为 {found}，本程序使用 {SCHEMA_VERSION} 版。请升级：fxwatch --home {home} upgrade",
        )
    version, version_zh = ("none", "无") if found is None else (str(found), str(found))
    raise HouseError(
        f"{what} in {home} is of version {version}; this fxwatch knows versions up to {SCHEMA_VERSION}. Use a newer fxwatch.",
        f"{home} 的{what_zh}版本为 {version_zh}，本程序只认识至 {SCHEMA_VERSION} 版。请使用更新的 fxwatch。",
    )


def due_steps(home: Path, found: int, steps: Sequence[Step]) -> list[Step]:
    """The steps that lead from a version to the newest.

    Raises:
        HouseError: there is a gap between them.
    """
    due = [step for step in steps if step.to > found]
    if [step.to for step in due] != list(range(found + 1, found + 1 + len(due))):
        raise HouseError(
            f"No steps lead from version {found} of the warehouse in {home} to version {due[-1].to}. Use the fxwatch between the two first.",
            f"{home} 的数据仓库无法由 {found} 版升级至 {due[-1].to} 版。请先使用两者之间的 fxwatch。",
        )
    return due
