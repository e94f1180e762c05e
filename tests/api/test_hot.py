"""The hot question answered at the connection: nobody can tell it from the long way, and only what is usual goes it."""

import asyncio
import json
import re
import socket
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn import Config
from uvicorn.server import ServerState

from fxwatch.api.connections import Connection, watch
from fxwatch.api.desk import Desk
from fxwatch.api.hot import Hot
from fxwatch.api.metrics import Metrics
from fxwatch.errors import HouseError
from fxwatch.recording import FOLDER
from tests.api.served import HONEST, OTHER, STRANGER, Bureau, Served

DIFFERS = rb'("known_at":"[^"]+"|"receipt":\d+|"signature":"[^"]+"|date: [^\r]+|content-length: \d+)'


def asking(door: Served, entity_id: str = HONEST, *headers: str, query: str = "", who: str = "bank") -> bytes:
    lines = [f"GET /v1/entities/{entity_id}/grade{query} HTTP/1.1", "Host: x", *headers]
    lines += [f"Authorization: Bearer {door.keys.get(who, who)}"] * bool(who)
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def last(door: Served) -> bytes:
    """A request after which the server closes."""
    return b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def replies(came: bytes) -> list[bytes]:
    return [b"HTTP/1.1" + part for part in came.split(b"HTTP/1.1")[1:]]


@pytest.mark.parametrize(
    ("entity_id", "query", "who"),
    [
        (HONEST, "", "bank"),
        (STRANGER, "?on=2024-02-29", "bank"),
        ("100000445", "", "bank"),
        (HONEST, "?on=2025-07-01", "bank"),
        (HONEST, "?on=2025-02-30", "bank"),
        (HONEST, "", "wrong"),
        (HONEST, "", ""),
        (HONEST, "", "bureau"),
    ],
)
def test_the_short_way_and_the_long_one_give_the_same_bytes(door: Served, entity_id: str, query: str, who: str) -> None:
    # A header of no meaning that only the long way looks at.
    asked = (asking(door, entity_id, *more, query=query, who=who) for more in ((), ("Connection: x",)))
    short, long = (re.sub(DIFFERS, b"", replies(door.raw(sent + last(door)))[0]) for sent in asked)
    assert short == long


def test_questions_in_one_piece_are_answered_in_their_order(door: Served) -> None:
    ids = [HONEST, STRANGER, OTHER, "100000445", HONEST]
    came = replies(door.raw(b"".join(asking(door, one) for one in ids) + last(door)))
    assert [reply.split(b" ")[1] for reply in came] == [b"200", b"200", b"200", b"422", b"200", b"200"]
    for one, reply in zip(ids, came[:-1], strict=True):
        assert one.encode() in reply


@pytest.mark.parametrize("size", ["Content-Length: {}", "Transfer-Encoding: chunked"])
def test_a_body_is_never_taken_for_the_next_question(bureau: Bureau, door: Served, size: str) -> None:
    hidden = asking(door, OTHER)
    body = hidden if "{}" in size else b"%x\r\n%s\r\n0\r\n\r\n" % (len(hidden), hidden)
    before = len(bureau.asked())
    came = replies(door.raw(asking(door, HONEST, size.format(len(hidden))) + body + last(door)))
    assert len(came) == 2
    assert OTHER.encode() not in came[0]
    assert len(bureau.asked()) == before + 1


def test_a_question_cut_anywhere_is_one_question(door: Served) -> None:
    sent = asking(door)
    for cut in (1, 20, 60, len(sent) - 1):
        with socket.create_connection(("127.0.0.1", door.port), timeout=10) as connection:
            connection.sendall(sent[:cut])
            connection.sendall(sent[cut:] + last(door))
            came = b""
            while part := connection.recv(65536):
                came += part
        assert [reply[9:12] for reply in replies(came)] == [b"200", b"200"]


def test_a_connection_that_a_proxy_wants_closed_is_closed(door: Served) -> None:
    came = door.raw(asking(door, HONEST, "Proxy-Connection: close"))
    assert [reply[9:12] for reply in replies(came)] == [b"200"]
    assert b"\r\nconnection: close\r\n" in came.lower()


@pytest.mark.parametrize("more", ["Upgrade: h2c", "Upgrade: websocket"])
def test_a_wish_for_another_protocol_is_passed_over_and_the_next_question_answered(door: Served, more: str) -> None:
    told = len(door.log.read_text())
    came = replies(door.raw(asking(door, HONEST, "Connection: Upgrade", more) * 2 + asking(door, OTHER) + last(door)))
    assert [reply[9:12] for reply in came] == [b"200"] * 4
    assert OTHER.encode() in came[2]
    assert len(door.log.read_text()) == told


class Wire(asyncio.Transport):
    """What a connection writes to."""

    def __init__(self) -> None:
        super().__init__()
        self.written, self.unsent, self.is_closed = b"", 0, False

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.written += data

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    abort = close

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def pause_reading(self) -> None:
        self.is_read = False

    def resume_reading(self) -> None:
        self.is_read = True


class Said(Hot):
    """Has one answer to everything."""

    def __init__(self) -> None:
        self.metrics = Metrics()

    def answer(self, *_: object) -> bytes | None:
        return b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


async def never(scope: object, receive: object, send: object) -> None:
    await asyncio.Event().wait()


async def at_once(scope: object, receive: object, send: Callable[[dict[str, object]], Awaitable[None]]) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def connected(app: Callable[..., Awaitable[None]] = never) -> tuple[Connection, Wire]:
    made = Connection(Config(app, log_config=None), ServerState(), {}, asyncio.get_running_loop())
    made.hot, wire = Said(), Wire()
    made.connection_made(wire)
    return made, wire


QUESTION = b"GET /hot HTTP/1.1\r\nHost: x\r\n\r\n"


async def _a_long_request_behind_a_short_one() -> None:
    connection, wire = connected()
    connection.data_received(QUESTION)
    assert connection.timeout_keep_alive_task is not None, "nothing is under way"
    connection.data_received(QUESTION + b"POST /v1/grades:check HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
    await asyncio.sleep(0)
    assert wire.written.count(b"200 OK") == 2
    assert connection.timeout_keep_alive_task is None


def test_a_request_under_way_is_not_ended_by_the_rest_after_the_answer_before_it() -> None:
    asyncio.run(_a_long_request_behind_a_short_one())


async def _who_takes_no_answers() -> None:
    connection, wire = connected()
    # More is written, nothing leaves; then a little leaves each time.
    told = []
    for at, unsent in enumerate((0, 10, 12, 12, 12, 11, 10, 9, 8, 0, 0, 5, 6, 7, 8)):
        wire.unsent = unsent
        told.append(connection.takes_nothing(float(at), 2.5))
    assert [at for at, is_stuck in enumerate(told) if is_stuck] == [3, 4, 13, 14]
    watching = asyncio.ensure_future(watch({connection}, 0.02))
    connection.since = None
    while not wire.is_closed:
        await asyncio.sleep(0.01)
    watching.cancel()


def test_who_takes_no_answers_is_let_go_and_who_takes_them_slowly_is_not() -> None:
    asyncio.run(asyncio.wait_for(_who_takes_no_answers(), 10))


async def _asking_faster_than_is_answered() -> None:
    connection, wire = connected()
    connection.hot = None
    connection.data_received(QUESTION * 3)
    await asyncio.sleep(0)
    assert not wire.is_read
    for is_read in (False, True, True):
        cycle = connection._running
        await cycle.send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await cycle.send({"type": "http.response.body", "body": b""})
        await asyncio.sleep(0)
        assert wire.is_read == is_read


def test_nothing_more_is_read_while_requests_wait_for_the_one_before() -> None:
    asyncio.run(_asking_faster_than_is_answered())


async def _what_is_no_request_amid_an_answer() -> None:
    connection, wire = connected()
    connection.data_received(b"POST /long HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
    await asyncio.sleep(0)
    await connection.cycle.send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
    before = wire.written
    connection.data_received(b"no size\r\n")
    await connection.cycle.send({"type": "http.response.body", "body": b"123456789"})
    assert wire.is_closed
    assert wire.written == before, "neither a problem as the rest of an answer nor anything behind the end"


def test_a_problem_is_not_told_in_the_midst_of_an_answer() -> None:
    asyncio.run(_what_is_no_request_amid_an_answer())


def headers(own: Bureau) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", f"Bearer {own.keys['bank']}".encode())]


def test_who_must_wait_goes_the_long_way_and_nothing_is_counted(own: Bureau) -> None:
    asyncio.run(_who_must_wait(own))


async def _who_must_wait(own: Bureau) -> None:
    made = Desk(own.home)
    url, hot = f"/v1/entities/{HONEST}/grade".encode(), Hot(made, Metrics())
    assert hot.answer(url, headers(own), []) is None, "no receipt numbers are here yet"
    await made.records.fetch()
    await made.records.ready()
    told = hot.answer(url, headers(own), [])
    assert told is not None
    assert json.loads(told.partition(b"\r\n\r\n")[2])["grade"] == "A"
    own.breach("B1")
    left = made.limits._bucket(made.admit(headers(own)).key)
    before = left.left
    assert hot.answer(url, headers(own), []) is None, "an act came that is not known by heart yet"
    assert left.left >= before
    await made.learnt()
    assert b'"grade":"C"' in (hot.answer(url, headers(own), []) or b"")
    await made.close()


def test_what_cannot_be_recorded_does_not_leave(own: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object, __: bytes) -> None:
        raise HouseError("full", "满")

    monkeypatch.setattr("fxwatch.recording.Journal.append", full)
    asyncio.run(_what_cannot_be_recorded(own, b"503 Service Unavailable"))

    def broken(_: object, __: bytes) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setattr("fxwatch.recording.Journal.append", broken)
    asyncio.run(_what_cannot_be_recorded(own, b"500 Internal Server Error"))


async def _what_cannot_be_recorded(own: Bureau, status: bytes) -> None:
    made = Desk(own.home)
    await made.records.fetch()
    await made.records.ready()
    hot = Hot(made, Metrics())
    told = hot.answer(f"/v1/entities/{HONEST}/grade".encode(), headers(own), [])
    assert told is not None
    assert told.startswith(b"HTTP/1.1 " + status)
    assert HONEST.encode() not in told
    assert all(file.stat().st_size == 0 for file in (own.path / FOLDER).glob("*.jsonl"))
    await made.close()


class Heard(Said):
    """Says what it was asked, by which headers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[bytes, list[tuple[bytes, bytes]]]] = []

    def answer(self, url: bytes, headers: list[tuple[bytes, bytes]], *_: object) -> bytes | None:
        self.asked.append((url, list(headers)))
        return super().answer()


def get(entity_id: str, *lines: str) -> bytes:
    return "\r\n".join([f"GET /v1/entities/{entity_id}/grade HTTP/1.1", *lines]).encode() + b"\r\n\r\n"


PIECES = st.lists(
    st.one_of(
        st.builds(get, st.sampled_from(["1", "2"]), st.sampled_from(["host: x", "host: y"])),
        st.just(get("3", "Host: x", "A: b") + get("4", "host: x")),
        st.just(b"GET /v1/entities/5/grade HTTP/1.1\r\nhost: x\r\n\r"),
        st.just(b"\n"),
        st.just(b"POST /v1/grades:check HTTP/1.1\r\nhost: x\r\ncontent-length: 70\r\n\r\n" + get("6", "host: x")),
        st.just(b"x: y\r\n\r\n"),
    ),
    max_size=5,
)


async def _heard(pieces: list[bytes], *, knows: bool) -> tuple[list[object], bool, bytes, bool]:
    connection, wire = connected(at_once)
    connection.hot = heard = Heard()
    # The first request of a connection may have come in pieces before; the second one's headers are known from here on.
    for piece in [get("1", "host: x"), get("2", "host: x"), *pieces]:
        if not knows:
            connection._known_head = None
        connection.data_received(piece)
        await asyncio.sleep(0)
    return list(heard.asked), wire.is_closed, wire.written, connection.cycle is None


@settings(max_examples=150, deadline=None)
@given(PIECES)
def test_headers_that_are_known_change_nothing_of_what_is_understood(pieces: list[bytes]) -> None:
    with_it, without = (asyncio.run(_heard(pieces, knows=knows)) for knows in (True, False))
    assert with_it == without


async def _the_parser_is_passed_by() -> list[int]:
    connection, _ = connected()
    connection.hot = heard = Heard()
    parsed, feed = [], connection._parse

    def counted(data: bytes) -> None:
        parsed.append(len(heard.asked))
        feed(data)

    connection._parse = counted  # type: ignore[method-assign]
    for asked in ("1", "2", "3", "4"):
        connection.data_received(get(asked, "host: x"))
    connection.data_received(get("5", "host: y"))
    connection.data_received(get("6", "host: y"))
    assert [url.split(b"/")[3] for url, _ in heard.asked] == [b"1", b"2", b"3", b"4", b"5", b"6"]
    return parsed


def test_headers_are_understood_once_and_again_when_they_change() -> None:
    # The first request of a connection may have come in pieces before.
    assert asyncio.run(_the_parser_is_passed_by()) == [0, 1, 4]


async def _a_silent_connection() -> None:
    connection, wire = connected()
    connection.timeout_keep_alive = 0.2
    for _ in range(8):
        connection.data_received(get("1", "host: x"))
        await asyncio.sleep(0.05)
        assert not wire.is_closed, "it asks all the time"
    assert connection._known_head is not None
    while not wire.is_closed:
        await asyncio.sleep(0.01)


def test_a_connection_is_ended_when_it_is_silent_and_not_while_it_asks() -> None:
    asyncio.run(asyncio.wait_for(_a_silent_connection(), 10))
