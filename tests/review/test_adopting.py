"""Policies that the bureau writes: adopted by an act, dated, tried dry, ended."""

from datetime import date
from decimal import Decimal

import pytest

from fxwatch.canonical import canonical
from fxwatch.errors import Decided, Forbidden, NotFound, RequestError
from fxwatch.policies import Policy, policy_from, read_policy
from fxwatch.reading.cases import policies
from fxwatch.review import adopt_policy, auto_monthly, auto_notices, end_policy, issue_notices

TEXT = """
name = "big_transfers"
title = "Large sums"
title_zh = "大额"
rules = ["large_transport_transfer", "large_daily_total"]
consolidate = "entity_month"
minimum_usd = 1000000
except_entities = ["LIN"]
from = 2025-06-01
why = "large sums of one month"
why_zh = "当月大额"
"""
HITS = """
    hit   entity rule                     raised
    may   LAW    large_transport_transfer 2025-05-31
    one   LAW    large_transport_transfer 2025-06-01
    two   LAW    large_daily_total        2025-06-04
    small LAW    large_daily_total        2025-06-05
    row   LAW    consecutive_days         2025-06-06
    ship  LIN    large_transport_transfer 2025-06-05
    other MIN    large_transport_transfer 2025-06-05
"""


@pytest.fixture
def adopting(desk, tmp_path):
    """A desk, and what adopts a policy with some lines changed."""
    desk.enrol("MIN")
    desk.sees(HITS)
    desk.amounts = dict.fromkeys(("may", "one", "two", "row", "ship", "other"), Decimal("1000000.00"))
    desk.amounts["small"] = Decimal("999999.99")

    def adopt(*changes, by="zhao", text=TEXT):
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "policy.toml"
        file.write_text(text, "utf-8")
        return adopt_policy(desk, file, by=by)

    return desk, adopt


def would(desk, name="big_transfers", **more):
    return auto_notices(desk, name, by="wang", dry_run=True, **more).select("entity_id", "rule", "hits").rows()


def test_a_policy_covers_its_rules_amounts_entities_and_days(adopting):
    desk, adopt = adopting
    adopt()
    assert would(desk) == [
        ("LAW", "large_daily_total;large_transport_transfer", ["one", "two"]),
        ("MIN", "large_transport_transfer", ["other"]),
    ]


@pytest.mark.parametrize(
    ("consolidate", "hits"),
    [
        ("entity_rule_month", [["two"], ["one"], ["other"]]),
        ("entity_month", [["one", "two"], ["other"]]),
        ("hit", [["two"], ["one"], ["other"]]),
    ],
)
def test_hits_are_consolidated_as_the_policy_says(adopting, consolidate, hits):
    desk, adopt = adopting
    adopt(("entity_month", consolidate))
    assert [row[2] for row in would(desk)] == hits


def test_per_hit_every_hit_is_a_notice_of_its_own_and_none_is_joined(adopting):
    desk, adopt = adopting
    adopt(("entity_month", "hit"), ("minimum_usd = 1000000\n", ""))
    issue_notices(desk, ["one"], by="wang", why="by hand")
    made = auto_notices(desk, "big_transfers", by="wang")
    assert sorted(made["hits"].to_list()) == [["other"], ["small"], ["two"]]
    assert made["joined"].to_list() == [False] * 3


def test_per_entity_and_month_a_hit_of_another_rule_joins_the_notice_that_stands(adopting):
    desk, adopt = adopting
    adopt()
    issue_notices(desk, ["one"], by="wang", why="by hand")
    made = auto_notices(desk, "big_transfers", by="wang")
    assert made.select("notice", "hits", "joined").rows() == [("N1", ["two"], True), ("N2", ["other"], False)]
    assert desk.notices() == {"N1": ["one", "two"], "N2": ["other"]}


def test_its_notices_bear_its_name_and_its_reason(adopting):
    desk, adopt = adopting
    adopt()
    auto_notices(desk, "big_transfers", by="wang")
    assert desk.register.notices().select("policy", "why").row(0) == ("big_transfers", "large sums of one month")
    assert auto_notices(desk, "big_transfers", by="wang").is_empty()
    assert desk.register.verify().ok


def test_monthly_stays_as_it_is(adopting):
    desk, adopt = adopting
    adopt()
    assert len(auto_monthly(desk, by="wang", dry_run=True)) == 6
    assert policies(desk)["name"].to_list() == ["monthly", "big_transfers"]


def test_adoption_is_an_approvers_act_and_made_once(adopting):
    desk, adopt = adopting
    with pytest.raises(Forbidden, match="approver"):
        adopt(by="wang")
    adopt()
    with pytest.raises(Decided, match="big_transfers was adopted by zhao"):
        adopt(by="sun")
    row = policies(desk, "zh").row(1, named=True)
    assert (row["title"], row["status"], row["minimum_usd"], row["valid_from"]) == (
        "大额", "standing", Decimal("1000000.00"), date(2025, 6, 1),
    )  # fmt: skip


def test_an_ended_policy_issues_nothing_more_and_may_be_adopted_anew(adopting):
    desk, adopt = adopting
    adopt()
    before = desk.register.now()
    with pytest.raises(Forbidden, match="approver"):
        end_policy(desk, "big_transfers", by="wang", why="x")
    end_policy(desk, "big_transfers", by="zhao", why="too coarse")
    with pytest.raises(NotFound, match="no policy big_transfers in force; there is monthly"):
        would(desk)
    with pytest.raises(NotFound, match="big_transfers"):
        end_policy(desk, "big_transfers", by="zhao", why="x")
    adopt(("1000000", '"999999.99"'))
    assert ["one", "small", "two"] in [row[2] for row in would(desk)]
    assert policies(desk)["status"].to_list() == ["built-in", "ended", "standing"]
    assert policies(desk, known_at=before)["status"].to_list() == ["built-in", "standing"]
    assert desk.register.verify().ok


def test_a_policy_is_not_used_before_its_day(adopting):
    desk, adopt = adopting
    adopt(("2025-06-01", "2025-07-01"))
    with pytest.raises(RequestError, match="in force from 2025-07-01"):
        would(desk)


def test_four_eyes_propose_what_a_policy_would_issue(adopting):
    desk, adopt = adopting
    adopt()
    desk.sets("register.require_approval", "true")
    assert auto_notices(desk, "big_transfers", by="wang")["proposal"].to_list() == ["P1", "P2"]
    assert desk.register.proposals()["policy"].to_list() == ["big_transfers"] * 2
    assert auto_notices(desk, "big_transfers", by="wang").is_empty()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('name = "big_transfers"', 'name = "Big"', "name"),
        ('name = "big_transfers"', 'name = "monthly"', "name"),
        ('title = "Large sums"', "", "title"),
        ('why_zh = "当月大额"', 'why_zh = " "', "why_zh"),
        ('"large_daily_total"', '"large_yearly_total"', "rules"),
        ('rules = ["large_transport_transfer", "large_daily_total"]', "rules = []", "rules"),
        ('"entity_month"', '"month"', "consolidate"),
        ("1000000", "1000000.5", "minimum_usd"),
        ("1000000", '"1000000.505"', "minimum_usd"),
        ("1000000", "-1", "minimum_usd"),
        ('["LIN"]', '["no such form!"]', "except_entities"),
        ('["LIN"]', '"LIN"', "except_entities"),
        ("2025-06-01", '"tomorrow"', "from"),
        ("from =", "since =", "since"),
    ],
)
def test_a_file_that_is_no_policy_names_the_key(old, new, key):
    with pytest.raises(RequestError, match=rf"policy.toml, key {key}: ") as refused:
        read_policy(TEXT.replace(old, new), "policy.toml", verify_ids=False)
    assert f"键 {key}" in refused.value.chinese


def test_a_file_that_is_not_there_or_no_toml_is_a_sentence(desk, tmp_path):
    with pytest.raises(RequestError, match="cannot be read"):
        adopt_policy(desk, tmp_path / "none.toml", by="zhao")
    with pytest.raises(RequestError, match="is not TOML"):
        read_policy("name = ", "policy.toml")


def test_a_policy_comes_back_from_its_act_as_it_was():
    policy = read_policy(TEXT, "x", verify_ids=False)
    assert policy_from(canonical(policy.content())) == policy
    assert policy_from(canonical(Policy.monthly().content())) == Policy.monthly()
