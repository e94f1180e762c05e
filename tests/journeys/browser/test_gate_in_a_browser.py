"""Through the gate in a real browser: in, about, out; and nothing without a session."""

import pytest

from fxwatch.terms import Language
from tests.demo_home import Demo
from tests.journeys.browser.conftest import Come, Own
from tests.journeys.browser.visiting import Visitor, fxwatch

READ = ["morning", "review", "entity", "monitors", "grades", "rules", "operations"]


def is_refused(visitor: Visitor, path: str) -> bool:
    visitor.page.goto(f"{visitor.address}/{path}")
    return visitor.page.url.startswith(f"{visitor.address}/sign-in")


def test_no_page_and_no_websocket_without_a_session(come: Come, shown: str) -> None:
    visitor = come(shown, None)
    assert all(is_refused(visitor, path) for path in ("", *READ, "check"))
    opened = """url => new Promise(done => {
        const socket = new WebSocket(url)
        socket.onopen = () => done("open")
        socket.onerror = socket.onclose = () => done("refused")
    })"""
    assert visitor.page.evaluate(opened, f"{shown.replace('http', 'ws')}/_stcore/stream") == "refused"
    visitor.complaints.clear()  # the browser's own word about it
    signed_in = come(shown, "analyst")
    assert signed_in.page.evaluate(opened, f"{shown.replace('http', 'ws')}/_stcore/stream") == "open"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_screen_opens_in_the_browsers_language(come: Come, shown: str, language: Language) -> None:
    visitor = come(shown, "regulator", language)
    for path in (*READ, "check"):
        visitor.go(path)
        said = visitor.text()
        assert visitor.say("shell.failed") not in said, path
        assert "Traceback" not in said, path
        assert visitor.say("shell.sign_out") in said, path


def test_the_language_is_changed_and_stays_with_the_account(come: Come, shown: str) -> None:
    visitor = come(shown, "approver")
    visitor.page.get_by_text("中文", exact=True).click()
    visitor.page.get_by_text("退出登录").wait_for()
    assert "退出登录" in come(shown, "approver", "en").text()


def test_signing_out_ends_it_in_every_window(come: Come, shown: str) -> None:
    visitor = come(shown, "analyst")
    second = visitor.page.context.new_page()
    second.goto(f"{shown}/monitors")
    visitor.page.get_by_role("link", name=visitor.say("shell.sign_out")).click()
    visitor.page.wait_for_url("**/sign-in")
    second.goto(f"{shown}/monitors")
    assert "/sign-in?next=%2Fmonitors" in second.url


def test_a_link_leads_where_it_was_meant_to_after_signing_in(come: Come, shown: str, demo: Demo) -> None:
    visitor = come(shown, None)
    visitor.page.goto(f"{shown}/grades?grade=C")
    visitor.page.fill("#name", "analyst")
    visitor.page.fill("#password", demo.passwords["analyst"])
    visitor.page.keyboard.press("Enter")
    visitor.settled()
    assert "/grades?grade=C" in visitor.page.url


def test_a_wrong_password_is_a_sentence(come: Come, shown: str) -> None:
    visitor = come(shown, None, "zh")
    visitor.page.goto(f"{shown}/sign-in")
    visitor.page.fill("#name", "nobody")
    visitor.page.fill("#password", "wrong horse battery")
    visitor.page.click("button[type=submit]")
    assert visitor.page.get_by_role("alert").inner_text() == "账户名与密码不符。"
    visitor.complaints.clear()  # 401 is a complaint to a browser


def test_a_bank_reaches_the_check_and_nothing_else(come: Come, shown: str) -> None:
    visitor = come(shown, "bank")
    links = visitor.page.locator("[data-testid=stSidebarNavLink]").all_inner_texts()
    assert [link for link in links if link.strip()] in ([], [visitor.say("shell.check")])
    for path in READ:
        visitor.go(path)
        assert visitor.say("shell.not_yours") in visitor.text(), path
    visitor.go("nowhere")
    visitor.page.wait_for_url("**/check")


def test_an_open_screen_moves_on_when_a_run_publishes(come: Come, shared: Own) -> None:
    home, address = shared
    visitor = come(address, "analyst")
    assert visitor.say("shell.last_run", run=1, at="")[:5] in visitor.text()
    fxwatch(home, "run")
    visitor.page.get_by_text("Run 2,").first.wait_for()
    assert visitor.say("shell.failed") not in visitor.text()


def test_an_account_that_is_closed_is_out_at_its_next_step(come: Come, shared: Own) -> None:
    home, address = shared
    fxwatch(home, "users", "add", "lee", "--role", "analyst", "--password-stdin", piped="wrong horse battery\n")
    visitor = come(address, None)
    visitor.sign_in("lee", "wrong horse battery")
    fxwatch(home, "users", "close", "lee")
    visitor.page.get_by_text(visitor.say("shell.ended")).wait_for()
    visitor.page.get_by_role("link", name=visitor.say("shell.sign_in_again")).click()
    visitor.page.wait_for_selector("#password")
    visitor.complaints.clear()  # 401 is a complaint to a browser
