"""The register's steps, tried on versions that do not exist yet: all or none, and nothing that is true is lost."""

from datetime import date

import pytest
from sqlalchemy import Column, MetaData, String, Table, inspect

from fxwatch.errors import Forbidden, HouseError, NotFound
from fxwatch.register import migrations
from fxwatch.register.migrations import Step, add_column, bring_up, remake_projections
from fxwatch.register.store import Store
from fxwatch.register.tables import SCHEMA_VERSION

NEXT = SCHEMA_VERSION + 1


def columns(store, table):
    with store.reading() as connection:
        return {column["name"] for column in inspect(connection).get_columns(table)}


def colour(connection):
    add_column(connection, Table("roll", MetaData(), Column("colour", String(8))).c.colour)


def fail(connection):
    colour(connection)
    raise ZeroDivisionError


@pytest.fixture
def store(register):
    return register._store


def test_steps_are_taken_in_order_and_the_version_and_an_act_say_so(register, store):
    taken = []
    steps = [Step(NEXT, "a colour", colour), Step(NEXT + 1, "nothing", taken.append)]
    assert bring_up(store, by="li", why="upgrade", steps=steps) == steps
    assert "colour" in columns(store, "roll")
    assert len(taken) == 1
    assert store.version() == NEXT + 1
    act = register.acts().row(-1, named=True)
    assert act["kind"] == "register_upgraded"
    assert "a colour" in act["payload"]
    assert register.verify().ok


def test_a_register_of_that_version_is_left_alone(register, store):
    assert bring_up(store, by="li", why="", steps=[Step(SCHEMA_VERSION, "", fail)]) == []


def test_a_step_that_fails_leaves_everything_as_it_was(register, store):
    before = register.head()
    with pytest.raises(ZeroDivisionError):
        bring_up(store, by="li", why="", steps=[Step(NEXT, "", colour), Step(NEXT + 1, "", fail)])
    assert store.version() == SCHEMA_VERSION
    assert "colour" not in columns(store, "roll")
    assert register.head() == before


def test_only_an_administrator_brings_a_register_up(register, store):
    register.set_account("wang", ["regulator"], by="li", why="")
    for name, refusal in (("wang", Forbidden), ("zhao", NotFound)):
        with pytest.raises(refusal):
            bring_up(store, by=name, why="", steps=[Step(NEXT, "", colour)])
    assert "colour" not in columns(store, "roll")


def test_a_gap_between_the_steps_is_refused(store):
    with pytest.raises(HouseError, match="No steps lead"):
        bring_up(store, by="li", why="", steps=[Step(NEXT + 1, "", colour)])


def test_a_column_that_is_there_is_not_added_twice(store):
    with store.writing("test") as (connection, _):
        colour(connection)
        colour(connection)


def test_tables_made_again_from_the_acts_say_the_same(register, meddle):
    hit = {"hit_id": "large:X", "rule": "large", "entity_id": "LAW", "raised_on": "2026-03-02", "digest": "d"}
    signed = {"by": "li", "role": "regulator", "day": date(2026, 3, 31), "why": "", "entity_id": "LAW"}
    payload = {"notice": "N1", "number": 1, "policy": None, "hits": [hit]}
    register.append("notice_issued", subject="notice:N1", payload=payload, **signed)
    before = register.notices(), register.decisions(), register.accounts()
    meddle("DELETE FROM notices")
    meddle("UPDATE decisions SET decision = 'open'")
    assert not register.verify().ok
    with register._store.writing("test") as (connection, _):
        remake_projections(connection)
    assert register.verify().ok
    assert all(
        a.equals(b)
        for a, b in zip(before, (register.notices(), register.decisions(), register.accounts()), strict=True)
    )


def test_an_older_register_opens_only_to_be_brought_up(register, where, meddle):
    meddle("UPDATE meta SET value = '1' WHERE key = 'schema_version'")
    with pytest.raises(HouseError, match="fxwatch upgrade"):
        Store.open(where)
    assert [step.to for step in register.upgrade(where, by="li", why="")] == [s.to for s in migrations.STEPS]
    Store.open(where).close()
