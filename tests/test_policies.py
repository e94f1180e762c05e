"""Policy monthly: one notice per entity, rule and month; what is late joins."""

from datetime import date

import polars as pl

from fxwatch.policies import PLAN, dated, monthly

COVERED = {"notice": pl.String, "entity_id": pl.String, "rule": pl.String, "month": pl.Date}


def hits(table):
    rows = [line.split() for line in table.strip().splitlines()[1:]]
    return pl.DataFrame(
        [(h, r, e, date.fromisoformat(d), s, a == "yes") for h, e, r, d, s, a in rows],
        schema={
            "hit_id": pl.String,
            "rule": pl.String,
            "entity_id": pl.String,
            "raised_on": pl.Date,
            "status": pl.String,
            "auto_notice": pl.Boolean,
        },
        orient="row",
    )


SEEN = hits("""
    hit    entity rule  raised     status    auto
    first  LAW    large 2025-03-01 open      yes
    last   LAW    large 2025-03-31 open      yes
    april  LAW    large 2025-04-01 open      yes
    other  LAW    daily 2025-03-05 open      yes
    ship   LIN    large 2025-03-05 open      yes
    byhand LAW    fresh 2025-03-05 open      no
    told   LAW    large 2025-03-07 noticed   yes
    fine   LAW    large 2025-03-08 explained yes
    gone   LAW    large 2025-03-09 withdrawn yes
""")


def plan_of(covered=(), through=date(2025, 12, 31)):
    return monthly(SEEN, pl.DataFrame(list(covered), schema=COVERED, orient="row"), through)


def test_one_notice_names_all_open_hits_of_an_entity_a_rule_and_a_month():
    plan = plan_of()
    assert plan.schema == PLAN
    assert plan.select("entity_id", "rule", "hits").rows() == [
        ("LAW", "daily", ["other"]),
        ("LAW", "large", ["first", "last"]),
        ("LIN", "large", ["ship"]),
        ("LAW", "large", ["april"]),
    ]
    assert plan["notice"].null_count() == 4


def test_hits_raised_after_the_last_day_are_left_for_another_time():
    assert plan_of(through=date(2025, 3, 31))["hits"].to_list() == [["other"], ["first", "last"], ["ship"]]
    assert plan_of(through=date(2025, 3, 30))["hits"].to_list() == [["other"], ["first"], ["ship"]]


def test_a_late_hit_joins_the_notice_of_its_month():
    plan = plan_of(covered=[("N1", "LAW", "large", date(2025, 3, 1)), ("N2", "LIN", "daily", date(2025, 3, 1))])
    assert plan["notice"].to_list() == [None, "N1", None, None]


def test_a_notice_dated_back_bears_the_last_day_of_its_month_or_the_latest_day():
    months = pl.DataFrame({"month": [date(2024, 2, 1), date(2025, 6, 1)]})
    days = months.select(dated(pl.col("month"), date(2025, 6, 12))).to_series().to_list()
    assert days == [date(2024, 2, 29), date(2025, 6, 12)]
