"""Flows looked at in shares: whole entities, or whole counterparties, give what all flows at once give."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fxwatch import batch
from fxwatch.engines.memory import memory_of, shares_for
from fxwatch.errors import RequestError
from fxwatch.rule import EarlyWarning, finding, param
from fxwatch.rulebook import rules
from fxwatch.warehouse.counterparties import with_numbers
from fxwatch.warehouse.shares import counterparty_shares, entity_shares

FIRST = date(2026, 12, 28)  # the calendar of the tests covers 2026 alone
PAYEES = ("Acme", "ACME ", "(JW)Acme", "Bolt", "Core", None, "")
drawn = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(0, 1),
        st.sampled_from([0, 2, 5]),
        st.integers(0, 6).map(lambda n: FIRST + timedelta(n)),
        st.sampled_from([1, 60_000_000, 110_000_000]),
        st.sampled_from(PAYEES),
    ),
    min_size=1,
    max_size=40,
)


@dataclass(frozen=True, kw_only=True)
class OnePayeeOfSeveral(EarlyWarning):
    """A counterparty that several entities name."""

    title = title_zh = basis = because = because_zh = "one payee of several"
    unit = "count"
    partition = "counterparty"
    columns = ("counterparty",)
    least: int = param(2, unit="count", meaning="entities", meaning_zh="主体")

    def find(self, flows: pl.LazyFrame) -> pl.LazyFrame:
        several = flows.filter(pl.col("counterparty").is_not_null()).group_by("counterparty")
        found = several.agg(
            pl.col("entity").min(), pl.col("entity").n_unique().alias("n"), pl.col("day").min(), flows=pl.col("flow")
        )
        found = found.filter(pl.col("n") >= self.least).with_columns(direction=pl.lit("both"))
        return found.select(
            *finding(
                value="n", limit=pl.lit(self.least), first_day="day", object=pl.col("counterparty").cast(pl.String)
            ),
            "flows",
        )

    def skipped(self, flows: pl.LazyFrame, *args: Any, **inputs: Any) -> pl.LazyFrame:
        none = flows.filter(pl.col("counterparty").is_null())
        return none.select(reason=pl.lit("no counterparty"), count=pl.len().cast(pl.Int64))


BOOK: dict[str, EarlyWarning] = {
    **{
        name: rules()[name]() for name in ("large_transport_transfer", "large_daily_total")
    },
    "consecutive_days": rules()["consecutive_days"](min_days=2),
    "one_payee_of_several": OnePayeeOfSeveral(),
}  # fmt: skip


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(files("fxwatch.warehouse").joinpath("schema.sql").read_text("utf-8"))
        con.execute(
            "INSERT INTO calendar SELECT d::DATE, isodow(d) < 6, 1, TIMESTAMP '2026-01-01' "
            "FROM range(TIMESTAMP '2026-01-01', TIMESTAMP '2027-01-01', INTERVAL 1 DAY) t(d)"
        )
        con.execute("INSERT INTO entity_numbers SELECT i, 'E' || i FROM range(6) t(i)")
        con.execute(
            "INSERT INTO roll BY NAME SELECT i AS entity, 'E' || i AS entity_id, 'E' AS name, i = 5 AS transport_enterprise, "
            "DATE '2020-01-01' AS on_record_since FROM range(6) t(i)"
        )
        yield con


def fill(con: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]]) -> None:
    table = pl.DataFrame(
        [(2 * n, n, f"D{n}", *row) for n, row in enumerate(rows)],
        schema={
            "flow": pl.Int64, "declaration": pl.Int64, "declaration_no": pl.String, "entity": pl.Int32, "direction": pl.UInt8,
            "item": pl.UInt8, "day": pl.Date, "amount_usd": pl.Int64, "counterparty": pl.String,
        },
        orient="row",
    )  # fmt: skip
    con.execute("DELETE FROM recent_flows")
    con.register("drawn", with_numbers(con, table).to_arrow())
    con.execute(
        "INSERT INTO recent_flows BY NAME SELECT *, 1 AS leg, 1 AS version, 0 AS state, 'C' AS party_type, '228021' AS code, 9 AS bpm6, "
        "'USD' AS currency, amount_usd AS amount, 0 AS scope, 1 AS load_id, flow AS line, TIMESTAMP '2026-01-01' AS known_from FROM drawn"
    )
    con.unregister("drawn")


def look(con: duckdb.DuckDBPyConnection, count: int, **asked: Any) -> list[list[tuple[Any, ...]]]:
    """What a look in so many shares finds: hits, evidence, what was not computed, what was passed over."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "shares_for", lambda *_: count)
        _, findings, hits = batch._look(con, BOOK, {}, **asked)
    tables = (hits, findings.evidence, findings.not_computed, findings.skipped)
    return [sorted(table.rows(), key=repr) for table in tables]


@settings(max_examples=30, deadline=None)
@given(drawn, st.integers(2, 9))
def test_any_number_of_shares_finds_the_same(
    con: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]], count: int
) -> None:
    fill(con, rows)
    assert look(con, count) == look(con, 1)


def test_a_share_of_the_past_is_whole_too(con: duckdb.DuckDBPyConnection) -> None:
    fill(con, [(n % 6, 0, 2, FIRST + timedelta(n % 4), 110_000_000, PAYEES[n % 7]) for n in range(40)])
    asked = {"as_of": FIRST + timedelta(2), "known_at": datetime(2026, 12, 1)}
    assert look(con, 3, **asked) == look(con, 1, **asked)
    assert look(con, 3, **asked) != look(con, 3)


def test_shares_keep_entities_and_counterparties_whole_and_leave_none_out(con: duckdb.DuckDBPyConnection) -> None:
    fill(con, [(n % 6, 0, 2, FIRST, 1, PAYEES[n % 7]) for n in range(40)])
    entities = entity_shares(con, 4)
    assert (entities[0].first, entities[-1].last) == (0, 2**31 - 1)
    assert [s.first for s in entities[1:]] == [s.last + 1 for s in entities[:-1]]
    everything = con.sql("SELECT * REPLACE (counterparty_number AS counterparty) FROM flows")
    seen: list[list[tuple[int, int | None]]] = []
    for share in counterparty_shares(4):
        with share.taken(con, everything) as taken:
            seen.append(taken.select("flow", "counterparty").fetchall())
    assert sorted(flow for part in seen for flow, _ in part) == list(range(0, 80, 2))
    for number in {number for part in seen for _, number in part}:
        assert sum(number in {other for _, other in part} for part in seen) == 1


def test_many_flows_or_little_memory_make_more_shares() -> None:
    gib = 1 << 30
    assert shares_for(1_000, (), 4 * gib) == 1
    few, many = shares_for(100_000_000, (), 8 * gib), shares_for(100_000_000, (), 4 * gib)
    assert 1 < few < many
    assert shares_for(100_000_000, ("economy", "counterparty"), 4 * gib) > many


@pytest.mark.parametrize(
    ("text", "size"), [("4GiB", 4 << 30), ("4g", 4 << 30), ("1.5GB", 3 << 29), ("2048 MiB", 2 << 30)]
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert memory_of(text) == size


@pytest.mark.parametrize("text", ["much", "4", "100MiB", "-4GiB", "0.9GiB"])
def test_what_is_no_size_for_a_run_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(RequestError, match="is no size that a run can work in"):
        memory_of(text)
