"""The gate's routes: signing in and out, the language, whether the server lives."""

from functools import partial
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboards import words
from dashboards.gate.pages import sign_in_page, style
from dashboards.gate.seal import LANGUAGE, SESSION
from dashboards.serving import Serving
from fxwatch.admission import sign_in, sign_out
from fxwatch.errors import FxwatchError, HouseError
from fxwatch.terms import Language

_LONGEST_FORM = 4_096  # bytes
_YEAR = 365 * 24 * 3600


class Gate:
    """Answers at the gate of one home."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        # Judging a password takes 64 MiB: two at a time, the others wait.
        self.judges = CapacityLimiter(2)

    def routes(self) -> list[Route]:
        """What the gate answers, all of it without a session."""
        return [
            Route("/sign-in", self.show, methods=["GET"]),
            Route("/sign-in", self.enter, methods=["POST"]),
            Route("/sign-out", self.leave, methods=["GET"]),
            Route("/language/{language}", self.speak, methods=["GET"]),
            Route("/style.css", _style, methods=["GET"]),
            Route("/healthz", self.live, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page; whoever has a session already goes on."""
        wanted = path_of_ours(request.query_params.get("next", ""))
        visitor = await to_thread.run_sync(self.serving.visitor, request.cookies.get(SESSION))
        return RedirectResponse(wanted, 303) if visitor else self.page(request, wanted)

    async def enter(self, request: Request) -> Response:
        """A name and a password were sent."""
        form = await _form(request)
        name, wanted = form.get("name", ""), path_of_ours(form.get("next", ""))
        address = request.client.host if request.client else "unknown"
        attempt = partial(sign_in, self.serving.home, name, form.get("password", ""), address=address)
        try:
            token = await to_thread.run_sync(attempt, limiter=self.judges)
        except FxwatchError as fault:
            told = fault.say(self.language(request))
            return self.page(request, wanted, name=name, refusal=told, status=fault.http_status)
        return self.admit(token, RedirectResponse(wanted, 303))

    def admit(self, token: str, response: Response) -> Response:
        """Give the browser its session."""
        response.set_cookie(
            SESSION, self.serving.seal.close(token), httponly=True, samesite="strict", secure=self.serving.is_https
        )
        return response

    async def leave(self, request: Request) -> Response:
        """Sign out: the session ends here and in every other window. Only a page of ours can ask for it."""
        token = self.serving.seal.open(request.cookies.get(SESSION))
        if token and request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none"):
            await to_thread.run_sync(sign_out, self.serving.home, token)
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(SESSION, httponly=True, samesite="strict", secure=self.serving.is_https)
        return response

    async def speak(self, request: Request) -> Response:
        """Remember the language that was chosen at the gate."""
        chosen = request.path_params["language"]
        response = RedirectResponse("/sign-in", 303)
        if chosen in ("en", "zh"):
            response.set_cookie(
                LANGUAGE, chosen, max_age=_YEAR, httponly=True, samesite="lax", secure=self.serving.is_https
            )
        return response

    async def live(self, request: Request) -> Response:
        """Whether the home can be read: for whoever watches over the server."""
        try:
            await to_thread.run_sync(self.serving.home.register.last_act)
        except HouseError:
            return PlainTextResponse("the register cannot be read", 503)
        return PlainTextResponse("ok")

    def language(self, request: Request) -> Language:
        """The language of whoever is not signed in."""
        spoken = request.headers.get("accept-language")
        return self.serving.language(request.cookies.get(LANGUAGE), spoken)

    def page(self, request: Request, wanted: str, **more: object) -> Response:
        """The sign-in page in the reader's language; `more` as for `sign_in_page`."""
        language = self.language(request)
        notice = words.say("shell.simulation", language) if self.serving.home.simulation else ""
        provider = bool(self.serving.home.settings.oidc_issuer)
        return sign_in_page(language, next_page=wanted, notice=notice, provider=provider, **more)  # type: ignore[arg-type]


def path_of_ours(asked: str) -> str:
    """Where to go after signing in: a path of this server, the first page for anything else.

    >>> path_of_ours("/review?hit=a"), path_of_ours("//evil.example"), path_of_ours("https://evil.example")
    ('/review?hit=a', '/', '/')
    """
    is_path = asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable()
    return asked if is_path and "\\" not in asked else "/"


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


async def _style(request: Request) -> Response:
    return Response(style(), media_type="text/css")
