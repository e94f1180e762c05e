"""The guard: an ASGI middleware that lets nothing through without a session, and looks again at every message."""

from urllib.parse import quote, urlsplit

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from dashboards.gate.pages import once_more
from dashboards.gate.seal import SESSION
from dashboards.parts.links import PATHS
from dashboards.serving import Serving
from fxwatch.terms import Role

# What may be asked for without a session.
OPEN = ("/sign-in", "/sign-out", "/language/en", "/language/zh", "/style.css", "/healthz", "/oidc/start", "/oidc/back")
# What tells of the process and of everybody's use of it.
ADMINISTRATORS = ("/_stcore/metrics",)
# Where pages and what they fetch are; a browser that is lost elsewhere is led to the first page.
PAGES = (*(f"/{path}" for path in PATHS.values()), "/static/", "/media/", "/component/", "/_stcore/")


class Guard:
    """Stands before everything else."""

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app
        self.serving = serving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request or one websocket through, or not."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._is_for_us(headers) or not self._is_from_us(scope, headers):
            await _refuse(scope, receive, send, PlainTextResponse("This address is not served here.", 421))
        elif scope["type"] == "http" and scope["path"] in OPEN:
            await self.app(scope, receive, send)
        elif not await self._has_session(scope, is_used="text/html" in headers.get("accept", "")):
            await _refuse(scope, receive, send, self._to_sign_in(scope, headers))
        elif scope["path"] in ADMINISTRATORS and not await self._is_administrator(scope):
            await _refuse(scope, receive, send, PlainTextResponse("This is for administrators.", 403))
        elif scope["type"] == "http":
            is_lost = "text/html" in headers.get("accept", "") and not scope["path"].startswith(PAGES)
            await (RedirectResponse("/", 303) if is_lost and scope["path"] != "/" else self.app)(scope, receive, send)
        else:
            await self.app(scope, self._looking_again(scope, receive, send), send)

    def _is_for_us(self, headers: Headers) -> bool:
        """Whether it was asked for under one of our names, not by a name somebody else bent to our address."""
        try:
            asked = urlsplit(f"//{headers.get('host', '')}")
            return (asked.hostname or "").rstrip(".") in self.serving.hosts and asked.port != 0
        except ValueError:
            return False

    def _is_from_us(self, scope: Scope, headers: Headers) -> bool:
        """Whether what changes something, or a websocket, was begun by a page of ours."""
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            return True
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site", "same-origin" if scope["type"] == "websocket" else "") == "same-origin"
        return urlsplit(origin).netloc == headers.get("host")

    async def _has_session(self, scope: Scope, *, is_used: bool) -> bool:
        cookie = HTTPConnection(scope).cookies.get(SESSION)
        found = await to_thread.run_sync(lambda: self.serving.visitor(cookie, is_used=is_used))
        return found is not None

    async def _is_administrator(self, scope: Scope) -> bool:
        cookie = HTTPConnection(scope).cookies.get(SESSION)
        found = await to_thread.run_sync(lambda: self.serving.visitor(cookie, is_used=False))
        return found is not None and Role.ADMINISTRATOR in found.account.roles

    def _to_sign_in(self, scope: Scope, headers: Headers) -> Response:
        if scope["type"] != "http" or "text/html" not in headers.get("accept", ""):
            return PlainTextResponse("Sign in first.", 401)
        asked = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        if headers.get("sec-fetch-site") == "cross-site":
            # A link in a letter: the browser keeps our cookie back until the page is asked for by a page of ours.
            return once_more(asked)
        return RedirectResponse("/sign-in" if asked == "/" else f"/sign-in?next={quote(asked, safe='')}", 303)

    def _looking_again(self, scope: Scope, receive: Receive, send: Send) -> Receive:
        """Messages of a session that has ended become a plain look at the page, which says so; nothing else is done.

        What no page of ours says ends the connection: Streamlit would write each piece of it into the log.
        """

        async def looked_at() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                said = _read(message.get("bytes") or b"")
                if said is None:
                    await send({"type": "websocket.close", "code": 1002, "reason": ""})
                    return {"type": "websocket.disconnect", "code": 1002}
                is_used = said.HasField("rerun_script") and not said.rerun_script.is_auto_rerun
                if not await self._has_session(scope, is_used=is_used):
                    plain = BackMsg()
                    plain.rerun_script.query_string = said.rerun_script.query_string
                    return {**message, "bytes": plain.SerializeToString()}
            return message

        return looked_at


def _read(data: bytes) -> BackMsg | None:
    """What a page of ours says; None for anything else."""
    said = BackMsg()
    try:
        said.ParseFromString(data)
    except Exception:  # noqa: BLE001  # protobuf's own error has no common root
        return None
    kind = said.WhichOneof("type")
    return None if kind is None or kind.startswith("debug_") else said


async def _refuse(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    if scope["type"] == "http":
        await response(scope, receive, send)
        return
    await receive()  # the websocket's request; closed before it is accepted, it is answered with 403
    await send({"type": "websocket.close", "code": 1008, "reason": ""})
