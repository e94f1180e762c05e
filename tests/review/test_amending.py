"""Versions of parameters: who enters them, from when, and that four eyes look at them too."""

from datetime import date

import pytest

from fxwatch.amending import amend
from fxwatch.errors import Forbidden, RequestError
from fxwatch.reading.cases import approvals
from fxwatch.review import approve, refuse
from tests.desk import desk_at

LIMIT = "large_daily_total.limit_usd"
JULY = date(2025, 7, 1)


@pytest.fixture
def strict(tmp_path, monkeypatch):
    """A desk that is no simulation: nothing begins in the past."""
    made = desk_at(tmp_path, monkeypatch, simulation=False)
    made.has("wang", "approver")
    made.has("zhao", "approver")
    made.has("qian", "analyst")
    return made


def value(desk, day=JULY):
    return desk.register.parameter(LIMIT, day)


def test_a_version_is_in_force_from_its_day_on(strict):
    amend(strict, LIMIT, "900000", valid_from=JULY, basis="circular 7", by="wang")
    assert (value(strict, date(2025, 6, 30)), value(strict)) == (None, "900000")


def test_it_begins_today_at_the_earliest(strict):
    amend(strict, LIMIT, "900000", valid_from=strict.today(), basis="circular 7", by="wang")
    with pytest.raises(RequestError, match="may not begin in the past"):
        amend(strict, LIMIT, "800000", valid_from=date(2025, 6, 29), basis="circular 7", by="wang")


def test_an_analyst_enters_none_and_proposes_none(strict):
    for four_eyes in ("false", "true"):
        strict.sets("register.require_approval", four_eyes)
        with pytest.raises(Forbidden):
            amend(strict, LIMIT, "900000", valid_from=JULY, basis="circular 7", by="qian")


def test_with_four_eyes_it_waits_for_another_approver(strict):
    strict.sets("register.require_approval", "true")
    act = amend(strict, LIMIT, "900000", valid_from=JULY, basis="circular 7", by="wang")
    assert (act.kind, act.payload["proposal"], value(strict)) == ("proposed", "P1", None)
    assert approvals(strict).select("does", "on_what", "why").row(0) == ("parameter_set", LIMIT, "circular 7")
    with pytest.raises(Forbidden):
        approve(strict, ["P1"], by="wang")
    approve(strict, ["P1"], by="zhao")
    assert value(strict) == "900000"
    assert strict.register.verify().ok


def test_what_was_refused_never_comes_into_force(strict):
    strict.sets("register.require_approval", "true")
    amend(strict, LIMIT, "900000", valid_from=JULY, basis="circular 7", by="wang")
    refuse(strict, ["P1"], why="too low", by="zhao")
    assert value(strict) is None


def test_a_version_whose_day_has_passed_while_it_waited_is_not_approved(strict):
    strict.sets("register.require_approval", "true")
    amend(strict, LIMIT, "900000", valid_from=JULY, basis="circular 7", by="wang")
    strict.pinned = JULY
    approve_on_its_day = amend(strict, LIMIT, "910000", valid_from=JULY, basis="circular 7", by="wang")
    approve(strict, [approve_on_its_day.payload["proposal"]], by="zhao")
    strict.pinned = date(2025, 7, 2)
    with pytest.raises(RequestError, match="may not begin in the past"):
        approve(strict, ["P1"], by="zhao")
    assert value(strict) == "910000"
