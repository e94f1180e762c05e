"""Headers that every answer bears: no other host, no frame, nothing kept, nothing guessed."""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Streamlit's own styles are written into the page by its script; everything else comes from files of this server.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'{scripts}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_LASTING = "/static/"  # files whose names change with their content


@cache
def policy() -> str:
    """The content security policy. The one script inside Streamlit's page is allowed by its digest, no other is."""
    page = files("streamlit").joinpath("static", "index.html").read_text("utf-8")
    inside = [s for s in re.findall(r"<script>(.*?)</script>", page, re.DOTALL) if s.strip()]
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inside]
    return _POLICY.format(scripts="".join(f" 'sha256-{digest}'" for digest in digests))


class Headers:
    """Puts the headers on every answer."""

    def __init__(self, app: ASGIApp, is_https: bool = False) -> None:
        self.app = app
        self.headers = (
            HEADERS
            | {"content-security-policy": policy()}
            | ({"strict-transport-security": "max-age=31536000"} if is_https else {})
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                if not (scope["path"].startswith(_LASTING) and message["status"] == 200):
                    headers["cache-control"] = "no-store"
                elif "private" not in headers.get("cache-control", ""):
                    headers["cache-control"] = "private, max-age=31536000, immutable"
            await send(message)

        await self.app(scope, receive, with_headers)
