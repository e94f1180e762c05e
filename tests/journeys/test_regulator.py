"""A regulator's morning through the command line: what was found, why, and what is done about it."""

from tests.journeys.conftest import Ask


def test_from_an_open_hit_to_a_notice_that_changes_a_grade_and_back(ask: Ask) -> None:
    grades = {row["entity_id"]: row for row in ask("grades", json_answer=True)}
    hit = next(h for h in ask("hits", "--status", "open", json_answer=True) if grades[h["entity_id"]]["grade"] == "A")
    entity = hit["entity_id"]
    told = ask("explain", hit["hit_id"], json_answer=True)
    assert len(told["flows"]) == hit["flow_count"]
    assert sum(float(f["amount_usd"]) for f in told["flows"]) > 0

    assert "N" in ask("notice", "issue", hit["hit_id"], "--why", "to be explained")
    assert ask("grade", entity, json_answer=True)["grade"] == "B"
    assert "by" in ask("notice", "dismiss", hit["hit_id"], "--why", "second thoughts", code=2), (
        "the second is told who was first"
    )

    notice = next(n for n in ask("notices", json_answer=True) if hit["hit_id"] in n["hits"])
    assert [a["kind"] for a in ask("explain", hit["hit_id"], json_answer=True)["acts"]] == ["notice_issued"]
    ask("notice", "rescind", notice["notice"], "--to", "open", "--why", "issued in error")
    assert ask("grade", entity, json_answer=True)["grade"] == "A"
    assert ask("hits", "--status", "open", "--entity", entity, json_answer=True)


def test_a_year_of_policy_and_what_it_would_have_done(ask: Ask) -> None:
    before = ask("audit", "head").strip()
    planned = ask(
        "notice", "auto", "--policy", "monthly", "--through", "2026-03-31", "--backdate", "--dry-run", json_answer=True
    )
    assert ask("audit", "head").strip() == before, "a dry run writes nothing"
    done = ask("notice", "auto", "--policy", "monthly", "--through", "2026-03-31", "--backdate", json_answer=True)
    assert [(r["entity_id"], r["rule"], r["month"]) for r in done] == [
        (r["entity_id"], r["rule"], r["month"]) for r in planned
    ]
    assert ask("notice", "auto", "--policy", "monthly", "--through", "2026-03-31", "--backdate", json_answer=True) == []
    assert ask("audit", "verify", "--head", before, json_answer=True)["ok"]


def test_a_breach_makes_c_and_its_rescission_unmakes_it(ask: Ask) -> None:
    entity = next(row["entity_id"] for row in ask("grades", json_answer=True) if row["grade"] == "A")
    ask("breach", "record", "J1", "--entity", entity, "--day", "2026-10-01", "--provision", "外汇管理条例第三十九条")
    assert ask("grade", entity, json_answer=True)["grade"] == "C"
    assert ask("grade", entity, "--on", "2026-09-30", json_answer=True)["grade"] == "A"
    ask("breach", "rescind", "J1", "--why", "decision annulled")
    assert ask("grade", entity, json_answer=True)["grade"] == "A"


def test_who_has_not_the_role_is_refused(ask: Ask) -> None:
    ask("users", "add", "lee", "--role", "analyst")
    hit = ask("hits", "--status", "open", json_answer=True)[0]["hit_id"]
    assert "lee" in ask("notice", "issue", hit, "--why", "x", "--by", "lee", code=2)
    assert "lee" in ask(
        "rules", "set", "grade.window", "calendar", "--from", "2026-11-01", "--basis", "x", "--by", "lee", code=2
    )
    assert "lee" in ask("settings", "set", "rate_months", "3", "--by", "lee", code=2)
