"""What people come for, from sign-in to the end, in a real browser: a regulator, an approver, an analyst, a bank's clerk."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import pytest

from fxwatch.terms import Grade, Language, label
from tests.journeys.browser.conftest import Come, Own
from tests.journeys.browser.visiting import Visitor, fxwatch

# One language in every run of the tests, the other in the slow ones: a journey takes a browser some ten seconds.
BOTH = pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.slow)])


def rows(home: Path, *words: str) -> Any:
    return json.loads(fxwatch(home, *words, "--json"))


def first_to_move(home: Path) -> dict[str, Any]:
    """An open hit whose notice would make an A a B: of an entity without breach or notice, found in its window."""
    graded = {row["entity_id"]: row for row in rows(home, "grades")}
    for hit in rows(home, "hits", "--status", "open"):
        entity = graded[hit["entity_id"]]
        if entity["grade"] == "A" and hit["raised_on"] >= entity["window_from"]:
            return dict(hit)
    raise AssertionError("the demo has no such hit")


def grade_of(home: Path, entity: str) -> str:
    return str(rows(home, "grade", entity)["grade"])


def issue(visitor: Visitor, hit: dict[str, Any], why: str, button: str = "review.issue") -> None:
    """Open a hit by its address and press what issues, or proposes, its notice."""
    visitor.go(f"review?hit={quote(hit['hit_id'])}")
    visitor.press(visitor.say("review.deed_notice"))
    visitor.page.get_by_label(visitor.say("review.why"), exact=True).first.fill(why)
    visitor.press(visitor.say(button, count=1))


@BOTH
def test_a_regulator_issues_a_notice_that_changes_a_grade(come: Come, shared: Own, language: Language) -> None:
    home, address = shared
    hit = first_to_move(home)
    regulator = come(address, "regulator", language)
    assert regulator.page.url.endswith("/morning")
    regulator.go(f"review?hit={quote(hit['hit_id'])}")
    regulator.press(regulator.say("review.deed_notice"))
    moves = regulator.say("review.grade_moves", before="A", after="B")
    assert moves.split("A")[0].strip(" :*") in regulator.text(), "what it would do is said before it is done"
    assert grade_of(home, hit["entity_id"]) == "A"
    regulator.page.get_by_label(regulator.say("review.why"), exact=True).first.fill("to be explained")
    regulator.press(regulator.say("review.issue", count=1))
    (notice,) = [row for row in rows(home, "notices") if row["entity_id"] == hit["entity_id"]]
    regulator.page.get_by_text(regulator.say("review.issued_now", notices=notice["notice"], count=1)).first.wait_for()
    assert (notice["by"], notice["why"]) == ("regulator", "to be explained")
    assert grade_of(home, hit["entity_id"]) == "B"
    regulator.go(f"entity?entity={hit['entity_id']}")
    assert regulator.say("shell.failed") not in regulator.text()
    assert label("B", language).removeprefix("B ") in regulator.text()
    clerk = come(address, "bank", language)
    ask(clerk, hit["entity_id"])
    assert "B" in clerk.page.locator("[data-testid=stMain]").inner_text().split()


@pytest.mark.slow
def test_of_two_regulators_the_second_learns_of_the_first(come: Come, own: Own) -> None:
    home, address = own
    hit = first_to_move(home)
    fxwatch(home, "users", "add", "sun", "--role", "regulator")
    late = come(address, "regulator")
    late.go(f"review?hit={quote(hit['hit_id'])}")
    late.press(late.say("review.deed_notice"))
    fxwatch(home, "notice", "dismiss", hit["hit_id"], "--why", "contract seen", "--by", "sun")
    late.page.get_by_label(late.say("review.why"), exact=True).first.fill("to be explained")
    late.press(late.say("review.issue", count=1))
    late.page.get_by_text("sun").first.wait_for()
    assert not [row for row in rows(home, "notices") if row["entity_id"] == hit["entity_id"]]


@BOTH
def test_with_four_eyes_a_notice_counts_when_the_approver_says_so(come: Come, own: Own, language: Language) -> None:
    home, address = own
    today = "2026-10-31"
    fxwatch(home, "rules", "set", "register.require_approval", "true", "--from", today, "--basis", "decision 7")
    hit = first_to_move(home)
    issue(come(address, "regulator", language), hit, "to be explained", "review.propose_notice")
    assert grade_of(home, hit["entity_id"]) == "A"
    approver = come(address, "approver", language)
    approver.go("review")
    approver.page.get_by_text(approver.say("review.view_approvals")).first.click()
    approver.settled()
    assert approver.say("review.deed_notice") not in approver.text().splitlines(), "an approver issues none"
    approver.press(approver.say("review.approve_now", count=1))
    approver.page.wait_for_timeout(500)
    approver.settled()
    assert grade_of(home, hit["entity_id"]) == "B"


@BOTH
def test_an_analyst_takes_a_list_along_and_decides_nothing(come: Come, shared: Own, language: Language) -> None:
    home, address = shared
    analyst = come(address, "analyst", language)
    analyst.go("grades?part=list")
    with analyst.page.expect_download() as waiting:
        analyst.page.locator("[data-testid=stDownloadButton] button").filter(has_text="CSV").filter(
            visible=True
        ).first.click()
    file = Path(waiting.value.path())
    taken = pl.read_csv(file)
    graded = rows(home, "grades")
    assert waiting.value.suggested_filename.endswith(".csv")
    assert taken.height == sum(row["grade"] != Grade.A for row in graded)
    hit = first_to_move(home)
    analyst.go(f"review?hit={quote(hit['hit_id'])}")
    assert analyst.say("review.only_looks") in analyst.text()
    assert analyst.button(analyst.say("review.deed_notice")).count() == 0


def ask(clerk: Visitor, entity: str) -> None:
    clerk.page.get_by_label(clerk.say("check.id")).first.fill(entity)
    clerk.press(clerk.say("check.ask"))
    clerk.page.get_by_text(clerk.say("check.receipt"), exact=True).first.wait_for()


@BOTH
def test_a_clerk_asks_and_is_told_grade_documents_and_receipt(come: Come, shared: Own, language: Language) -> None:
    home, address = shared
    risky = next(row["entity_id"] for row in rows(home, "grades") if row["grade"] == "C")
    clerk = come(address, "bank", language)
    ask(clerk, risky)
    said = clerk.text()
    for document in ("payment_instruction", "contract", "invoice", "tax_certificate"):
        assert label(document, language) in said
    assert risky in said
    clerk.page.get_by_label(clerk.say("check.id")).first.fill("123")
    clerk.press(clerk.say("check.ask"))
    clerk.page.get_by_role("alert").first.wait_for()
    assert "Traceback" not in clerk.text()


@BOTH
def test_an_administrator_adds_a_key_and_sees_it_once(come: Come, shared: Own, language: Language) -> None:
    home, address = shared
    administrator = come(address, "administrator", language)
    administrator.go("operations?part=keys")
    administrator.page.get_by_text(administrator.say("operations.add_key")).first.click()
    administrator.page.get_by_label(administrator.say("operations.key_bank")).first.fill("120000000001")
    administrator.page.get_by_label(administrator.say("operations.key_name")).first.fill(f"core-{language}")
    administrator.button(administrator.say("operations.add_key")).click()
    administrator.page.get_by_text(administrator.say("operations.key_once")).first.wait_for()
    secret = administrator.page.locator("[data-testid=stCode]").first.inner_text().strip()
    assert secret.startswith("fxw_")
    assert secret not in administrator.page.url
    assert not [url for url in administrator.asked if secret in url]
    (key,) = [row for row in rows(home, "keys", "list") if row["name"] == f"core-{language}"]
    assert (key["bank"], key["by"]) == ("120000000001", "administrator")
    administrator.go("operations?part=keys")
    assert secret not in administrator.page.content()
    assert secret not in (home.parent / "server.log").read_text()


@pytest.mark.slow
def test_a_decision_is_reached_and_made_by_the_keyboard_alone(come: Come, own: Own) -> None:
    home, address = own
    hit = first_to_move(home)
    regulator = come(address, "regulator")
    regulator.go(f"review?hit={quote(hit['hit_id'])}")
    keyboard = regulator.page.keyboard
    focus = """() => { const at = document.activeElement
        return ["BUTTON", "INPUT", "TEXTAREA"].includes(at.tagName) ? at.innerText || at.ariaLabel : "" }"""

    def tab_to(words: str, key: str) -> None:
        for _ in range(60):
            keyboard.press(key)
            if words in str(regulator.page.evaluate(focus)):
                return
        raise AssertionError(f"{key} never reaches {words}")

    keyboard.press("n")  # the key that stands on the button
    regulator.page.get_by_label(regulator.say("review.why"), exact=True).first.wait_for()
    # Backwards from the end, where the decision stands: on its way forwards, Tab enters the queue and opens its first hit.
    tab_to(regulator.say("review.why"), "Shift+Tab")
    keyboard.type("to be explained")
    tab_to(regulator.say("review.issue", count=1), "Tab")
    keyboard.press("Enter")
    regulator.page.get_by_text(re.compile(r"N\d+ issued")).first.wait_for()
    assert grade_of(home, hit["entity_id"]) == "B"
