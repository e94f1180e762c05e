"""The morning: figures that add up, links that lead to as many as they say, and what is said when there is nothing."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.parts import figures, links
from fxwatch.reading.morning import found_after, freshness, movers
from fxwatch.reading.pulse import surges
from fxwatch.reading.queue import Asked, line, queue
from fxwatch.session import Session
from tests.dashboards.conftest import See, told
from tests.reading.test_morning import ENTITIES, FIRST, SECOND, made

Link = tuple[str, str, dict[str, Any]]


@pytest.fixture
def led(monkeypatch: pytest.MonkeyPatch) -> list[Link]:
    """Where the links of the screen lead: screen, words, query."""
    found: list[Link] = []

    def to(_visit: Any, screen: str, label: str, *, help: str | None = None, **query: Any) -> None:
        words = label.replace("\\", "").removeprefix(":primary[").removesuffix("]")
        found.append((screen, words, {name: v for name, v in query.items() if v is not None}))

    monkeypatch.setattr(links, "to", to)
    return found


def figure(seen: AppTest, label: str) -> str:
    return next(str(one.value).replace("\\", "") for one in seen.metric if one.label == label)


def number_in(words: str) -> int:
    return int(re.search(r"[\d,]+(?=\D*$)", re.sub(r"\d+–\d+|\d+ days", "", words))[0].replace(",", ""))


def listed(home: Session, query: dict[str, Any]) -> int:
    """How many hits the review screen lists for a query."""
    hits = queue(home, query["status"])
    if since := query.get("since"):
        hits = hits.filter(hits["hit_id"].is_in(found_after(home, datetime.fromisoformat(since)).implode()))
    asked = {name: query[name] for name in ("rule", "age", "whose") if name in query}
    return len(line(hits, Asked(**asked, overdue="overdue" in query)))


@pytest.mark.parametrize(("language", "title", "label"), [("en", "Morning", "Open hits"), ("zh", "晨间", "待处理命中")])
def test_the_figures_of_the_first_row_are_those_of_the_register(see: See, office: Session, language, title, label):
    seen = see("morning", "wang", language)
    assert not seen.exception
    assert seen.title[0].value == title
    assert figure(seen, label) == f"{office.hits(status='open').height:,}"


def test_receipts_and_payments_of_the_year_are_those_of_the_monitor(see: See, office: Session):
    months = office.monitor("balance")
    seen = see("morning")
    for name, label in (("receipts", "Receipts, this year"), ("net", "Net, this year")):
        assert figure(seen, label) == figures.money(Decimal(months[name].sum()), "en")
    top = office.monitor("top_items")
    share = figures.share(top.filter(direction="payment")["top_share"][0])
    assert f"**Payments · together {share}**" in told(seen)


def test_every_number_of_hits_leads_to_as_many(see: See, own_office: Session, led: list[Link]):
    hits = own_office.hits(status="open")["hit_id"].to_list()
    own_office.assign(hits[:3], to="wang", by="sun", due=own_office.today())
    own_office.change_setting("today", "2026-11-01")
    see("morning", "wang", home=own_office)
    to_hits = [(words, query) for screen, words, query in led if screen == "review" and "status" in query]
    counted = [(words, query) for words, query in to_hits if re.search(r"\d", re.sub(r"\d+–\d+|\d+ days", "", words))]
    assert {"overdue", "whose", "age"} <= {name for _, query in counted for name in query}
    for words, query in counted:
        assert listed(own_office, query) == number_in(words), words


def test_new_hits_by_rule_lead_to_as_many_open_ones_as_the_screen_says(see: See, led: list[Link], tmp_path):
    home = made(tmp_path, FIRST, SECOND)
    home.register.set_account("wang", ["regulator"], by=home.actor(None), why="")
    seen = see("morning", "wang", home=home)
    assert figure(seen, "New hits") == "1"
    (by_rule,) = [query for screen, _, query in led if screen == "review" and "rule" in query]
    assert by_rule["rule"] == "large_transport_transfer"
    assert listed(home, by_rule) == 1
    assert "1 hit" in told(seen)


def test_who_would_move_is_named_and_leads_to_the_entity(see: See, office: Session, led: list[Link]):
    found = movers(office)
    seen = see("morning")
    assert figure(seen, "Would move") == f"{found.height:,}"
    entities = [query["entity"] for screen, _, query in led if screen == "entity"]
    assert entities[: min(6, found.height)] == found["entity_id"].to_list()[:6]
    ways = {(q["from"], q["to"]): number_in(words) for screen, words, q in led if screen == "grades" and "from" in q}
    assert sum(ways.values()) == found.height


def test_an_item_leads_to_its_entities_and_a_surge_to_its_month(see: See, office: Session, led: list[Link]):
    see("morning")
    top = office.monitor("top_items").select("item", "direction").rows()
    to_monitors = [query for screen, _, query in led if screen == "monitors" and query["name"] == "top_entities"]
    leaders = [(query["item"], query["direction"]) for query in to_monitors if "period" not in query]
    assert sorted(leaders) == sorted(top)
    assert {query["period"] for query in to_monitors if "period" in query} == {surges(office)[0]}


def test_a_name_is_text_and_never_markdown(see: See, led: list[Link], tmp_path, monkeypatch):
    monkeypatch.setattr(
        "tests.reading.test_morning.ENTITIES", ENTITIES.replace("Jinmen Design", "**J** [x](/sign-out)")
    )
    home = made(tmp_path, FIRST)
    shown: list[str] = []
    monkeypatch.setattr(links, "to", lambda _v, _s, label, **_q: shown.append(label))
    see("morning", home.actor(None), home=home)
    assert any(figures.plain("**J** [x](/sign-out)") in label for label in shown)
    assert not any("**J**" in label for label in shown)


@pytest.mark.parametrize(
    ("language", "why", "next_step"),
    [("en", "No flows have been loaded yet", "fxwatch load flows"), ("zh", "尚未导入收付汇数据", "fxwatch load flows")],
)
def test_an_empty_home_says_why_and_what_next(see: See, bare_office: Session, language, why, next_step):
    seen = see("morning", "wang", language, home=bare_office)
    assert not seen.exception
    assert not seen.metric
    assert why in told(seen)
    assert next_step in told(seen)


def test_a_home_whose_rows_all_wait_in_quarantine_says_so(see: See, tmp_path):
    home = made(
        tmp_path,
        "declaration_no,entity_id,direction,day,code,currency,amount\nS1,199999999,receipt,2026-03-03,222011,USD,1.00\n",
    )
    assert "One row came in, and it waits in quarantine." in told(see("morning", home.actor(None), home=home))


def test_what_no_run_has_seen_is_said(see: See, tmp_path):
    home = made(tmp_path, FIRST)
    (tmp_path / "more.csv").write_text(SECOND, "utf-8")
    home.load("flows", tmp_path / "more.csv")
    assert "no rule has seen it yet" in told(see("morning", home.actor(None), home=home))


def _visited(home: "Session", last_visit: "datetime") -> None:
    from dashboards.screens import morning
    from dashboards.visit import Visit

    morning.show(Visit(home, home.register.account(home.actor(None)), "en", last_visit))


def visited(home: Session, last_visit: datetime) -> AppTest:
    return AppTest.from_function(_visited, default_timeout=30, args=(home, last_visit)).run()


def test_whoever_was_away_for_longer_than_a_run_sees_what_is_new_since_the_last_visit(tmp_path):
    home = made(tmp_path, FIRST, SECOND)
    seen = visited(home, datetime(2020, 1, 1))
    assert seen.segmented_control(key="morning_since").value == "visit"
    assert figure(seen, "New hits") == "6"


def test_whoever_was_here_after_the_newest_run_sees_it_and_may_ask_what_came_since(tmp_path):
    home = made(tmp_path, FIRST, SECOND)
    seen = visited(home, freshness(home).run["ended_at"] + timedelta(seconds=1))
    assert seen.segmented_control(key="morning_since").value == "run"
    assert figure(seen, "New hits") == "1"
    seen.segmented_control(key="morning_since").set_value("visit").run()
    assert figure(seen, "New hits") == "0"
    assert seen.query_params["since"] == "visit"
    assert "No new hits." in told(seen)


def test_the_link_to_what_is_new_opens_the_queue_of_those_hits_alone(see: See, tmp_path):
    home = made(tmp_path, FIRST, SECOND)
    home.register.set_account("wang", ["regulator"], by=home.actor(None), why="")
    since = freshness(home).run_before.isoformat()
    seen = see("review", "wang", home=home, status="open", since=since)
    assert not seen.exception
    assert re.search(r"Only hits first published after .*: 1$", told(seen), re.MULTILINE)
    seen.button(key="review_since_all").click().run()
    assert "since" not in seen.query_params
    assert "Only hits" not in told(seen)
