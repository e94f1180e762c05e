"""The queue: which hits somebody sees, in which order, page by page, and where to go on after a decision."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fxwatch.errors import RequestError
from fxwatch.home import make_home
from fxwatch.reading.queue import COLUMNS, NOBODY, Asked, Line, line, per_rule, queue
from fxwatch.session import Session
from tests.desk import entries

TABLE = """
    hit_id  rule      item        direction area   age_days usd     times assigned_to overdue name
    small   transport transport   payment   120103 7        600000  1.2   wang        yes     Bohai
    large   transport transport   receipt   120103 8        9000000 18    -           no      Yangtze
    streak  days      consulting  both      310101 30       1500    1.5   li          no      Bohai
    old     days      construction both     -      91       1500    3     -           yes     Ocean
"""


def hits(text: str = TABLE) -> pl.DataFrame:
    header, *lines = [line.split() for line in text.strip().splitlines()]
    rows = [{n: None if v == "-" else v for n, v in zip(header, line, strict=True)} for line in lines]
    drawn = pl.DataFrame(rows)
    return drawn.with_columns(
        pl.col("age_days").cast(pl.Int64),
        pl.col("times").cast(pl.Float64).alias("times_limit"),
        pl.col("usd").cast(pl.Decimal(24, 2)).alias("amount_usd"),
        pl.col("overdue") == "yes",
        entity_id=pl.col("hit_id").str.to_uppercase(),
        severity=pl.when(pl.col("rule") == "days").then(pl.lit("supplementary")).otherwise(pl.lit("article")),
        due_on=pl.date(2026, 12, 31) - pl.duration(days=pl.col("age_days").cast(pl.Int64)),
        raised_on=pl.date(2026, 10, 31) - pl.duration(days=pl.col("age_days").cast(pl.Int64)),
    )


def seen(**asked: Any) -> list[str]:
    return line(hits(), Asked(**{"order": "amount", **asked})).page(1)["hit_id"].to_list()


@pytest.mark.parametrize(
    ("asked", "fit"),
    [
        ({}, ["large", "small", "streak", "old"]),
        ({"rule": "days"}, ["streak", "old"]),
        ({"item": "consulting"}, ["streak"]),
        ({"direction": "receipt"}, ["large"]),
        ({"area": "12"}, ["large", "small"]),
        ({"age": "0-7"}, ["small"]),
        ({"age": "8-30"}, ["large", "streak"]),
        ({"age": "over-90"}, ["old"]),
        ({"above": Decimal("600000")}, ["large"]),
        ({"above": Decimal("599999.99")}, ["large", "small"]),
        ({"whose": "wang"}, ["small"]),
        ({"whose": NOBODY}, ["large", "old"]),
        ({"overdue": True}, ["small", "old"]),
        ({"entity": "bohai"}, ["small", "streak"]),
        ({"entity": " OLD "}, ["old"]),
        ({"entity": "(.*"}, []),
        ({"rule": "transport", "whose": NOBODY}, ["large"]),
    ],
)
def test_a_filter_leaves_what_fits(asked: dict[str, Any], fit: list[str]) -> None:
    assert seen(**asked) == fit


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("due", ["old", "streak", "large", "small"]),
        ("amount", ["large", "small", "streak", "old"]),
        ("severity", ["large", "small", "old", "streak"]),
        ("oldest", ["old", "streak", "large", "small"]),
        ("newest", ["small", "large", "streak", "old"]),
    ],
)
def test_an_order_holds_and_what_is_alike_is_settled_by_amount_and_by_what_was_found_first(
    order: str, ids: list[str]
) -> None:
    assert seen(order=order) == ids


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(RequestError, match="'colour'"):
        seen(order="colour")
    with pytest.raises(RequestError, match="'young'"):
        seen(age="young")


def test_rules_are_counted_among_all_that_fits_otherwise() -> None:
    assert per_rule(hits(), Asked(rule="days", area="12")) == {"transport": 2}
    assert per_rule(hits(), Asked(rule="days")) == {"days": 2, "transport": 2}


def standing(count: int) -> Line:
    """A line of hits named by their places, which lie in the queue the other way round."""
    queue = pl.DataFrame({"hit_id": [str(n) for n in reversed(range(count))]}, schema={"hit_id": pl.String})
    return Line(queue, pl.Series(list(reversed(range(count))), dtype=pl.UInt32))


def test_a_page_holds_fifty_and_a_page_too_far_is_the_last() -> None:
    assert [standing(n).pages for n in (0, 50, 51, 101)] == [1, 1, 2, 3]
    assert standing(101).page(2)["hit_id"].to_list() == [str(n) for n in range(50, 100)]
    assert standing(101).page(99)["hit_id"].to_list() == ["100"]
    assert standing(101).page(0)["hit_id"][0] == "0"
    assert standing(0).page(1).is_empty()


def test_a_hit_has_neighbours_in_line() -> None:
    assert standing(3).around("1") == ("0", "2")
    assert standing(3).around("0") == (None, "1")
    assert standing(3).around("2") == ("1", None)
    assert standing(3).around("elsewhere") == (None, None)
    few = Line(standing(3).hits, pl.Series([0, 2], dtype=pl.UInt32))
    assert few.around("1") == (None, None)


@pytest.mark.parametrize(
    ("decided", "next_one"),
    [
        (["1"], "2"),
        (["1", "2"], "3"),
        (["0", "2"], "3"),
        (["3"], "0"),
        (["3", "0"], "1"),
        (["elsewhere"], "0"),
        (["0"], "1"),
    ],
)
def test_after_a_decision_the_next_one_that_is_left_is_looked_at(decided: list[str], next_one: str) -> None:
    assert standing(4).following(decided) == next_one


def test_after_the_last_decision_there_is_nothing_to_look_at() -> None:
    assert standing(2).following(["0", "1"]) is None
    assert standing(0).following(["0"]) is None


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Session]:
    """Saturday 31 January 2026: a transport payment above its limit, and ten days of consulting."""
    home = Session(make_home(tmp_path / "home", simulation=True).path)
    home.change_setting("today", "2026-01-31")
    home.register.enrol(entries("100000016", area="120103"), source="test", day=date(2026, 1, 1))
    days = [5, 6, 7, 8, 9, 12, 13, 14, 15, 16]
    rows = [f"C{n},100000016,receipt,2026-01-{day:02},228021,USD,10.10" for n, day in enumerate(days)]
    rows.append("L1,100000016,payment,2026-01-19,222011,USD,500000.01")
    file = tmp_path / "flows.csv"
    file.write_text("declaration_no,entity_id,direction,day,code,currency,amount\n" + "\n".join(rows), "utf-8")
    home.load("flows", file)
    home.run()
    yield home
    home.register.close()


def test_a_queue_says_amount_age_and_due_day_of_every_open_hit(home: Session) -> None:
    found = queue(home)
    assert found.columns == list(COLUMNS)
    told = {row["rule"]: row for row in found.iter_rows(named=True)}
    assert told["large_transport_transfer"]["amount_usd"] == Decimal("500000.01")
    assert told["consecutive_days"]["amount_usd"] == Decimal("101.00")
    assert told["consecutive_days"]["times_limit"] == 1.0
    assert {row["name"] for row in told.values()} == {"name of 100000016"}
    assert {(row["age_days"], row["overdue"], row["area"]) for row in told.values()} == {(0, False, "120103")}


def test_who_has_a_hit_and_by_when_is_seen_at_once_and_a_decided_one_is_gone(home: Session) -> None:
    streak, transfer = queue(home).sort("rule")["hit_id"].to_list()
    home.register.set_account("wang", ["regulator"], by=home.actor(None), why="")
    home.assign([streak], "wang", due=date(2026, 2, 5))
    mine = line(queue(home), Asked(whose="wang")).page(1)
    assert mine.select("hit_id", "due_on").rows() == [(streak, date(2026, 2, 5))]
    home.issue_notices([transfer], why="too large")
    assert queue(home)["hit_id"].to_list() == [streak]
    decided = queue(home, "noticed")
    assert decided.columns == list(COLUMNS)
    assert decided.select("hit_id", "notice", "due_on", "overdue").rows() == [(transfer, "N1", None, False)]
