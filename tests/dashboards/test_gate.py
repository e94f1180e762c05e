"""The gate: who is let in, for how long, and that nothing is reached without a session."""

import stat
import tarfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg

from dashboards import serving
from dashboards.gate.guard import Guard
from dashboards.gate.headers import Headers
from dashboards.gate.routes import Gate
from dashboards.gate.seal import SESSION, Seal, secret_of
from dashboards.serving import Serving
from fxwatch import admission, passwords
from fxwatch.amending import add_account, close_account, set_password
from fxwatch.errors import Forbidden, HouseError
from fxwatch.home import make_home
from fxwatch.session import Session

WORDS = "correct horse battery"
ORIGIN = {"origin": "http://localhost"}
STREAM = "ws://localhost/_stcore/stream"
PAGE = {"accept": "text/html"}
WRONG = "This name and password do not belong together."


@pytest.fixture(scope="module", autouse=True)
def quick_argon2() -> Iterator[None]:
    """The same algorithm with little work: these tests are about the gate, not about argon2."""
    from argon2 import PasswordHasher

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobody.cache_clear()
        yield
    passwords._nobody.cache_clear()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Session]:
    make_home(tmp_path / "home", simulation=True, bare=True)
    opened = Session(tmp_path / "home")
    for name in ("wang", "sun"):
        add_account(opened, name, ["regulator"])
        set_password(opened, name, WORDS)
    yield opened
    opened.register.close()


@pytest.fixture
def here(home: Session) -> Serving:
    return serving.prepare(home.path, "127.0.0.1", 80)


async def page(request: Request) -> Response:
    return PlainTextResponse("a page")


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for data in websocket.iter_bytes():
        await websocket.send_bytes(data)


def behind_the_gate(here: Serving) -> Starlette:
    """What Streamlit has its place in, with something that is quicker to start in its stead."""
    routes = [*Gate(here).routes(), WebSocketRoute("/_stcore/stream", echo), Route("/{anything:path}", page)]
    return Starlette(routes=routes, middleware=[Middleware(Headers), Middleware(Guard, serving=here)])


@pytest.fixture
def browser(here: Serving) -> Iterator[TestClient]:
    with TestClient(behind_the_gate(here), base_url="http://localhost", follow_redirects=False) as client:
        yield client


def sign_in(browser: TestClient, name: str = "wang", password: str = WORDS, **more: str) -> Response:
    return browser.post("/sign-in", data={"name": name, "password": password, **more}, headers=ORIGIN)


def said(**rerun: object) -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = ""
    for name, value in rerun.items():
        setattr(message.rerun_script, name, value)
    return message.SerializeToString()


# ---- nothing without a session


@pytest.mark.parametrize(
    "path", ["/", "/morning", "/static/js/index.js", "/_stcore/health", "/_stcore/host-config", "/media/a.csv"]
)
def test_nothing_is_reached_without_a_session(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 401
    assert browser.get(path, headers=PAGE).headers["location"].startswith("/sign-in")
    assert browser.put(path, content=b"x", headers=ORIGIN).status_code == 401


def test_no_websocket_is_opened_without_a_session(browser: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect(STREAM, headers=ORIGIN):
        pass


def test_with_a_session_both_are(browser: TestClient) -> None:
    sign_in(browser)
    assert browser.get("/morning").text == "a page"
    with browser.websocket_connect(STREAM, headers=ORIGIN) as stream:
        stream.send_bytes(said(page_name="review"))
        assert stream.receive_bytes() == said(page_name="review")


def test_a_browser_that_is_lost_is_led_to_the_first_page(browser: TestClient) -> None:
    sign_in(browser)
    assert browser.get("/nowhere", headers=PAGE).headers["location"] == "/"
    assert browser.get("/review", headers=PAGE).text == "a page"
    assert browser.get("/", headers=PAGE).text == "a page"


def test_a_cookie_that_was_changed_or_sealed_elsewhere_opens_nothing(browser: TestClient, here: Serving) -> None:
    sign_in(browser)
    token = here.seal.open(browser.cookies[SESSION])
    for forged in (browser.cookies[SESSION][:-2] + "xx", token, Seal(b"another secret").close(token), "", "…"):
        browser.cookies.clear()
        browser.cookies.set(SESSION, str(forged).encode("ascii", "ignore").decode())
        assert browser.get("/morning").status_code == 401


def test_only_the_names_of_this_server_are_answered(browser: TestClient) -> None:
    for host in ("evil.example", "localhost.evil.example", "", "localhost:0"):
        assert browser.get("/sign-in", headers={"host": host}).status_code == 421
    for host in ("localhost:8501", "127.0.0.1", "[::1]:8501"):
        assert browser.get("/sign-in", headers={"host": host}).status_code == 200


def test_another_site_can_neither_sign_in_nor_open_a_websocket_nor_sign_out(browser: TestClient) -> None:
    elsewhere = {"origin": "http://evil.example"}
    form = {"name": "wang", "password": WORDS}
    assert browser.post("/sign-in", data=form, headers=elsewhere).status_code == 421
    assert browser.post("/sign-in", data=form).status_code == 421, "a form says where it comes from"
    sign_in(browser)
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect(STREAM, headers=elsewhere):
        pass
    browser.get("/sign-out", headers={"sec-fetch-site": "cross-site"})
    sign_in(browser)
    assert browser.get("/morning").status_code == 200


def test_a_link_in_a_letter_finds_its_page(browser: TestClient) -> None:
    asked = browser.get("/review?hit=a%3Ab", headers={**PAGE, "sec-fetch-site": "cross-site"})
    assert (asked.status_code, 'content="0;url=/review?hit=a%3Ab"' in asked.text) == (200, True)
    asked = browser.get("/review?hit=a%3Ab", headers={**PAGE, "sec-fetch-site": "same-origin"})
    assert asked.headers["location"] == "/sign-in?next=%2Freview%3Fhit%3Da%253Ab"
    shown = browser.get(asked.headers["location"])
    assert 'name="next" value="/review?hit=a%3Ab"' in shown.text
    assert sign_in(browser, next="/review?hit=a%3Ab").headers["location"] == "/review?hit=a%3Ab"


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\\b", "x", ""])
def test_signing_in_never_leads_to_another_host(browser: TestClient, elsewhere: str) -> None:
    assert sign_in(browser, next=elsewhere).headers["location"] == "/"


def test_every_answer_bears_the_headers(browser: TestClient) -> None:
    for path in ("/", "/sign-in", "/style.css", "/healthz", "/nowhere"):
        headers = browser.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


def test_a_name_is_shown_as_text(browser: TestClient) -> None:
    shown = sign_in(browser, name='"><script>alert(1)</script>').text
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


# ---- passwords


def test_the_cookie_is_for_this_server_and_for_no_script(browser: TestClient) -> None:
    cookie = sign_in(browser).headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/"))
    assert "secure" not in cookie


def test_behind_https_the_cookie_is_for_https_alone(home: Session) -> None:
    home.change_setting("dashboard_url", "https://watch.example")
    here = serving.prepare(home.path, "127.0.0.1", 80)
    with TestClient(behind_the_gate(here), base_url="https://watch.example", follow_redirects=False) as browser:
        form = {"name": "wang", "password": WORDS}
        entered = browser.post("/sign-in", data=form, headers={"origin": "https://watch.example"})
        assert "secure" in entered.headers["set-cookie"].lower()
        assert browser.get("/morning").status_code == 200


@pytest.mark.parametrize("name", ["wang", "nobody", "", "root"])
def test_a_wrong_password_and_an_unknown_name_are_told_apart_by_nothing(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    judged: list[str | None] = []
    fits = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda typed, kept: judged.append(kept) or fits(typed, kept))
    refused = sign_in(browser, name, "wrong horse battery")
    assert (refused.status_code, WRONG in refused.text, len(judged)) == (401, True, 1)
    assert SESSION not in browser.cookies


def test_nothing_fits_where_no_password_was_kept() -> None:
    assert not passwords.fits(WORDS, None)
    assert not passwords.fits(WORDS, "no hash at all")
    assert passwords.fits(WORDS, passwords.keep(WORDS))


def test_wrong_passwords_slow_down_and_a_restart_does_not_help(browser: TestClient, home: Session) -> None:
    assert [sign_in(browser, password="wrong horse battery").status_code for _ in range(4)] == [401, 401, 401, 429]
    refused = sign_in(browser)
    assert (refused.status_code, "try again in" in refused.text) == (429, True), "the right one has to wait, too"
    with TestClient(behind_the_gate(serving.prepare(home.path, "127.0.0.1", 80)), base_url="http://localhost") as again:
        assert sign_in(again).status_code == 429
    assert sign_in(browser, "sun").status_code == 303, "another account does not wait"
    time.sleep(2.1)
    assert sign_in(browser).status_code == 303
    assert sign_in(browser, password="wrong horse battery").status_code == 401, "a right one forgets the wrong ones"


def attempt(home: Session, address: str = "10.0.0.7") -> str:
    """What comes of a wrong password."""
    try:
        return admission.sign_in(home, "wang", "wrong horse battery", address=address)
    except Forbidden as refused:
        return type(refused).__name__


def test_many_wrong_passwords_at_once_are_counted_before_they_are_judged(home: Session) -> None:
    with ThreadPoolExecutor(8) as many:
        outcomes = sorted(many.map(lambda _: attempt(home), range(16)))
    assert outcomes.count("WrongPassword") == 3


def test_an_address_waits_whatever_names_it_tries_and_signing_in_is_not_held_against_it(home: Session) -> None:
    for _ in range(30):
        admission.sign_in(home, "wang", WORDS, address="10.0.0.8")
    for n in range(10):
        with pytest.raises(admission.WrongPassword):
            admission.sign_in(home, f"name{n}", WORDS, address="10.0.0.7")
    with pytest.raises(admission.TooSoon):
        admission.sign_in(home, "wang", WORDS, address="10.0.0.7")


def test_whoever_tries_wrong_passwords_all_the_time_keeps_no_owner_out(home: Session) -> None:
    admission.sign_in(home, "wang", WORDS, address="10.0.0.1")
    assert "TooSoon" in [attempt(home, f"10.0.1.{n % 5}") for n in range(20)]
    assert admission.sign_in(home, "wang", WORDS, address="10.0.0.1"), "where the owner has been before"
    assert admission.sign_in(home, "wang", WORDS, address="10.0.0.2"), "and where not"


def test_a_crowd_of_addresses_waits_together_and_the_owner_does_not_wait_for_it(home: Session) -> None:
    admission.sign_in(home, "wang", WORDS, address="10.0.0.1")
    outcomes = [attempt(home, f"10.0.1.{n}") for n in range(30)]
    assert outcomes[:21] == ["WrongPassword"] * 21
    assert outcomes.count("TooSoon") > 5
    assert admission.sign_in(home, "wang", WORDS, address="10.0.0.1")
    assert admission.sign_in(home, "sun", WORDS, address="10.0.0.3"), "another account does not wait"
    set_password(home, "wang", "another horse battery")
    assert admission.sign_in(home, "wang", "another horse battery", address="10.0.0.2"), "a new password begins anew"


def test_no_name_counts_as_another_account_at_an_address(home: Session) -> None:
    for _ in range(3):
        with pytest.raises(admission.WrongPassword):
            admission.sign_in(home, "at 10.0.0.1 account wang", "wrong horse battery", address="10.0.0.7")
    assert admission.sign_in(home, "wang", WORDS, address="10.0.0.1")


def test_a_password_is_told_to_nobody(home: Session) -> None:
    set_password(home, "wang", "another horse battery")
    act = home.register.acts(subject="wang").row(-1, named=True)
    assert (act["kind"], act["payload"]) == ("password_set", '{"name":"wang"}')
    kept = home.register.entrance.password("wang")
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert home.register.verify().ok


def test_an_account_changes_its_own_password_by_the_old_one(home: Session) -> None:
    with pytest.raises(admission.WrongPassword):
        admission.change_password(home, "wang", "wrong horse battery", "another horse battery")
    admission.change_password(home, "wang", WORDS, "another horse battery")
    assert admission.sign_in(home, "wang", "another horse battery", address="here")


# ---- sessions


def test_signing_out_ends_the_session_itself(browser: TestClient) -> None:
    sign_in(browser)
    cookie = browser.cookies[SESSION]
    assert browser.get("/sign-out", headers={"sec-fetch-site": "same-origin"}).headers["location"] == "/sign-in"
    assert SESSION not in browser.cookies
    browser.cookies.set(SESSION, cookie)
    assert browser.get("/morning").status_code == 401


@pytest.mark.parametrize(
    "ending",
    [
        lambda home: close_account(home, "wang"),
        lambda home: set_password(home, "wang", "another horse battery"),
        lambda home: home.register.set_account("wang", ["regulator"], by=home.actor(None), why="", is_active=False),
    ],
    ids=["closed", "password", "inactive"],
)
def test_a_session_ends_at_once_when_its_account_does(browser: TestClient, home: Session, ending: object) -> None:
    sign_in(browser)
    assert browser.get("/morning").status_code == 200
    ending(home)  # type: ignore[operator]
    assert browser.get("/morning").status_code == 401


def test_a_closed_account_cannot_sign_in(browser: TestClient, home: Session) -> None:
    close_account(home, "wang")
    refused = sign_in(browser)
    assert (refused.status_code, WRONG in refused.text) == (401, True)


def later(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    now = admission._now()
    monkeypatch.setattr(admission, "_now", lambda: now + timedelta(**span))


def test_a_session_ends_when_it_is_not_used(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(browser)
    later(monkeypatch, minutes=59)
    assert browser.get("/morning").status_code == 200
    later(monkeypatch, minutes=2)
    assert browser.get("/morning").status_code == 401


def test_a_session_ends_after_its_hours_however_much_it_is_used(home: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    home.change_setting("session_idle_minutes", "6000")
    token = admission.sign_in(home, "wang", WORDS, address="here")
    later(monkeypatch, hours=11, minutes=59)
    assert admission.visitor(home, token)
    later(monkeypatch, minutes=2)
    assert admission.visitor(home, token) is None


def test_looking_whether_anything_is_new_is_no_use_of_a_session(
    browser: TestClient, home: Session, here: Serving
) -> None:
    sign_in(browser)
    digest = admission.digest_of(str(here.seal.open(browser.cookies[SESSION])))
    home.change_setting("session_idle_minutes", "1")
    before = home.register.entrance.session(digest)
    with pytest.MonkeyPatch.context() as patch, browser.websocket_connect(STREAM, headers=ORIGIN) as stream:
        later(patch, seconds=30)
        for message, is_used in ((said(is_auto_rerun=True), False), (said(), True)):
            stream.send_bytes(message)
            stream.receive_bytes()
            assert (home.register.entrance.session(digest) != before) == is_used


@pytest.mark.parametrize("garbage", [b"\xff" * 40, b"", "text", "debug"])
def test_garbage_ends_its_connection_and_reaches_nobody(browser: TestClient, garbage: bytes | str) -> None:
    sign_in(browser)
    with browser.websocket_connect(STREAM, headers=ORIGIN) as stream:
        stream.send_bytes(said())
        assert stream.receive_bytes() == said()
        if garbage == "debug":
            stream.send_bytes(BackMsg(debug_shutdown_runtime=True).SerializeToString())
        else:
            (stream.send_bytes if isinstance(garbage, bytes) else stream.send_text)(garbage)  # type: ignore[operator]
        with pytest.raises(WebSocketDisconnect) as closed:
            stream.receive_bytes()
        assert closed.value.code == 1002


def test_what_tells_of_everybodys_use_is_for_administrators(browser: TestClient, home: Session) -> None:
    add_account(home, "zhou", ["administrator"])
    set_password(home, "zhou", WORDS)
    sign_in(browser)
    assert browser.get("/_stcore/metrics").status_code == 403
    assert browser.get("/_stcore/health").status_code == 200
    browser.cookies.clear()
    sign_in(browser, "zhou")
    assert browser.get("/_stcore/metrics").status_code == 200


def test_what_is_said_in_an_ended_session_becomes_a_plain_look(browser: TestClient, home: Session) -> None:
    sign_in(browser)
    with browser.websocket_connect(STREAM, headers=ORIGIN) as stream:
        close_account(home, "wang")
        message = BackMsg()
        message.rerun_script.query_string = "hit=a"
        message.rerun_script.fragment_id = "deciding"
        message.rerun_script.widget_states.widgets.add(id="issue", trigger_value=True)
        stream.send_bytes(message.SerializeToString())
        heard = BackMsg.FromString(stream.receive_bytes()).rerun_script
        assert (heard.query_string, heard.fragment_id, len(heard.widget_states.widgets)) == ("hit=a", "", 0)


def test_the_sign_in_before_this_one_is_remembered(home: Session) -> None:
    first = admission.visitor(home, admission.sign_in(home, "wang", WORDS, address="here"))
    second = admission.visitor(home, admission.sign_in(home, "wang", WORDS, address="here"))
    assert first is not None
    assert second is not None
    assert first.before is None
    assert second.before is not None


def test_the_secret_is_its_owners_alone_and_in_no_backup(home: Session, here: Serving, tmp_path: Path) -> None:
    secret = home.path / "dashboard.secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert Seal(secret.read_bytes()).open(here.seal.close("token")) == "token"

    made = home.backup(tmp_path / "copy.tar")
    with tarfile.open(made.path if hasattr(made, "path") else tmp_path / "copy.tar") as packed:
        assert not [name for name in packed.getnames() if "secret" in name]


def test_a_secret_that_was_cut_off_is_not_sealed_with(tmp_path: Path) -> None:
    (tmp_path / "dashboard.secret").write_bytes(b"x" * 31)
    with pytest.raises(HouseError, match="holds 31 bytes of 32"):
        secret_of(tmp_path)


# ---- languages


@pytest.mark.parametrize(
    ("spoken", "chosen", "title"),
    [("zh-CN,en", None, "登录"), ("en-GB,zh", None, "Sign in"), ("zh-CN", "en", "Sign in"), ("en", "zh", "登录")],
)
def test_the_gate_speaks_as_the_browser_does_unless_told_otherwise(
    browser: TestClient, spoken: str, chosen: str | None, title: str
) -> None:
    if chosen:
        browser.get(f"/language/{chosen}")
    assert f"<title>{title}" in browser.get("/sign-in", headers={"accept-language": spoken}).text
