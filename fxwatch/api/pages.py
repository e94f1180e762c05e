"""The documentation that the server itself shows: the OpenAPI document, a page for people, and what each problem means.

Everything comes from this server: no script, no style and no picture of another host.
"""

import json
from hashlib import sha256
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Request, Response

from fxwatch.api.problems import KINDS, PLACE, of_status

KEPT = {"Cache-Control": "public, max-age=300"}
STRICT = {
    **KEPT,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}code{background:#eee}td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}"


def pages(app: FastAPI) -> APIRouter:
    """The pages of an application."""
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json")
    async def openapi(request: Request) -> Response:
        """The document from which clients are made."""
        body = json.dumps(app.openapi(), ensure_ascii=False).encode()
        tag = f'"{sha256(body).hexdigest()[:32]}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={**KEPT, "ETag": tag})
        return Response(body, media_type="application/json", headers={**KEPT, "ETag": tag})

    @router.get("/docs")
    async def docs() -> Response:
        """The same for people."""
        return _page(app.title, _routes(app.openapi()))

    @router.get("/v1/problems")
    async def problems() -> Response:
        """Every kind of problem."""
        rows = (f'<tr><td>{k.status}<td><a href="{PLACE}{n}">{n}</a><td>{escape(k.title)}' for n, k in KINDS.items())
        return _page("Problems", f"<table>{''.join(rows)}</table>")

    @router.get("/v1/problems/{name}")
    async def problem(name: Annotated[str, Path()]) -> Response:
        """What one kind of problem means."""
        if name not in KINDS:
            raise of_status(404, [])
        kind = KINDS[name]
        return _page(f"{kind.status} {kind.title}", f"<p><code>{PLACE}{name}</code><p>{escape(kind.meaning)}")

    return router


def _routes(document: dict[str, Any]) -> str:
    told = [
        f"<p>{escape(document['info']['description'])}",
        '<p><a href="/openapi.json">openapi.json</a> · <a href="/v1/problems">problems</a>',
    ]
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            given = "".join(
                f"<tr><td><code>{escape(p['name'])}</code><td>{p['in']}<td>{escape(p.get('description', ''))}"
                for p in route.get("parameters", [])
            )
            given += _fields(route.get("requestBody", {}), document, "body")
            answered = _fields(route["responses"].get("200", {}), document, "answer")
            replies = ", ".join(
                f"{status} {escape(reply['description'])}" for status, reply in sorted(route["responses"].items())
            )
            told.append(
                f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(route.get('description', ''))}"
                f"<table>{given}{answered}</table><p>{replies}"
            )
    return "".join(told)


def _fields(said: dict[str, Any], document: dict[str, Any], where: str) -> str:
    """The fields of a body or an answer, a row each; those of what a list holds beneath it."""
    schema = said.get("content", {}).get("application/json", {}).get("schema", {})
    return "".join(
        f"<tr><td><code>{escape(name)}</code><td>{where}, {kind}<td>{escape(description)}"
        for name, (kind, description) in _named(schema, document, "").items()
    )


def _named(schema: dict[str, Any], document: dict[str, Any], within: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for name, field in _meant(schema, document).get("properties", {}).items():
        options = [_meant(option, document) for option in field.get("anyOf", [field])]
        meant = next(option for option in options if option.get("type") != "null")
        kind = meant.get("format") or meant["type"]
        found[within + name] = (kind, field.get("description", ""))
        if kind == "array":
            found |= _named(meant.get("items", {}), document, f"{within}{name}[].")
    return found


def _meant(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """What a schema says, or the one that it names."""
    named: str = schema.get("$ref", "")
    found: dict[str, Any] = document["components"]["schemas"][named.rpartition("/")[2]] if named else schema
    return found


def _page(title: str, body: str) -> Response:
    text = f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>{body}"
    return Response(text, media_type="text/html", headers=STRICT)
