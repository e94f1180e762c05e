"""The roll: who the entities are, every version of every entry."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import repeat
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, MetaData, String, Table, bindparam, event, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from fxwatch.register.frames import frame, in_lists, insert_many
from fxwatch.register.store import stamp
from fxwatch.register.tables import keep_as_in_sqlite, roll

if TYPE_CHECKING:
    import polars as pl

ENTRY = (
    "entity_id",
    "name",
    "industry",
    "economic_type",
    "area",
    "registered_on",
    "investor_economies",
    "transport_enterprise",
)
_WRITTEN = ("entity_id", "version", "known_from", "known_to", *ENTRY[1:], "on_record_since", "source")
_FIELD = "\x1f"  # the unit separator of ASCII: no field of a file holds it
_EMPTY = "\x00"

wanted = Table("wanted", MetaData(), Column("entity_id", String(32), primary_key=True), prefixes=["TEMPORARY"])
event.listen(wanted, "after_create", keep_as_in_sqlite)


def enrol(
    connection: Connection, moment: datetime, day: date, entries: "pl.DataFrame", source: str
) -> "dict[str, int | pl.Series]":
    """Take entries in their order: new ones, and new versions where the content differs from what stands.

    Args:
        connection: a writing one.
        moment: from when the versions are known.
        day: the day on which an entity of its first entry came on record.
        entries: the columns `ENTRY`; an empty text is null.
        source: where they come from, for the record.

    Returns:
        `accepted` and `duplicate` (counts), and `outcome`: one of these words for each row.
    """
    import polars as pl

    entries = entries.select(pl.col(name).cast(dtype) for name, dtype in _schema().items())
    standing = _standing(connection, entries["entity_id"].unique().to_list())
    content = pl.concat_str([pl.col(name).cast(pl.String).fill_null(_EMPTY) for name in ENTRY[1:]], separator=_FIELD)
    rows = (
        entries.with_columns(content=content)
        .join(
            standing.select("entity_id", "version", "on_record_since", stood=content),
            on="entity_id",
            how="left",
            maintain_order="left",
        )
        .with_columns(before=pl.coalesce(pl.col("content").shift(1).over("entity_id"), "stood"))
        .with_columns(is_new=pl.col("content").ne_missing(pl.col("before")))
    )
    later = pl.col("entity_id")
    new = (
        rows.filter("is_new")
        .with_columns(
            replaced=pl.col("version"),
            version=pl.col("version").fill_null(0) + pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("entity_id"),
            known_to=pl.when(later.is_duplicated() & ~later.is_last_distinct()).then(pl.lit(stamp(moment))),
            on_record_since=pl.col("on_record_since").fill_null(day),
        )
        .sort("entity_id", "version")
    )
    _end(connection, moment, new.filter(pl.col("replaced").is_not_null())["entity_id"].unique().to_list())
    _insert(connection, moment, new, source)
    accepted = len(new)
    outcome = rows.select(pl.when("is_new").then(pl.lit("accepted")).otherwise(pl.lit("duplicate")).alias("outcome"))
    return {"accepted": accepted, "duplicate": len(rows) - accepted, "outcome": outcome["outcome"]}


def _standing(connection: Connection, entity_ids: list[str]) -> "pl.DataFrame":
    """The versions that stand of some entities."""
    import polars as pl

    wanted.create(connection)
    insert_many(connection, wanted, ["entity_id"], [(e,) for e in sorted(entity_ids)])
    stands = (roll.c.entity_id == wanted.c.entity_id) & roll.c.known_to.is_(None)
    columns: dict[str, Any] = {**_schema(), "version": pl.Int64, "on_record_since": pl.Date}
    found = frame(
        connection, select(*(roll.c[name] for name in columns)).select_from(wanted.join(roll, stands)), columns
    )
    wanted.drop(connection)
    return found


def _end(connection: Connection, moment: datetime, entity_ids: list[str]) -> None:
    if entity_ids:
        stands = (roll.c.entity_id == bindparam("ended")) & roll.c.known_to.is_(None)
        connection.execute(
            update(roll).where(stands).values(known_to=stamp(moment)), [{"ended": e} for e in sorted(entity_ids)]
        )


def _insert(connection: Connection, moment: datetime, new: "pl.DataFrame", source: str) -> None:
    import polars as pl

    for part in new.iter_slices(100_000):
        texts = part.with_columns(pl.col("registered_on", "on_record_since").dt.to_string("%Y-%m-%d"))
        columns: dict[str, Any] = {
            **{name: texts[name] for name in _WRITTEN if name in texts.columns},
            "known_from": repeat(stamp(moment), len(part)),
            "source": repeat(source, len(part)),
        }
        insert_many(connection, roll, _WRITTEN, list(zip(*(columns[name] for name in _WRITTEN), strict=True)))


def roll_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """The roll as known at a moment: the columns `ENTRY` and `on_record_since`, sorted by `entity_id`."""
    import polars as pl

    columns: dict[str, Any] = {**_schema(), "on_record_since": pl.Date}
    statement = select(*(roll.c[name] for name in columns)).where(_known(known_at)).order_by(roll.c.entity_id)
    return frame(connection, statement, columns)


def ids(connection: Connection) -> "pl.Series":
    """Who is on the roll, sorted."""
    import polars as pl

    statement = select(roll.c.entity_id).where(_known(None)).order_by(roll.c.entity_id)
    return frame(connection, statement, {"entity_id": pl.String})["entity_id"]


def entries_frame(
    connection: Connection, entity_ids: Iterable[str], known_at: datetime | None = None
) -> "pl.DataFrame":
    """Those of some entities that are on the roll, as `roll_frame` has them, in no particular order."""
    import polars as pl

    columns: dict[str, Any] = {**_schema(), "on_record_since": pl.Date}
    statement = select(*(roll.c[name] for name in columns)).where(_known(known_at))
    found = [frame(connection, statement.where(roll.c.entity_id.in_(some)), columns) for some in in_lists(entity_ids)]
    return pl.concat([pl.DataFrame(schema=columns), *found])


def versions_frame(connection: Connection) -> "pl.DataFrame":
    """Every version of every entry: the columns `ENTRY`, known_from, known_to (UTC; null while it stands), version."""
    import polars as pl

    moments = {"known_from": pl.Datetime("us"), "known_to": pl.Datetime("us")}
    columns: dict[str, Any] = {**_schema(), **moments, "version": pl.Int64}
    return frame(connection, select(*(roll.c[name] for name in columns)), columns)


def kinds_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """How many entries of the roll have each area and industry: area, industry, entities."""
    import polars as pl

    statement = select(roll.c.area, roll.c.industry, func.count()).where(_known(known_at))
    columns: dict[str, Any] = {"area": pl.String, "industry": pl.String, "entities": pl.Int64}
    return frame(connection, statement.group_by(roll.c.area, roll.c.industry), columns)


def on_record_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """entity_id and since: `registered_on`, else the day of the first load; sorted by entity_id."""
    import polars as pl

    since = func.coalesce(roll.c.registered_on, roll.c.on_record_since)
    statement = select(roll.c.entity_id, since).where(_known(known_at)).order_by(roll.c.entity_id)
    return frame(connection, statement, {"entity_id": pl.String, "since": pl.Date})


def mark(connection: Connection) -> tuple[int, str]:
    """How many versions the roll has, and from when the newest is known: entries are only ever added."""
    count, newest = connection.execute(select(func.count(), func.max(roll.c.known_from))).one()
    return int(count), newest or ""


def enrolled(connection: Connection, entity_id: str, known_at: datetime | None = None) -> dict[str, Any] | None:
    """One entry of the roll as known at a moment; None for an entity that is not on it."""
    columns = (*ENTRY, "on_record_since")
    statement = select(*(roll.c[name] for name in columns)).where(roll.c.entity_id == entity_id, _known(known_at))
    row = connection.execute(statement).mappings().first()
    if row is None:
        return None
    days = {name: date.fromisoformat(row[name]) for name in ("registered_on", "on_record_since") if row[name]}
    return {**row, **days}


def entry_versions(connection: Connection, entity_id: str) -> "pl.DataFrame":
    """Every version of one entry, oldest first: version, known_from, known_to, the columns `ENTRY`, on_record_since, source."""
    import polars as pl

    columns: dict[str, Any] = {"version": pl.Int64, "known_from": pl.Datetime("us"), "known_to": pl.Datetime("us")}
    columns |= _schema() | {"on_record_since": pl.Date, "source": pl.String}
    statement = select(*(roll.c[name] for name in columns)).where(roll.c.entity_id == entity_id)
    return frame(connection, statement.order_by(roll.c.version), columns)


def _known(known_at: datetime | None) -> ColumnElement[bool]:
    if known_at is None:
        return roll.c.known_to.is_(None)
    moment = stamp(known_at)
    return (roll.c.known_from <= moment) & (roll.c.known_to.is_(None) | (roll.c.known_to > moment))


def _schema() -> dict[str, Any]:
    import polars as pl

    schema: dict[str, Any] = dict.fromkeys(ENTRY, pl.String)
    return schema | {"registered_on": pl.Date, "transport_enterprise": pl.Boolean}
