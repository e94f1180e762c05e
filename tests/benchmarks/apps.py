"""What the banks' door is measured beside: a bare hello, and the same question as most people would write it.

`python -m tests.benchmarks.apps hello|plain PORT [HOME]`, on the same server with the same options.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import uvicorn

HELLO = b'{"hello":"world"}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(HELLO)).encode())]


async def hello(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": HELLO})


def plain(path: Path) -> Any:
    """A route, a response model, a key looked up in the register, and the check, which records in its own transaction."""
    from fastapi import FastAPI, Header, HTTPException

    import fxwatch
    from fxwatch.api.models import Answer
    from fxwatch.banks import digest_of
    from fxwatch.check import check

    home, app = fxwatch.open(path), FastAPI()

    @app.get("/v1/entities/{entity_id}/grade")
    def grade(entity_id: str, authorization: Annotated[str, Header()]) -> Answer:
        key = home.register.key_by_digest(digest_of(authorization.removeprefix("Bearer ")))
        if key is None or not key.works_on(home.today()):
            raise HTTPException(401)
        return Answer.model_validate(check(home, entity_id, key.bank).as_dict())

    return app


if __name__ == "__main__":
    app = hello if sys.argv[1] == "hello" else plain(Path(sys.argv[3]))
    uvicorn.run(
        app, port=int(sys.argv[2]), loop="uvloop", http="httptools", ws="none", lifespan="off",
        log_level="warning", access_log=False, proxy_headers=False, server_header=False,
    )  # fmt: skip
