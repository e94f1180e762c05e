"""The roll: versions, moments, many at once."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fxwatch.register import Register
from tests.desk import entries

DAY = date(2026, 3, 31)
COLUMNS = [
    *("entity_id", "name", "industry", "economic_type", "area", "registered_on", "investor_economies"),
    *("transport_enterprise", "on_record_since"),
]


def test_a_new_entry_is_accepted_and_the_same_again_is_a_duplicate(register):
    first = register.enrol(entries("LAW", "LIN"), source="a.csv", day=DAY)
    again = register.enrol(entries("LIN", "LAW", "NEW"), source="b.csv", day=DAY + timedelta(1))
    assert (first["accepted"], first["duplicate"]) == (2, 0)
    assert (again["accepted"], again["duplicate"]) == (1, 2)
    assert again["outcome"].to_list() == ["duplicate", "duplicate", "accepted"]
    roll = register.roll()
    assert roll.columns == COLUMNS
    assert roll["entity_id"].to_list() == ["LAW", "LIN", "NEW"]
    assert roll["on_record_since"].to_list() == [DAY, DAY, DAY + timedelta(1)]


def test_other_content_is_a_new_version_and_the_past_stays_known(register):
    register.enrol(entries("LAW", industry="7221"), source="a.csv", day=DAY)
    before = register.now()
    register.enrol(entries("LAW", industry="5521"), source="b.csv", day=DAY + timedelta(9))
    assert register.roll()["industry"].to_list() == ["5521"]
    assert register.roll(before)["industry"].to_list() == ["7221"]
    assert register.enrolled("LAW")["industry"] == "5521"
    assert register.enrolled("LAW", before)["industry"] == "7221"
    assert register.enrolled("LAW")["on_record_since"] == DAY


def test_before_its_first_load_an_entity_is_not_on_the_roll(register):
    before = register.now()
    register.enrol(entries("LAW"), source="a.csv")
    assert register.roll(before).is_empty()
    assert register.roll(before).columns == COLUMNS
    assert register.enrolled("LAW", before) is None
    assert register.is_enrolled("LAW")
    assert not register.is_enrolled("LIN")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"industry": None}, {"industry": "7221"}),
        ({"transport_enterprise": None}, {"transport_enterprise": False}),
        ({"registered_on": date(2010, 1, 1)}, {"registered_on": None}),
        ({"industry": "7", "economic_type": None}, {"industry": None, "economic_type": "7"}),
    ],
)
def test_empty_and_false_and_another_column_are_other_content(register, one, other):
    register.enrol(entries("LAW", **one), source="a.csv")
    assert register.enrol(entries("LAW", **other), source="b.csv")["accepted"] == 1


def test_rows_of_one_entity_in_one_file_follow_one_another(register):
    rows = pl.concat([entries("LAW", area=a) for a in ("110000", "110000", "120000", "110000")])
    told = register.enrol(rows, source="a.csv")
    assert told["outcome"].to_list() == ["accepted", "duplicate", "accepted", "accepted"]
    assert register.roll()["area"].to_list() == ["110000"]
    assert register.enrol(entries("LAW", area="110000"), source="b.csv")["accepted"] == 0


def test_nothing_enrolled_is_nothing_accepted(register):
    told = register.enrol(entries("LAW").clear(), source="a.csv")
    assert (told["accepted"], told["duplicate"], len(told["outcome"])) == (0, 0, 0)


def test_many_entities_are_enrolled_and_read_in_seconds(register):
    many = (
        entries("LAW")
        .drop("entity_id")
        .join(pl.DataFrame({"entity_id": [f"{n:09d}" for n in range(20_000)]}), how="cross")
    )
    assert register.enrol(many, source="a.csv")["accepted"] == 20_000
    assert register.enrol(many, source="a.csv")["duplicate"] == 20_000
    assert len(register.roll()) == 20_000


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["LAW", "LIN"]), st.sampled_from(["1", "2", None])), max_size=4), max_size=4
    )
)
def test_the_roll_at_every_moment_is_what_a_naive_replay_says(tmp_path_factory, loads):
    register = Register.create(tmp_path_factory.mktemp("r") / "register.sqlite", simulation=False, operator="li")
    known: dict[str, str | None] = {}
    seen = []
    for rows in loads:
        outcome = []
        for entity, industry in rows:
            is_same = entity in known and known[entity] == industry
            outcome.append("duplicate" if is_same else "accepted")
            known[entity] = industry
        frame = (
            pl.concat([entries(e, industry=i).cast({"industry": pl.String}) for e, i in rows])
            if rows
            else entries("X").clear()
        )
        assert register.enrol(frame, source="x")["outcome"].to_list() == outcome
        seen.append((register.now(), dict(known)))
    for moment, wanted in seen:
        roll = register.roll(moment)
        assert dict(zip(roll["entity_id"], roll["industry"], strict=True)) == wanted
    register.close()
