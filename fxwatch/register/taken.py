"""What banks may be told of and what they took along: whom they reported flows for, and lists of grades, entity by entity."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select, union

from fxwatch.register.frames import frame, in_lists, insert_many
from fxwatch.register.store import stamp
from fxwatch.register.tables import downloads, questions, reported, roll, told

if TYPE_CHECKING:
    import polars as pl

_AT_ONCE = 50_000
_REPORTED = ("bank", "entity_id", "last_day")
_EVERYBODY = select(*(reported.c[name] for name in _REPORTED))


def _schema() -> dict[str, Any]:
    import polars as pl

    return dict.fromkeys(_REPORTED, pl.String)


class Known(NamedTuple):
    """An entity that a bank has to do with. `name` and `since` (the day it came on record) are None where the roll has none."""

    entity_id: str
    name: str | None
    since: str | None


def reported_of(connection: Connection, pairs: "pl.DataFrame") -> "pl.DataFrame":
    """What is kept of some pairs of a bank and an entity (bank, entity_id): with last_day (Date) where they are there."""
    import polars as pl

    # Bank by bank: in the order of the table's key a few are found without reading the others.
    found = [
        frame(connection, _EVERYBODY.where(reported.c.bank == bank, reported.c.entity_id.in_(whom)), _schema())
        for (bank,), its in pairs.unique().group_by("bank")
        for whom in in_lists(its["entity_id"])
    ]
    return pl.concat([pl.DataFrame(schema=_schema()), *found]).with_columns(pl.col("last_day").str.to_date())


def put_reported(connection: Connection, rows: "pl.DataFrame", stands: "pl.DataFrame | None" = None) -> int:
    """Have table `reported` say what some rows say, and nothing else; writes what differs alone.

    Args:
        connection: a writing one.
        rows: bank, entity_id, last_day (Date); one row a bank and entity.
        stands: what `reported_of` gave of those whom alone the rows are about; what is there of others stays.

    Returns:
        How many rows were written or taken out.
    """
    import polars as pl

    day = pl.col("last_day").dt.to_string("%Y-%m-%d")
    stands = frame(connection, _EVERYBODY, _schema()) if stands is None else stands.with_columns(day)
    wanted = rows.select("bank", "entity_id", day)
    new = wanted.join(stands, on=_REPORTED, how="anti")
    key = ["bank", "entity_id"]
    gone = pl.concat([stands.join(wanted, on=key, how="anti"), stands.join(new, on=key, how="semi")])
    if len(gone):
        which = (reported.c.bank == bindparam("of")) & (reported.c.entity_id == bindparam("whom"))
        rows_gone = [{"of": bank, "whom": entity_id} for bank, entity_id in gone.select(key).iter_rows()]
        connection.execute(reported.delete().where(which), rows_gone)
    for part in new.sort(key).iter_slices(_AT_ONCE):
        insert_many(connection, reported, _REPORTED, part.select(_REPORTED).rows())
    return len(new) + len(gone)


def entities_of(connection: Connection, bank: str, since: date) -> list[Known]:
    """The entities for which a bank reported a flow of a day, or about which it asked on a day, from `since` on; by entity."""
    day = since.isoformat()
    whom = union(
        select(reported.c.entity_id).where(reported.c.bank == bank, reported.c.last_day >= day),
        select(questions.c.entity_id).where(questions.c.bank == bank, questions.c.day >= day),
    ).subquery()
    entry = (roll.c.entity_id == whom.c.entity_id) & roll.c.known_to.is_(None)
    statement = select(whom.c.entity_id, roll.c.name, roll.c.on_record_since).select_from(whom.outerjoin(roll, entry))
    # Straight from the driver: see `frames.frame`.
    rows = connection.execute(statement.order_by(whom.c.entity_id)).cursor.fetchall()
    return [Known(*row) for row in rows]


def same_list(connection: Connection, bank: str, day: date, list_digest: str) -> int | None:
    """The download of a day that held a list already; None where none did."""
    which = (downloads.c.bank == bank) & (downloads.c.day == day.isoformat()) & (downloads.c.list_digest == list_digest)
    found: int | None = connection.execute(select(func.min(downloads.c.list_of)).where(which)).scalar_one()
    return found


def next_download(connection: Connection) -> int:
    """A number for the download to be put on record next."""
    return int(connection.execute(select(func.coalesce(func.max(downloads.c.number), 0))).scalar_one()) + 1


def record_download(
    connection: Connection, moment: datetime, row: Mapping[str, Any], lines: Sequence[tuple[str, str]]
) -> None:
    """Put a download on record, and what it told about each entity.

    Args:
        connection: a writing one.
        moment: when it was asked for.
        row: the columns of table `downloads` but `at` and `entities`; `day` is a date.
        lines: entity_id and grade, written only where `list_of` is the download's own number.
    """
    day = row["day"].isoformat()
    connection.execute(downloads.insert(), {**row, "day": day, "at": stamp(moment), "entities": len(lines)})
    if row["list_of"] == row["number"]:
        for start in range(0, len(lines), _AT_ONCE):
            part = [(row["number"], *line) for line in lines[start : start + _AT_ONCE]]
            insert_many(connection, told, ("download", "entity_id", "grade"), part)


def download_digest(connection: Connection, number: int) -> str | None:
    """The SHA-256 of what was signed of a download; None where the number was never given."""
    return connection.execute(select(downloads.c.digest).where(downloads.c.number == number)).scalar_one_or_none()


def downloads_frame(connection: Connection, bank: str | None = None, entity_id: str | None = None) -> "pl.DataFrame":
    """What banks took along, oldest first; of one bank, or those that told about an entity.

    Returns:
        number, at, day, bank, by, key, kind (`file`, `changes`), entities, digest; with an entity also `grade`.
    """
    import polars as pl

    schema: dict[str, Any] = {"number": pl.Int64, "at": pl.Datetime("us"), "day": pl.Date}
    schema |= dict.fromkeys(("bank", "by", "key", "kind"), pl.String) | {"entities": pl.Int64, "digest": pl.String}
    statement = select(*(downloads.c[name] for name in schema)).order_by(downloads.c.number)
    if entity_id is not None:
        schema["grade"] = pl.String
        held = (told.c.download == downloads.c.list_of) & (told.c.entity_id == entity_id)
        statement = statement.add_columns(told.c.grade).join_from(downloads, told, held)
    if bank is not None:
        statement = statement.where(downloads.c.bank == bank)
    return frame(connection, statement, schema)


def told_by_file(connection: Connection, first: date, last: date) -> "pl.DataFrame":
    """Which entities banks had in a daily file of a day: bank, day, entity_id; one row each."""
    import polars as pl

    statement = (
        select(downloads.c.bank, downloads.c.day, told.c.entity_id)
        .join_from(downloads, told, told.c.download == downloads.c.list_of)
        .where(downloads.c.kind == "file", downloads.c.day.between(first.isoformat(), last.isoformat()))
        .distinct()
    )
    return frame(connection, statement, {"bank": pl.String, "day": pl.Date, "entity_id": pl.String})


def asked_on_the_day(connection: Connection, first: date, last: date) -> "pl.DataFrame":
    """Which entities banks asked about on a day, for that day: bank, entity_id, day; one row each."""
    import polars as pl

    day = questions.c.day
    statement = select(questions.c.bank, questions.c.entity_id, day).where(
        day.between(first.isoformat(), last.isoformat()), questions.c.on == day
    )
    return frame(connection, statement.distinct(), {"bank": pl.String, "entity_id": pl.String, "day": pl.Date})


def ever_asked(connection: Connection) -> bool:
    """Whether there is any question on record, or any daily file that was taken along."""
    files = select(downloads.c.number).where(downloads.c.kind == "file").limit(1)
    return any(connection.execute(one).first() for one in (select(questions.c.receipt).limit(1), files))
