"""Signing in with an identity provider (OpenID Connect): it proves who somebody is, the register says what they may do.

The extra `fxwatch[oidc]` brings what this needs. The client's secret is in the environment, FXWATCH_OIDC_SECRET.
"""

import os
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboards.gate.pages import once_more
from dashboards.gate.routes import Gate
from fxwatch.admission import begin
from fxwatch.errors import Forbidden, FxwatchError, HouseError

SECRET = "FXWATCH_OIDC_SECRET"
_DISCOVERY = "/.well-known/openid-configuration"


class Provider:
    """The way to the identity provider and back."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.settings = gate.serving.home.settings
        self.client = _client(self.settings.oidc_issuer, self.settings.oidc_client_id)

    def routes(self) -> list[Route]:
        """What is answered without a session."""
        return [Route("/oidc/start", self.start), Route("/oidc/back", self.back)]

    async def start(self, request: Request) -> Response:
        """Send the browser to the provider, with what it has to bring back: state, nonce, and a code's challenge."""
        try:
            sent: Response = await self.client.authorize_redirect(request, f"{_address(self.gate, request)}/oidc/back")
        except Exception as fault:  # noqa: BLE001  # whatever its client raises, people see one sentence
            return self._refused(request, _unreachable(self.settings.oidc_issuer, fault))
        return sent

    async def back(self, request: Request) -> Response:
        """The browser comes back with a code; what it proves is checked with the provider, signature and all."""
        try:
            proved = await self.client.authorize_access_token(request)
        except Exception as fault:  # noqa: BLE001  # refused there, forged, too old, or unreachable
            return self._refused(request, _unproved(fault))
        name = str((proved.get("userinfo") or {}).get(self.settings.oidc_claim) or "")
        try:
            token = await to_thread.run_sync(begin, self.gate.serving.home, name)
        except FxwatchError as fault:
            return self._refused(request, fault)
        # The browser comes from another site and would keep a strict cookie back: a page of ours leads on.
        return self.gate.admit(token, once_more("/"))

    def _refused(self, request: Request, fault: FxwatchError) -> Response:
        return self.gate.page(request, "/", refusal=fault.say(self.gate.language(request)), status=fault.http_status)


def routes(gate: Gate) -> list[Route]:
    """The provider's routes where one is set; without one, the way leads back to the sign-in page.

    Raises:
        HouseError: a provider is set, but not all that it needs.
    """
    if gate.serving.home.settings.oidc_issuer:
        return Provider(gate).routes()

    async def none(request: Request) -> Response:
        return RedirectResponse("/sign-in", 303)

    return [Route("/oidc/start", none), Route("/oidc/back", none)]


def _client(issuer: str, client_id: str) -> Any:
    secret = os.environ.get(SECRET, "")
    if not client_id or not secret:
        missing = "oidc_client_id" if not client_id else SECRET
        raise HouseError(
            f"An identity provider is set, but not {missing}. Name the client with: fxwatch settings set oidc_client_id NAME, and put its secret into the environment as {SECRET}.",
            f"已设置身份认证地址，但缺少 {missing}。请用 fxwatch settings set oidc_client_id 设置客户端名，并将其密钥放入环境变量 {SECRET}。",
        )
    try:
        from authlib.integrations.starlette_client import OAuth
    except ImportError as fault:
        raise HouseError(
            "Signing in with an identity provider needs fxwatch[oidc]. Install it with: pip install 'fxwatch[oidc]'",
            "统一身份登录需要 fxwatch[oidc]，请安装：pip install 'fxwatch[oidc]'",
        ) from fault
    registry = OAuth()
    registry.register(
        "provider",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer}{_DISCOVERY}",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
    )
    return registry.create_client("provider")


def _address(gate: Gate, request: Request) -> str:
    """Where the provider sends browsers back to: the address that is set, for a header may say anything."""
    return gate.serving.home.settings.dashboard_url or f"http://{request.headers['host']}"


def _unreachable(issuer: str, fault: Exception) -> HouseError:
    what = type(fault).__name__
    return HouseError(
        f"The identity provider {issuer} cannot be asked ({what}). Sign in with a password, or try again later.",
        f"无法连接身份认证 {issuer}({what})。请用密码登录，或稍后重试。",
    )


def _unproved(fault: Exception) -> Forbidden:
    what = getattr(fault, "error", None) or type(fault).__name__
    return Forbidden(
        f"The identity provider did not prove who you are ({what}). Try again.",
        f"身份认证未能证明您的身份（{what}），请重试。",
    )
