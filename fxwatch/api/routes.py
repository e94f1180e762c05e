"""The documented routes. Those who come here have been let in by `door`; each says its scope and what may go wrong."""

import asyncio
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response, Security
from fastapi.security import HTTPBearer

from fxwatch.answering import Asker
from fxwatch.api import models
from fxwatch.api.admission import require
from fxwatch.api.desk import Desk
from fxwatch.api.metrics import MEDIA_TYPE as METRICS_TYPE
from fxwatch.api.metrics import Metrics
from fxwatch.api.problems import KINDS, MEDIA_TYPE, Problem, unavailable
from fxwatch.banks import public_keys
from fxwatch.banks.receipts import receipt as receipt_of
from fxwatch.banks.taking import Taker, changes, daily_file
from fxwatch.canonical import canonical_of_plain
from fxwatch.errors import NotFound
from fxwatch.recording import home_name
from fxwatch.signing import with_signature

bearer = HTTPBearer(bearerFormat="fxw_…", description="The key that the bureau gave to your bank.", auto_error=False)
KEYED = Security(bearer)
NO_STORE = {"Cache-Control": "no-store"}
KEPT = {"Cache-Control": "private, max-age=86400, immutable", "Vary": "Authorization"}
PUBLISHED = {"Cache-Control": "public, max-age=60"}

MOST_NUMBER = 2**63 - 1


def goes_wrong(*names: str) -> dict[int | str, dict[str, Any]]:
    """What the documentation says of problems."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        KINDS[name].status: {
            "description": KINDS[name].title,
            "content": {MEDIA_TYPE: {"schema": schema}},
            **({"headers": RETRY} if name in ("too-many", "unavailable") else {}),
        }
        for name in names
    }


RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
ALWAYS = ("bad-request", "no-key", "not-yours", "too-long", "too-many", "headers-too-large", "failed", "unavailable")


def routes(desk: Desk, metrics: Metrics) -> APIRouter:
    """Every route, answered by a desk."""
    router = APIRouter()

    @router.get(
        "/v1/entities/{entity_id}/grade",
        operation_id="ask_grade",
        response_model=models.Answer,
        responses=goes_wrong(*ALWAYS, "not-found", "not-understood"),
        tags=["questions"],
        dependencies=[KEYED],
    )
    async def ask_grade(
        request: Request,
        entity_id: Annotated[models.Identifier, Path()],
        on: Annotated[models.Day | None, Query()] = None,
    ) -> Response:
        """Ask about one entity before a payment: its grade, and the documents that it asks for. Leaves a receipt."""
        asker = _asker(request, "ask_grade", "bank", takes="on")
        request.scope["answers"] = 1
        return _json(await desk.one(asker, entity_id, on), NO_STORE)

    @router.post(
        "/v1/grades:check",
        operation_id="ask_grades",
        response_model=models.Answers,
        responses=goes_wrong(*ALWAYS, "too-slow", "too-large", "not-json", "not-understood"),
        tags=["questions"],
        dependencies=[KEYED],
    )
    async def ask_grades(request: Request, question: models.Question) -> Response:
        """Ask about up to 1,000 entities as of one moment. The answers come in order, each signed, each with its receipt."""
        asker = _asker(request, "ask_grades", "bank")
        request.scope["answers"] = len(question.entity_ids)
        answers = await desk.many(asker, question.entity_ids, question.on)
        return _json(b'{"answers":[' + b",".join(answers) + b"]}", NO_STORE)

    @router.get(
        "/v1/receipts/{number}",
        operation_id="get_receipt",
        response_model=models.Answer,
        responses=goes_wrong(*ALWAYS, "not-found", "not-understood") | NOT_CHANGED,
        tags=["records"],
        dependencies=[KEYED],
    )
    async def get_receipt(
        request: Request, number: Annotated[int, Path(ge=1, le=MOST_NUMBER, description="The receipt's number.")]
    ) -> Response:
        """An answer as it was told, for the bank that asked and for the bureau; others learn nothing, not even that it is."""
        asker = _asker(request, "get_receipt", "bank", "bureau")
        await desk.limits.charge(asker.key, 1)
        bank = asker.key.bank if asker.key.scope == "bank" else None
        try:
            found = await _on_thread(desk, receipt_of, desk.home, number, bank=bank)
        except NotFound:
            # It may wait in a journal of another machine.
            if await _on_thread(desk, desk.home.register.is_receipt_elsewhere, number, home_name(desk.home.path)):
                raise unavailable() from None
            raise
        return _kept(request, _as_it_left(found), KEPT)

    @router.get(
        "/v1/changes",
        operation_id="get_changes",
        response_model=models.Changes,
        responses=goes_wrong(*ALWAYS, "not-understood"),
        tags=["lists"],
        dependencies=[KEYED],
    )
    async def get_changes(
        request: Request,
        since: Annotated[models.IsoDay, Query(description="The first day of the moves; at most a year back.")],
    ) -> Response:
        """Whose grade moved since a day, expiry included, among the entities that your bank reported or asked about."""
        asker = _asker(request, "get_changes", "bank", takes="since")
        await desk.limits.charge(asker.key, 1)
        return _json(await _on_thread(desk, changes, desk.home, _taker(asker), since), NO_STORE)

    @router.get(
        "/v1/file",
        operation_id="get_file",
        response_model=models.DailyFile,
        responses=goes_wrong(*ALWAYS),
        tags=["lists"],
        dependencies=[KEYED],
    )
    async def get_file(request: Request) -> Response:
        """Today's grades of the entities that your bank reported or asked about in twelve months, for a day without network."""
        asker = _asker(request, "get_file", "bank")
        await desk.limits.charge(asker.key, 1)
        return _json(await _on_thread(desk, daily_file, desk.home, _taker(asker)), NO_STORE)

    @router.get(
        "/v1/signing-keys",
        operation_id="get_signing_keys",
        response_model=models.PublicKeys,
        responses=goes_wrong("unavailable") | NOT_CHANGED,
        tags=["proof"],
    )
    async def get_signing_keys(request: Request) -> Response:
        """The public keys that prove answers, retired ones included. Keep a copy: it proves old receipts without a network."""
        request.scope["route_name"] = "get_signing_keys"
        keys = await _on_thread(desk, public_keys, desk.home)
        return _kept(request, canonical_of_plain({"keys": [key.as_dict() for key in keys]}).encode(), PUBLISHED)

    @router.get("/healthz", operation_id="is_alive", response_model=models.Health, tags=["running"])
    async def is_alive(request: Request) -> Response:
        """The process lives. For whoever starts it again when it does not."""
        request.scope["route_name"] = "is_alive"
        return _json(b'{"status":"ok"}', NO_STORE)

    @router.get(
        "/readyz",
        operation_id="is_ready",
        response_model=models.Health,
        responses=goes_wrong("unavailable"),
        tags=["running"],
    )
    async def is_ready(request: Request) -> Response:
        """The register can be read and a record can be written. For whoever sends it questions."""
        request.scope["route_name"] = "is_ready"
        await _on_thread(desk, desk.standing)
        await desk.records.ready()
        return _json(b'{"status":"ok"}', NO_STORE)

    @router.get("/metrics", operation_id="get_metrics", tags=["running"], response_class=Response, responses=METRICS)
    async def get_metrics(request: Request) -> Response:
        """Numbers for Prometheus: nothing of any bank. A proxy on a public network does not pass this path on."""
        request.scope["route_name"] = "get_metrics"
        return Response(metrics.text(), headers={**NO_STORE, "Content-Type": METRICS_TYPE})

    return router


NOT_CHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Not changed since the ETag that was sent."}}
METRICS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Metrics.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}


def _asker(request: Request, route: str, *scopes: str, takes: str = "") -> Asker:
    """Who asks, if the scope of the key fits. The door recognised the key before the body was read.

    An argument that is misspelt is refused: passed over, it would be a question about another day.
    """
    request.scope["route_name"] = route
    if strange := [name for name, _ in request.query_params.multi_items() if name != takes]:
        raise Problem("not-understood", f"There is no argument {strange[0]!r} here.", f"此处没有参数 {strange[0]!r}。")
    if len(request.query_params.multi_items()) > 1:
        raise Problem("not-understood", f"The argument {takes} was given twice.", f"参数 {takes} 重复。")
    asker: Asker = request.state.asker
    if asker.key.scope not in scopes:
        require(asker, scopes[0])
    return asker


def _taker(asker: Asker) -> Taker:
    return Taker(asker.key.bank, asker.key.name, asker.key.key)


async def _on_thread(desk: Desk, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(desk.threads, partial(work, *given, **named))


def _json(body: bytes, headers: dict[str, str]) -> Response:
    return Response(body, media_type="application/json", headers=headers)


def _kept(request: Request, body: bytes, headers: dict[str, str]) -> Response:
    """What may be kept by whoever asked, until its digest changes."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    known = {given.strip().removeprefix("W/") for given in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(status_code=304, headers={**headers, "ETag": tag})
    return _json(body, {**headers, "ETag": tag})


def _as_it_left(answer: dict[str, Any]) -> bytes:
    """An answer as the bytes that left; one from before answers were signed has no signature."""
    told = {name: value for name, value in answer.items() if name != "signature"}
    spelt = canonical_of_plain(told).encode()
    return with_signature(spelt, answer["signature"]) if "signature" in answer else spelt
