"""The queue and the case: what somebody sees, what they may do, and that what is said before a decision is what comes."""

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.screens.review import listing
from dashboards.screens.review.listing import table_key
from fxwatch.attention.adopting import adopt
from fxwatch.attention.scores import score
from fxwatch.reading.drawn import drawn
from fxwatch.reading.hits import flows_behind
from fxwatch.reading.queue import Asked, line, queue
from fxwatch.rulebook import rules
from fxwatch.session import Session
from tests.dashboards.conftest import See, tables_of, told
from tests.risk.trained import model_file

DEEDS = {f"review_deed_{deed}" for deed in ("notice", "dismiss", "inquiry", "assign", "note")}


def in_line(home: Session, **asked: object) -> list[str]:
    """The ids of the first page."""
    return line(queue(home), Asked(**asked)).page(1)["hit_id"].to_list()


def deed(seen: AppTest, name: str, **written: str) -> AppTest:
    """Open the form of a deed, write into it by label, and send it."""
    seen.button(key=f"review_deed_{name}").click().run()
    for label, text in written.items():
        next(one for one in seen.text_input if one.label.lower().startswith(label)).input(text)
    send = [one for one in seen.button if one.proto.is_form_submitter]
    return send[-1].click().run()


def buttons(seen: AppTest) -> set[str]:
    return {str(one.key) for one in seen.button}


@pytest.mark.parametrize(("language", "title"), [("en", "Review"), ("zh", "核查")])
def test_a_page_of_the_queue_stands_beside_the_case_of_its_first_hit(
    see: See, office: Session, language, title
) -> None:
    seen = see("review", "wang", language)
    assert not seen.exception
    assert seen.title[0].value == title
    first = queue(office).filter(hit_id=in_line(office)[0]).row(0, named=True)
    table, *_ = tables_of(seen)
    assert table.height == min(50, queue(office).height)
    mark, shown = table["entity"][0].split(maxsplit=1)
    assert mark == "▶"
    assert first["name"].startswith(shown.removesuffix("…"))
    assert not any(name.startswith("▶") for name in table["entity"][1:])
    book = rules()[first["rule"]]
    assert f"**{book.title_zh if language == 'zh' else book.title}**" in told(seen)
    assert buttons(seen) >= DEEDS
    assert seen.query_params["hit"] == first["hit_id"]


def test_pressing_a_name_opens_its_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(listing.links, "keep", lambda hit: opened.append(hit))
    monkeypatch.setattr(listing.st, "session_state", {"pressed": {"row": 1, "label": ""}})
    listing._open("pressed", ["first", "second"])
    assert opened == ["second"]
    monkeypatch.setattr(listing.st, "session_state", {"pressed": {"row": 2, "label": ""}})
    listing._open("pressed", ["first", "second"])  # of a table that is no longer there
    assert opened == ["second"]


def test_of_one_rule_the_queue_does_not_repeat_the_rule(see: See) -> None:
    assert "rule" in tables_of(see("review"))[0].columns
    assert "rule" not in tables_of(see("review", rule="large_transport_transfer"))[0].columns


def test_the_flows_behind_the_opened_hit_are_shown_and_no_others(see: See, office: Session) -> None:
    for hit in (h for rule in rules() for h in in_line(office, rule=rule)[:1]):
        seen = see("review", hit=hit)
        assert not seen.exception
        behind = office.hits(ids=[hit], with_flows=True)["flow_ids"][0].to_list()
        shown = tables_of(seen)[1]["flow_id"].to_list()
        assert sorted(shown) == behind
        assert shown == flows_behind(office, [hit]).sort("day", "flow_id")["flow_id"].to_list()


def test_a_filter_goes_into_the_url_and_a_link_opens_with_it(see: See, office: Session) -> None:
    seen = see("review", rule="large_daily_total", direction="payment")
    assert tables_of(seen)[0].height == len(in_line(office, rule="large_daily_total", direction="payment"))
    seen.selectbox(key="review_order").select("newest").run()
    seen.text_input(key="review_above").input("2,000,000").run()
    assert seen.query_params["order"] == "newest"
    assert seen.query_params["above"] == "2,000,000"
    assert min(tables_of(seen)[0]["amount_usd"]) > 2_000_000
    seen.button(key="review_clear").click().run()
    assert tables_of(seen)[0].height == min(50, queue(office).height)
    assert set(seen.query_params) <= {"order", "hit"}


def test_rules_are_counted_and_what_fits_nothing_says_so(see: See, office: Session) -> None:
    counts = dict(queue(office).group_by("rule").len().iter_rows())
    seen = see("review")
    spoken = [str(one) for one in seen.get("button_group")[1].options]
    assert f"{rules()['large_daily_total'].title} · {counts['large_daily_total']}" in spoken
    assert "No hit fits these filters" in told(see("review", entity="no such firm"))


def test_the_grade_is_told_before_and_what_was_told_comes(see: See, own_office: Session) -> None:
    calm = next(
        h for h in in_line(own_office, order="amount") if own_office.grade(entity(own_office, h))["grade"] == "A"
    )
    seen = see("review", home=own_office, hit=calm)
    seen.button(key="review_deed_notice").click().run()
    assert "Grade A honest → B watched" in told(seen)
    assert own_office.grade(entity(own_office, calm))["grade"] == "A"
    issued = deed(see("review", home=own_office, hit=calm), "notice", why="too large")
    number = own_office.register.notices()["notice"][-1]
    assert [one.value for one in issued.toast] == [f"{number} issued."]
    assert own_office.grade(entity(own_office, calm))["grade"] == "B"
    assert calm not in in_line(own_office)
    assert issued.query_params["hit"] not in (calm, [calm])
    assert any(number in str(one.label) for one in issued.get("download_button"))


def test_a_reason_is_asked_for_and_without_it_nothing_is_decided(see: See, own_office: Session) -> None:
    before = own_office.register.last_act()
    seen = deed(see("review", home=own_office), "dismiss", why="  ")
    assert [one.value for one in seen.error] == ["Say why: the register keeps a reason with every act."]
    assert own_office.register.last_act() == before


def test_a_dismissal_explains_further_hits_and_the_queue_moves_on(see: See, own_office: Session) -> None:
    first, second, *_ = in_line(own_office)
    seen = see("review", home=own_office)
    seen.button(key="review_deed_dismiss").click().run()
    seen.date_input[0].set_value(date(2026, 12, 31))
    seen = deed_sent(seen, "retainer seen")
    assert seen.query_params["hit"] == second
    assert own_office.hits(ids=[first])["status"].to_list() == ["dismissed"]
    assert own_office.register.decisions().filter(hit_id=first)["explains_until"].to_list() == [date(2026, 12, 31)]


def deed_sent(seen: AppTest, why: str) -> AppTest:
    next(one for one in seen.text_input if one.label == "Why").input(why)
    return [one for one in seen.button if one.proto.is_form_submitter][-1].click().run()


def test_the_second_of_two_learns_who_was_first_and_nothing_is_decided_twice(see: See, own_office: Session) -> None:
    hit = in_line(own_office)[0]
    seen_before = own_office.hits(ids=[hit]).row(0, named=True)
    own_office.dismiss([hit], why="retainer seen", by="wang")
    slow = AppTest.from_function(_bar, default_timeout=30, args=(own_office, "sun", seen_before)).run()
    slow.button(key="review_deed_notice").click().run()
    slow = deed_sent(slow, "too large")
    assert "dismissed by wang" in slow.error[0].value
    assert "not decided twice" in slow.error[0].value
    assert own_office.hits(ids=[hit])["status"].to_list() == ["dismissed"]
    after = see("review", "sun", home=own_office, hit=hit)
    assert "dismissed by wang" in after.info[0].value
    assert "review_deed_notice" not in buttons(after)
    after.button(key="review_next").click().run()
    assert after.query_params["hit"] == in_line(own_office)[0]


def _bar(home: "Session", account: str, hit: dict[str, object]) -> None:
    """The decision about a hit as it was when it was opened."""
    from dashboards.screens.review import deciding, told
    from dashboards.visit import Visit

    visit = Visit(home, home.register.account(account), "en")
    told.say_refusal(visit)
    deciding.bar(visit, [hit], None)


def test_a_note_and_an_assignment_stay_with_the_hit_and_are_on_its_record(see: See, own_office: Session) -> None:
    hit = in_line(own_office)[0]
    seen = deed(see("review", home=own_office, hit=hit), "note", note="called *the firm*")
    assert "called \\*the firm\\*" in told(seen)
    assert seen.query_params["hit"] == hit
    seen = deed(seen, "assign")
    assert "with wang" in told(seen)
    assert in_line(own_office, whose="wang") == [hit]
    assert tables_of(see("review", home=own_office, whose="me")).pop(0).height == 1


def test_an_inquiry_is_opened_answered_and_closed(see: See, own_office: Session) -> None:
    hit = in_line(own_office)[0]
    deed(see("review", home=own_office, hit=hit), "inquiry", question="which contract?")
    seen = see("review", home=own_office, view="inquiries")
    assert "which contract?" in told(seen)
    seen.text_input[0].input("the one of May")
    seen.button[0].click().run()
    assert own_office.inquiries()["status"].to_list() == ["answered"]
    seen.text_input[0].input("in order")
    seen.button[0].click().run()
    assert own_office.inquiries()["finding"].to_list() == ["in order"]


def test_ticks_decide_several_and_one_notice_an_entity_is_said_beforehand(see: See, own_office: Session) -> None:
    ids = in_line(own_office)
    names = [entity(own_office, hit) for hit in ids]
    other = next(n for n, name in enumerate(names) if name != names[0])
    seen = AppTest.from_function(
        see.__globals__["_visit"], default_timeout=30, args=(own_office, "wang", "en", "review")
    )
    seen.session_state[table_key(ids)] = {"selection": {"rows": [0, other], "columns": [], "cells": []}}
    seen = seen.run()
    assert "2 hits chosen · 2 entities" in told(seen)
    before = own_office.register.notices().height
    seen.button(key="review_deed_notice").click().run()
    assert "2 notices, one for each entity." in told(seen)
    deed_sent(seen, "too large")
    assert own_office.register.notices().height == before + 2
    assert own_office.hits(ids=[ids[0], ids[other]])["status"].unique().to_list() == ["noticed"]


def test_evidence_that_changed_since_a_decision_is_said_in_words(see: See, own_office: Session, tmp_path: Path) -> None:
    decided, left = in_line(own_office, rule="large_transport_transfer")[:2]
    own_office.issue_notices([decided], why="too large", by="wang")
    correct(own_office, tmp_path, "C", decided)
    correct(own_office, tmp_path, "D", left)
    own_office.run()
    seen = see("review", home=own_office, hit=decided)
    assert seen.warning[0].value.startswith("The evidence has changed since the decision. Decided on: USD ")
    assert "Now: USD 777,777.77 in 1 flow." in seen.warning[0].value
    assert "no longer found" in see("review", home=own_office, hit=left).info[0].value
    assert "已不成立" in see("review", language="zh", home=own_office, hit=left).info[0].value


def correct(home: Session, folder: Path, action: str, hit: str) -> None:
    """Change the one flow behind a hit to USD 777,777.77, or delete it."""
    flow = flows_behind(home, [hit]).row(0, named=True)
    number, leg = flow["flow_id"].split("/")
    name = home.hits(ids=[hit])["entity_id"][0]
    row = f"{number},{leg},{action},{name},{flow['direction']},{flow['day']},{flow['code']},USD,777777.77"
    file = folder / f"{action}.csv"
    file.write_text(f"declaration_no,leg,action,entity_id,direction,day,code,currency,amount\n{row}\n", "utf-8")
    report = home.load("flows", file)
    assert report.accepted == 1


def test_who_is_no_regulator_looks_and_is_told_why(see: See) -> None:
    seen = see("review", "qian")
    assert not seen.exception
    assert not DEEDS & buttons(seen)
    assert "accounts with the role regulator" in told(seen)
    assert "You approve proposals" in told(see("review", "zhao"))


def test_what_does_not_exist_is_said_in_a_sentence(see: See) -> None:
    seen = see("review", hit="large_daily_total:NOBODY")
    assert "There is no hit large_daily_total:NOBODY" in told(seen)
    assert not see("review", hit="x", page="-3", age="young", order="colour", above="much", whose="nobody").exception


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_home_says_why_nothing_is_there(see: See, bare_office: Session, language) -> None:
    for view in ("hits", "objections", "inquiries"):
        seen = see("review", "wang", language, home=bare_office, view=view)
        assert not seen.exception
        assert not seen.dataframe
        assert any(one.value.startswith("**") for one in seen.markdown)


def entity(home: Session, hit: str) -> str:
    return str(home.hits(ids=[hit])["entity_id"][0])


@pytest.mark.parametrize(("language", "badge"), [("en", "Drawn at random"), ("zh", "随机抽中")])
def test_whoever_was_drawn_this_month_is_listed_without_any_hit_until_looked_at(
    see: See, own_office: Session, language, badge
) -> None:
    day = "**{count}** of the {all} drawn" if language == "en" else "本月抽中 {all} 个主体，尚待核查 **{count}** 个"
    assert "sample" not in see("review", home=own_office).segmented_control(key="review_view").options
    adopt(own_office, model_file(own_office), why="a test")
    score(own_office)
    drawn_now = own_office.risk().filter("sampled")["entity_id"]
    assert 0 < len(drawn_now) < own_office.risk().height / 10
    silent = [e for e in drawn_now if own_office.hits(entity=e, status="open").is_empty()]
    assert silent  # the queue of hits shows none of them
    seen = see("review", "wang", language, home=own_office, view="sample")
    assert not seen.exception
    table, *_ = tables_of(seen)
    assert set(table["entity_id"]) == set(drawn_now)
    assert badge in told(seen) or any(badge in str(one.proto) for one in seen.get("markdown"))
    assert day.format(count=len(drawn_now), all=len(drawn_now)) in told(seen)

    own_office.note(f"entity:{silent[0]}", "looked at the year's contracts, in order", by="wang")
    again = see("review", "wang", language, home=own_office, view="sample")
    assert day.format(count=len(drawn_now) - 1, all=len(drawn_now)) in told(again)
    last = tables_of(again)[0].row(-1, named=True)  # who waits comes first
    assert (last["entity_id"], last["by"], last["open_hits"]) == (silent[0], "wang", 0)


def test_what_was_done_before_this_month_leaves_the_sample_to_be_looked_at(own_office: Session) -> None:
    adopt(own_office, model_file(own_office), why="a test")
    score(own_office)
    entity = drawn(own_office)["entity_id"][0]
    own_office.note(f"entity:{entity}", "looked at", by="wang")
    assert drawn(own_office).filter(entity_id=entity)["looked_on"].to_list() == [date(2026, 10, 31)]
    assert own_office.register.looked_at(date(2026, 11, 1)).is_empty()
