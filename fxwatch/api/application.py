"""The application: the documented routes behind the door, with the keeper beside them as long as it runs."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from fxwatch import __version__
from fxwatch.api import models
from fxwatch.api.desk import Desk
from fxwatch.api.door import Door
from fxwatch.api.keeper import Keeper
from fxwatch.api.metrics import Metrics
from fxwatch.api.pages import pages
from fxwatch.api.problems import FAILED, Problem, language_of, of_fault, of_status
from fxwatch.api.routes import routes
from fxwatch.errors import FxwatchError, HouseError

if TYPE_CHECKING:
    from fxwatch.home import Home

log = logging.getLogger("fxwatch.api")

DESCRIPTION = """
The question before every payment abroad: which integrity grade has this entity, and which documents does that ask for?
Every answer is signed and on record before it leaves; its receipt proves it later. Errors are problems (RFC 9457):
the path in `type` explains each.
"""


def application(home: "Home") -> Door:
    """What the server calls.

    Raises:
        HouseError: the home's register or signing key cannot be read.
    """
    desk, metrics = Desk(home), Metrics()
    keeper = Keeper(desk, metrics)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        await keeper.start()
        try:
            yield
        finally:
            await keeper.stop()

    app = FastAPI(
        title="fxwatch, the banks' door",
        version=__version__,
        description=DESCRIPTION,
        openapi_url=None,  # `pages` serves it, with a tag by which it can be kept
        docs_url=None,  # its pages would be fetched from another host
        redoc_url=None,
        lifespan=life,
        redirect_slashes=False,
    )
    app.include_router(routes(desk, metrics))
    app.include_router(pages(app))
    _say_problems(app)
    _describe(app)
    return Door(desk, app, metrics)


def _say_problems(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def problem(request: Request, fault: Problem) -> Response:
        return _reply(request, fault)

    @app.exception_handler(FxwatchError)
    async def house(request: Request, fault: FxwatchError) -> Response:
        if isinstance(fault, HouseError):
            log.error("Nothing was answered: %s", fault)
        return _reply(request, of_fault(fault))

    @app.exception_handler(Exception)
    async def failed(request: Request, _: Exception) -> Response:
        return _reply(request, FAILED)  # the door, to which the fault goes on, writes it into the log

    @app.exception_handler(RequestValidationError)
    async def not_understood(request: Request, fault: RequestValidationError) -> Response:
        return _reply(request, _misfit(fault))

    @app.exception_handler(HTTPException)
    async def other(request: Request, fault: HTTPException) -> Response:
        headers = [(name.lower().encode(), value.encode()) for name, value in (fault.headers or {}).items()]
        return _reply(request, of_status(fault.status_code, headers))


def _misfit(fault: RequestValidationError) -> Problem:
    errors = [{"where": [str(part) for part in e["loc"]], "what": e["msg"]} for e in fault.errors()]
    if any(e["type"] == "json_invalid" for e in fault.errors()):
        return Problem("bad-request", "The body is no JSON.", "请求体不是 JSON。", more={"errors": errors})
    first = errors[0]
    return Problem(
        "not-understood",
        f"{'.'.join(first['where'])}: {first['what']}.",
        f"{'.'.join(first['where'])}:{first['what']}。",
        more={"errors": errors},
    )


def _reply(request: Request, problem: Problem) -> Response:
    body = problem.body(language_of(request.scope["headers"]))
    reply = Response(body, status_code=problem.status)
    reply.raw_headers = problem.all_headers(body)
    return reply


def _describe(app: FastAPI) -> None:
    """The OpenAPI document: ours alone, with the problems of every route and without what no route ever answers."""
    made = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = made()
            shapes = schema["components"]["schemas"]
            shapes["Problem"] = models.Problem.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                shapes.pop(unused, None)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]
