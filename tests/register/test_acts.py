"""Acts: appended by who may, in order, and found again."""

from datetime import date

import pytest

from fxwatch.errors import Forbidden, NotFound, RequestError
from fxwatch.register import Kind

DAY = date(2026, 3, 31)


def limit(register, value, **more):
    payload = {"name": "grade.window", "value": value, "valid_from": "2026-04-01", "basis": "circular 1"}
    signed = {"by": "li", "role": "approver", "day": DAY, "why": "circular 1", **more}
    return register.append("parameter_set", subject="grade.window", payload=payload, **signed)


def test_a_register_begins_with_what_it_is_and_who_made_it(register):
    acts = register.acts()
    assert acts["kind"].to_list() == ["register_opened", "account_changed"]
    assert register.simulation
    assert register.account("li").roles == {"regulator", "approver", "analyst", "administrator"}


def test_an_act_is_numbered_and_carries_the_hash_of_the_one_before(register):
    before = register.head()
    act = limit(register, "calendar")
    assert (act.number, act.kind, act.previous, act.hash) == (3, Kind.PARAMETER_SET, before, register.head())
    assert register.last_act() == 3


def test_moments_are_strictly_increasing(register):
    moments = [register.now(), limit(register, "calendar").at, register.now(), limit(register, "rolling").at]
    assert moments == sorted(set(moments))


def test_an_act_needs_a_role_that_its_account_has(register):
    register.set_account("wang", ["regulator"], by="li", why="new colleague")
    with pytest.raises(Forbidden) as refused:
        limit(register, "calendar", by="wang")
    assert "approver" in refused.value.english
    assert "wang has regulator" in refused.value.english
    assert "approver" in refused.value.chinese
    assert register.last_act() == 3


def test_an_account_that_is_closed_or_unknown_cannot_act(register):
    register.set_account("wang", ["approver"], by="li", why="left the bureau", is_active=False)
    with pytest.raises(Forbidden, match="closed"):
        limit(register, "calendar", by="wang")
    with pytest.raises(NotFound, match="zhao"):
        limit(register, "calendar", by="zhao")


def test_only_an_administrator_makes_accounts_and_only_with_roles_that_exist(register):
    register.set_account("wang", ["regulator", "approver"], by="li", why="")
    with pytest.raises(Forbidden):
        register.set_account("zhao", ["regulator"], by="wang", why="")
    with pytest.raises(RequestError, match="king"):
        register.set_account("zhao", ["king"], by="li", why="")
    assert register.accounts()["name"].to_list() == ["li", "wang"]


def test_one_of_several_roles_is_enough(register):
    register.set_account("wang", ["analyst"], by="li", why="")
    assert register.require("wang", "regulator", "analyst").name == "wang"
    with pytest.raises(Forbidden, match="regulator or approver"):
        register.require("wang", "regulator", "approver")


def test_an_unknown_kind_is_refused(register):
    with pytest.raises(ValueError, match="coronation"):
        register.append("coronation", by="li", role="approver", subject="x", day=DAY, why="", payload={})


def test_acts_are_found_by_subject_entity_hit_and_moment(register):
    hit = {"hit_id": "large:X", "rule": "large", "entity_id": "LAW", "raised_on": "2026-03-02", "digest": "d"}
    signed = {"by": "li", "role": "regulator", "day": DAY, "why": "", "entity_id": "LAW"}
    payload = {"notice": "N1", "number": 1, "policy": None, "hits": [hit]}
    issued = register.append("notice_issued", subject="notice:N1", payload=payload, **signed)
    limit(register, "calendar")
    signed["role"] = "approver"
    register.append("notice_rescinded", subject="notice:N1", payload={"notice": "N1", "to": "open"}, **signed)
    assert register.acts(subject="notice:N1")["number"].to_list() == [3, 5]
    assert register.acts(entity_id="LAW")["number"].to_list() == [3, 5]
    assert register.acts(hit_id="large:X")["number"].to_list() == [3, 5]
    assert register.acts(known_at=issued.at)["number"].to_list() == [1, 2, 3]


def test_of_two_versions_of_a_parameter_with_one_day_the_later_one_speaks(register):
    first = limit(register, "calendar")
    limit(register, "rolling")
    assert register.parameter("grade.window", date(2026, 3, 31)) is None
    assert register.parameter("grade.window", date(2026, 4, 1)) == "rolling"
    assert register.parameter("grade.window", date(2026, 4, 1), known_at=first.at) == "calendar"
    assert register.parameters()["value"].to_list() == ["calendar", "rolling"]
