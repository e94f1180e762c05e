"""Signing in with an identity provider: a small one on this machine proves who somebody is, the register decides."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboards import serving
from dashboards.gate import oidc
from dashboards.gate.guard import Guard
from dashboards.gate.routes import Gate
from dashboards.gate.seal import SESSION
from dashboards.server import listen
from fxwatch.amending import add_account, close_account
from fxwatch.errors import HouseError
from fxwatch.home import make_home
from fxwatch.session import Session

pytest.importorskip("authlib")
joserfc = pytest.importorskip("joserfc")

from joserfc import jwt  # noqa: E402
from joserfc.jwk import RSAKey  # noqa: E402


class SmallProvider:
    """Says of everybody that they are `name`; signs with a key of its own, or with another one."""

    def __init__(self) -> None:
        self.key, self.other = RSAKey.generate_key(2048, {"kid": "a"}), RSAKey.generate_key(2048, {"kid": "a"})
        self.name, self.is_forging, self.nonce, self.address = "wang", False, "", ""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.configuration),
                Route("/keys", self.keys),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
            ]
        )

    async def configuration(self, request: Request) -> Response:
        at = self.address
        return JSONResponse(
            {
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        asked = request.query_params
        assert asked["code_challenge_method"] == "S256"
        self.nonce = asked["nonce"]
        return RedirectResponse(f"{asked['redirect_uri']}?code=c&state={asked['state']}", 303)

    async def token(self, request: Request) -> Response:
        now = int(time.time())
        said = {"iss": self.address, "aud": "fxwatch", "sub": "1", "iat": now, "exp": now + 60, "nonce": self.nonce}
        key = self.other if self.is_forging else self.key
        proof = jwt.encode({"alg": "RS256", "kid": "a"}, {**said, "preferred_username": self.name}, key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": proof})


@pytest.fixture(scope="module")
def provider() -> Iterator[SmallProvider]:
    small = SmallProvider()
    listening = listen("127.0.0.1", 0)
    small.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(small.app(), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield small
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture
def home(tmp_path: Path, provider: SmallProvider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    make_home(tmp_path / "home", simulation=True, bare=True)
    opened = Session(tmp_path / "home")
    add_account(opened, "wang", ["regulator"])
    opened.change_setting("oidc_issuer", provider.address)
    opened.change_setting("oidc_client_id", "fxwatch")
    monkeypatch.setenv(oidc.SECRET, "secret")
    provider.name, provider.is_forging = "wang", False
    yield opened
    opened.register.close()


async def page(request: Request) -> Response:
    return PlainTextResponse("a page")


@pytest.fixture
def browser(home: Session) -> Iterator[TestClient]:
    here = serving.prepare(home.path, "127.0.0.1", 80)
    gate = Gate(here)
    routes = [*gate.routes(), *oidc.routes(gate), Route("/{anything:path}", page)]
    layers = [Middleware(Guard, serving=here), Middleware(SessionMiddleware, secret_key="secret", same_site="lax")]
    with TestClient(
        Starlette(routes=routes, middleware=layers), base_url="http://localhost", follow_redirects=False
    ) as client:
        yield client


def come_back(browser: TestClient) -> Response:
    """To the provider and back, as a browser is sent."""
    import httpx2

    sent = browser.get("/oidc/start")
    back = httpx2.get(sent.headers["location"]).headers["location"]
    return browser.get(f"{urlsplit(back).path}?{urlsplit(back).query}")


def test_whom_the_provider_proves_is_let_in(browser: TestClient) -> None:
    assert "/oidc/start" in browser.get("/sign-in").text
    back = come_back(browser)
    assert (back.status_code, 'content="0;url=/"' in back.text) == (200, True)
    assert "samesite=strict" in back.headers["set-cookie"].lower()
    assert browser.get("/morning").text == "a page"


def test_an_account_that_does_not_exist_is_refused_in_a_sentence(browser: TestClient, provider: SmallProvider) -> None:
    for name in ("nobody", ""):
        provider.name = name
        back = come_back(browser)
        assert (back.status_code, "There is no open account" in back.text) == (403, True)
    assert SESSION not in browser.cookies


def test_a_closed_account_is_refused_though_the_provider_knows_it(browser: TestClient, home: Session) -> None:
    close_account(home, "wang")
    assert come_back(browser).status_code == 403


def test_a_forged_proof_lets_nobody_in(browser: TestClient, provider: SmallProvider) -> None:
    provider.is_forging = True
    back = come_back(browser)
    assert (back.status_code, "did not prove" in back.text) == (403, True)
    assert SESSION not in browser.cookies


def test_what_nobody_asked_for_lets_nobody_in(browser: TestClient) -> None:
    assert browser.get("/oidc/back?code=c&state=made-up").status_code == 403
    sent = parse_qs(urlsplit(browser.get("/oidc/start").headers["location"]).query)
    browser.cookies.clear()
    assert browser.get(f"/oidc/back?code=c&state={sent['state'][0]}").status_code == 403, "another browser's state"


def test_a_provider_that_is_away_is_a_sentence(browser: TestClient, home: Session) -> None:
    home.change_setting("oidc_issuer", "http://127.0.0.1:1")
    gate = Gate(serving.prepare(home.path, "127.0.0.1", 80))
    layers = [Middleware(SessionMiddleware, secret_key="secret")]
    with TestClient(Starlette(routes=oidc.routes(gate), middleware=layers), base_url="http://localhost") as away:
        shown = away.get("/oidc/start")
    assert (shown.status_code, "cannot be asked" in shown.text) == (503, True)


@pytest.mark.parametrize(("name", "value"), [("oidc_client_id", ""), (oidc.SECRET, "")])
def test_half_a_configuration_does_not_start(
    home: Session, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    if name == oidc.SECRET:
        monkeypatch.setenv(name, value)
    else:
        home.change_setting(name, value)
    with pytest.raises(HouseError, match=name):
        oidc.routes(Gate(serving.prepare(home.path, "127.0.0.1", 80)))


def test_the_secret_is_in_no_setting(home: Session) -> None:
    assert "secret" not in json.dumps(vars(home.settings), default=str)
