import polars as pl
import pytest

from fxwatch.reading.monitors import monitor_in

HEAD = "entity_id direction day code amount\n"


def surges(fill, *lines: str, **asked) -> pl.DataFrame:
    """Surges of a complete February 2025, whose base is January."""
    return monitor_in(fill(HEAD + "\n".join(lines)), "surges", period="2025-02", as_of="2025-02-28", **asked)


@pytest.mark.parametrize(
    ("amount", "kinds"), [("149.99", []), ("150.00", ["rise"]), ("50.01", []), ("50.00", ["fall"]), ("0.00", ["fall"])]
)
def test_half_up_or_half_down_is_sharp(fill, amount, kinds):
    found = surges(fill, "A receipt 2025-01-10 transport 100.00", f"A receipt 2025-02-10 transport {amount}")
    assert found["kind"].to_list() == kinds


@pytest.mark.parametrize(("rest", "count"), [("6.00", 1), ("6.01", 0)])
def test_a_change_below_a_hundredth_of_the_directions_base_total_is_left_out(fill, rest, count):
    # The change is 0.07; with 6.00 beside it the base total is 7.00, whose hundredth it just reaches.
    lines = [f"A receipt 2025-0{month}-10 consulting {rest}" for month in (1, 2)]
    lines += ["A receipt 2025-01-10 travel 0.93", "A receipt 2025-02-10 travel 0.93"]
    lines += ["A receipt 2025-01-10 transport 0.07"]
    assert surges(fill, *lines).height == count


def test_the_other_direction_does_not_count_toward_the_total(fill):
    lines = [
        "A receipt 2025-01-10 transport 1.00",
        "A receipt 2025-02-10 transport 2.00",
        "A payment 2025-01-10 travel 1000.00",
    ]
    assert surges(fill, *lines)["kind"].to_list() == ["rise", "fall"]


def test_a_base_of_zero_and_an_incomplete_month_are_no_surge(fill):
    lines = [
        "A receipt 2025-01-10 travel 5.00",
        "A receipt 2025-02-10 travel 5.00",
        "A receipt 2025-02-10 transport 9.00",
    ]
    assert surges(fill, *lines).is_empty()
    table = monitor_in(
        fill(HEAD + "A receipt 2025-01-10 travel 5.00\nA receipt 2025-02-10 travel 50.00"), "surges", period="2025"
    )
    assert table.is_empty()


def test_the_entities_behind_a_rise_are_those_that_rose(fill):
    found = surges(
        fill,
        "DOWN  receipt 2025-01-10 transport 100.00",
        "DOWN  receipt 2025-02-10 transport 40.00",
        "NEW   receipt 2025-02-10 transport 200.00",
        "B     receipt 2025-02-10 transport 10.00",
        "A     receipt 2025-02-10 transport 10.00",
        "SAME  receipt 2025-01-10 transport 5.00",
        "SAME  receipt 2025-02-10 transport 5.00",
    )
    rows = found.select("rank", "entity_id", pl.col("contribution").cast(pl.String)).rows()
    assert rows == [(1, "NEW", "200.00"), (2, "A", "10.00"), (3, "B", "10.00")]
    assert str(found["change"][0]) == "160.00"
    assert found["growth"][0] == pytest.approx(160 / 105, abs=1e-9)


def test_a_fall_has_negative_contributions_and_only_so_many_rows(fill):
    lines = [f"E{n:02} payment 2025-01-10 royalties {n + 1}.00" for n in range(12)]
    lines += ["E00 payment 2025-02-10 transport 1.00"]
    found = surges(fill, *lines)
    assert found["rank"].to_list() == list(range(1, 11))
    assert found["contribution"].cast(pl.String).to_list()[:2] == ["-12.00", "-11.00"]
    assert surges(fill, *lines, top=3).height == 3


def test_last_year_is_a_base_of_its_own(fill):
    lines = [
        "A receipt 2024-02-10 travel 10.00",
        "A receipt 2025-01-10 travel 20.00",
        "A receipt 2025-02-10 travel 20.00",
    ]
    found = surges(fill, *lines)
    assert found.select("basis", "kind", "growth").rows() == [("yoy", "rise", 1.0)]
