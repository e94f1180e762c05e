"""Around every screen: who sees which, in which language, how fresh it is, what is said when something fails."""

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from dashboards import server
from dashboards.gate import arriving
from dashboards.parts import links, recall
from dashboards.screens import check, morning
from dashboards.shell import SCREENS
from dashboards.visit import Visit
from fxwatch import admission, amending
from fxwatch.cli import app as command_line
from fxwatch.session import Session
from fxwatch.terms import Language
from tests.dashboards.conftest import told

APP = Path(server.__file__).with_name("app.py")

Arrive = Callable[..., AppTest]


@pytest.fixture
def arrive(office: Session, monkeypatch: pytest.MonkeyPatch) -> Arrive:
    """The whole application as one account sees it, with a screen of one sentence."""

    def come(account: str, language: Language = "en", home: Session | None = None) -> AppTest:
        here = home or office
        found = here.register.account(account)

        def visit() -> Visit:
            chosen = here.register.entrance.language(account)
            return Visit(here, found, chosen or language)

        monkeypatch.setattr(arriving, "arrive", visit)
        for screen in (morning, check):
            monkeypatch.setattr(screen, "show", lambda visit: st.title(f"for {visit.account.name}"))
        return AppTest.from_file(APP, default_timeout=30).run()

    return come


def seen_by(shown: AppTest) -> set[str]:
    return set(shown.session_state[links.PAGES])


@pytest.mark.parametrize("account", ["wang", "zhao", "qian", "zhou"])
def test_who_reads_sees_every_screen_of_theirs(arrive: Arrive, account: str) -> None:
    everything = set(SCREENS)
    seen = seen_by(arrive(account))
    assert seen == (everything if account in ("wang", "zhao") else everything - {"check"})


def test_a_bank_sees_the_check_and_nothing_else(arrive: Arrive) -> None:
    shown = arrive("li")
    assert seen_by(shown) == {"check"}
    assert "for li" in told(shown)
    assert "Newest flow" not in "".join(c.value for c in shown.sidebar.caption)
    assert "120000000001" in "".join(c.value for c in shown.sidebar.caption)


def test_a_screen_of_another_role_is_refused_in_a_sentence(arrive: Arrive) -> None:
    shown = arrive("li")
    shown._page_hash = next(
        known for known, page in shown._registered_pages.items() if page.get("url_pathname") == "review"
    )
    shown = shown.run()
    assert shown.info[0].value == "This screen is not for your role. You see:"


def test_an_account_without_a_screen_is_told_so(arrive: Arrive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "may", lambda self, *roles: False)
    shown = arrive("wang")
    assert "Ask an administrator" in shown.info[0].value


def test_it_begins_with_the_first_screen_of_the_account(arrive: Arrive) -> None:
    assert "for wang" in told(arrive("wang"))


def test_every_screen_has_a_path_that_never_changes() -> None:
    assert set(links.PATHS) == set(SCREENS)
    assert len(set(links.PATHS.values())) == len(links.PATHS)


def test_it_says_how_fresh_everything_is(arrive: Arrive, office: Session) -> None:
    said = "".join(c.value for c in arrive("wang", "zh").sidebar.caption)
    assert "最新收付汇 2026年10月" in said
    assert "第 1 批次" in said
    assert f"快照 {office.snapshot().path.stem.removeprefix('snapshot-')}" in said


def test_a_home_without_flows_says_that_nothing_was_loaded(arrive: Arrive, bare_office: Session) -> None:
    assert "Nothing was loaded yet." in "".join(c.value for c in arrive("wang", home=bare_office).sidebar.caption)


def test_the_language_that_was_chosen_stays(arrive: Arrive, own_office: Session) -> None:
    shown = arrive("wang", home=own_office)
    assert "regulator" in shown.sidebar.caption[0].value
    shown.sidebar.segmented_control(key="shell_language").set_value("zh").run()
    assert own_office.register.entrance.language("wang") == "zh"
    assert "监管人员" in arrive("wang", home=own_office).sidebar.caption[0].value


def test_an_open_screen_moves_on_to_a_new_snapshot(arrive: Arrive, own_office: Session) -> None:
    shown = arrive("wang", home=own_office)
    before = shown.sidebar.caption[-1].value
    own_office.run()
    assert shown.run().sidebar.caption[-1].value != before
    assert not shown.exception
    assert shown.session_state["shell.snapshot"] == recall.state_of(own_office, of="snapshot")


def test_a_name_is_no_markdown(arrive: Arrive, own_office: Session) -> None:
    own_office.register.set_account("a_b_c", ["analyst"], by=own_office.actor(None), why="")
    assert "**a\\_b\\_c**" in told(arrive("a_b_c", home=own_office))


OLD, NEW = "river stone moon 42", "harbour light 2026 long"


@pytest.fixture
def change(own_office: Session) -> Arrive:
    """What somebody is told who asks for another password: `change(old, new, again, language)`."""
    amending.set_password(own_office, "wang", OLD)

    def told_of(old: str, new: str, again: str, language: Language = "en") -> AppTest:
        shown = AppTest.from_function(_asks, default_timeout=30, args=(own_office, language)).run()
        for name, typed in (("old_password", old), ("new_password", new), ("new_password_again", again)):
            shown.text_input(key=f"shell_{name}").input(typed)
        return shown.button[0].click().run()

    return told_of


def _asks(home: "Session", language: "Language") -> None:
    import streamlit as st

    from dashboards import password
    from dashboards.gate import arriving
    from dashboards.visit import Visit

    if st.session_state.get(arriving.CHANGED):  # the session has ended
        arriving._say_ended(language)
    else:
        password.form(Visit(home, home.register.account("wang"), language))


@pytest.mark.parametrize(("language", "words"), [("en", "Change my password"), ("zh", "修改密码")])
def test_the_form_for_a_password_opens_from_the_sidebar(
    arrive: Arrive, own_office: Session, language: Language, words: str
) -> None:
    amending.set_password(own_office, "wang", OLD)
    shown = arrive("wang", language, own_office)
    assert not shown.text_input
    button = shown.sidebar.button(key="shell_change_password")
    assert button.label == words
    fields = [one.key for one in button.click().run().text_input]
    assert fields == ["shell_old_password", "shell_new_password", "shell_new_password_again"]


@pytest.mark.parametrize(("language", "words"), [("en", "Your password is changed"), ("zh", "密码已修改")])
def test_somebody_changes_their_password_and_is_signed_out(
    change: Arrive, own_office: Session, language: Language, words: str
) -> None:
    token = admission.begin(own_office, "wang")
    shown = change(OLD, NEW, NEW, language)
    assert shown.success[0].value.startswith(words)
    assert admission.visitor(own_office, token) is None
    assert admission.sign_in(own_office, "wang", NEW, address="::1")


@pytest.mark.parametrize(
    ("old", "new", "again", "english", "chinese"),
    [
        (OLD, NEW, NEW + "?", "not alike", "不一致"),
        ("not " + OLD, NEW, NEW, "do not belong together", "密码不符"),
        (OLD, "short", "short", "12 to 128 characters", "12 至 128"),
    ],
)
def test_a_password_that_is_not_changed_is_said_in_a_sentence(
    change: Arrive, own_office: Session, old: str, new: str, again: str, english: str, chinese: str
) -> None:
    assert english in change(old, new, again, "en").error[0].value
    assert chinese in change(old, new, again, "zh").error[0].value
    assert admission.sign_in(own_office, "wang", OLD, address="::1")


def test_who_finds_a_screen_open_cannot_guess_at_its_password(own_office: Session) -> None:
    amending.set_password(own_office, "wang", OLD)
    for wrong in ("first guess at it", "second guess at it", "third guess at it"):
        with pytest.raises(admission.WrongPassword):
            admission.change_password(own_office, "wang", wrong, NEW)
    with pytest.raises(admission.TooSoon):
        admission.change_password(own_office, "wang", OLD, NEW)


def test_who_has_no_password_is_not_asked_for_one(arrive: Arrive) -> None:
    assert "shell_change_password" not in {one.key for one in arrive("wang").sidebar.button}


@pytest.mark.parametrize(("language", "sentence"), [("en", "could not be shown"), ("zh", "此页面无法显示")])
def test_a_screen_that_fails_says_so_in_a_sentence_and_no_traceback(language: str, sentence: str) -> None:
    shown = AppTest.from_function(_fails)
    shown.session_state["shell_language"] = language
    shown.run()
    assert sentence in shown.error[0].value
    assert "secret detail" not in shown.error[0].value
    assert shown.error[1].value == {"en": "No home.", "zh": "没有库。"}[language]


def _fails() -> None:
    from dashboards.server import say_failed
    from fxwatch.errors import HouseError

    assert say_failed(ZeroDivisionError("secret detail"))
    assert say_failed(HouseError("No home.", "没有库。"))


# ---- serving


def test_a_port_in_use_is_one_sentence(office: Session) -> None:
    with server.listen("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        given = CliRunner().invoke(
            command_line, ["--home", str(office.path), "--lang", "en", "serve", "dashboard", "--port", port]
        )
    assert f"cannot listen at 127.0.0.1:{port}" in str(given.exception)


def test_without_a_home_nothing_is_served(tmp_path: Path) -> None:
    given = CliRunner().invoke(command_line, ["--home", str(tmp_path / "none"), "serve", "dashboard"])
    assert "no fxwatch home" in str(given.exception)
