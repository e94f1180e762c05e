"""What somebody who means harm tries: each is refused with a problem or a closed connection, and others are answered on."""

import socket
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.served import HONEST, STRANGER, Bureau, Served, received, serving

PATH = f"/v1/entities/{HONEST}/grade"
JSON = b"Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def quick(bureau: Bureau) -> Served:
    """A door that waits for a second alone, and lets few in."""
    with serving(
        bureau.path, bureau.keys, environment={"FXWATCH_API_SECONDS": "1", "FXWATCH_API_CONNECTIONS": "40"}
    ) as served:
        yield served


@pytest.fixture(autouse=True)
def _others_are_answered_on(request: pytest.FixtureRequest, bureau: Bureau) -> None:
    yield
    for name in {"door", "quick"} & set(request.fixturenames):
        served = request.getfixturevalue(name)
        assert served.grade()["grade"] == "A"
        assert "Traceback" not in served.log.read_text()


def head(bureau: Bureau, method: str = "POST", path: str = "/v1/grades:check") -> bytes:
    key = bureau.keys["bank"]
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n".encode()


def status(reply: bytes) -> int:
    return int(reply.split(b" ", 2)[1])


def send_until_closed(connection: socket.socket, parts: Iterable[bytes], seconds: float) -> int:
    """How many bytes were taken until the other side closed."""
    sent = 0
    try:
        for part in parts:
            connection.sendall(part)
            sent += len(part)
            time.sleep(seconds)
    except OSError:
        return sent
    return sent


def test_a_body_that_is_too_large_is_refused_before_it_is_read(bureau: Bureau, door: Served) -> None:
    reply = door.raw(head(bureau) + JSON + b"Content-Length: 99999999999\r\n\r\n{")
    assert status(reply) == 413
    assert b"/v1/problems/too-large" in reply


def test_a_body_without_end_is_refused_when_it_is_too_large(bureau: Bureau, door: Served) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    reply = door.raw(head(bureau) + JSON + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 3)
    assert status(reply) == 413


def test_a_body_of_somebody_without_a_key_is_not_read_at_all(door: Served) -> None:
    reply = door.raw(
        b"POST /v1/grades:check HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n", 5
    )
    assert status(reply) == 401


def test_a_slow_body_is_given_up(bureau: Bureau, quick: Served) -> None:
    began = time.monotonic()
    reply = quick.raw(head(bureau) + JSON + b"Content-Length: 100\r\n\r\n{")
    assert status(reply) == 408
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("sent", [b"", b"G", b"GET /v1/signing-keys HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_who_does_not_finish_a_request_is_let_go(quick: Served, sent: bytes) -> None:
    began = time.monotonic()
    reply = quick.raw(sent)
    assert time.monotonic() - began < 6
    assert status(reply) == 408


def test_who_takes_a_long_answer_slowly_gets_all_of_it(bureau: Bureau, quick: Served) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.connect(("127.0.0.1", quick.port))
        connection.settimeout(10)
        asked = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 40
        connection.sendall(asked + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        came = bytearray()
        while part := connection.recv(8192):
            came += part
            time.sleep(0.006)
    assert came.count(b"HTTP/1.1 200 OK") == 41


def test_one_byte_a_moment_does_not_hold_a_connection_open(quick: Served) -> None:
    with socket.create_connection(("127.0.0.1", quick.port), timeout=10) as connection:
        began = time.monotonic()
        sent = send_until_closed(connection, (bytes([byte]) for byte in b"GET / HTTP/1.1\r\nX: " + b"a" * 1000), 0.05)
        assert sent < 200
        assert time.monotonic() - began < 8


@pytest.mark.parametrize(
    "headers",
    [
        b"X: " + b"a" * 70_000 + b"\r\n",
        b"X: " + b"a" * 20_000 + b"\r\n",
        b"".join(b"X%d: y\r\n" % n for n in range(100)),
    ],
)
def test_a_flood_of_headers_is_refused(bureau: Bureau, door: Served, headers: bytes) -> None:
    reply = door.raw(head(bureau, "GET", PATH) + headers + b"\r\n")
    assert status(reply) == 431
    assert b"/v1/problems/headers-too-large" in reply


def test_whoever_asks_on_without_end_is_sent_away_and_fills_no_memory(door: Served) -> None:
    row = b"GET /x HTTP/1.1\r\nA: b\r\n\r\n" * 5000
    came = door.raw(row)
    assert b" 503 Service Unavailable" in came
    assert came.count(b"HTTP/1.1 ") < 200


def test_behind_a_refused_request_nothing_is_answered(bureau: Bureau, door: Served) -> None:
    flood = head(bureau, "GET", PATH) + b"".join(b"X%d: y\r\n" % n for n in range(100)) + b"\r\n"
    before = len(bureau.asked())
    reply = door.raw(flood + (head(bureau, "GET", PATH) + b"\r\n") * 3)
    assert status(reply) == 431
    assert reply.count(b"HTTP/1.1") == 1
    time.sleep(0.2)
    assert len(bureau.asked()) == before


def test_a_header_without_end_is_refused_before_it_fills_the_memory(door: Served) -> None:
    with socket.create_connection(("127.0.0.1", door.port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        assert send_until_closed(connection, (b"a" * 4096 for _ in range(2000)), 0.001) < 4_000_000


def test_a_long_address_is_refused(bureau: Bureau, door: Served) -> None:
    assert door.get(PATH + "?x=" + "a" * 4000).status_code == 414
    assert status(door.raw(head(bureau, "GET", PATH + "?x=" + "a" * 20_000) + b"\r\n")) == 431


def test_thousands_of_connections_leave_room_for_a_bank(bureau: Bureau, tmp_path) -> None:
    with serving(bureau.path, bureau.keys, environment={"FXWATCH_API_CONNECTIONS": "2500"}) as served:
        idle = []
        try:
            for _ in range(2000):
                idle.append(socket.create_connection(("127.0.0.1", served.port), timeout=10))
            assert served.grade()["grade"] == "A"
        finally:
            for connection in idle:
                connection.close()
        assert served.grade()["grade"] == "A"


def test_more_connections_than_there_is_room_for_are_told_to_come_again(quick: Served) -> None:
    held = [socket.create_connection(("127.0.0.1", quick.port), timeout=10) for _ in range(60)]
    try:
        replies = [received(connection) for connection in held[50:]]
    finally:
        for connection in held:
            connection.close()
    assert {status(reply) for reply in replies} == {503}
    time.sleep(0.2)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/entities/../../etc/passwd/grade",
        "/v1/entities/..%2f..%2fetc%2fpasswd/grade",
        "/v1/entities/%00/grade",
        f"/v1/entities/{HONEST}%00/grade",
        f"//v1/entities/{HONEST}/grade",
        f"/v1//entities/{HONEST}/grade",
        f"/v1/entities/{HONEST}/grade/",
        f"/v1/entities/{HONEST}/grade;x=1",
        f"/v1/entities/{HONEST}/../{HONEST}/grade",
        f"/V1/entities/{HONEST}/grade",
        f"/v1/entities/{HONEST}%2fgrade",
        f"/v1/entities/{HONEST}/grade%0a",
        "/metrics%0a",
        "/v1/entities//grade",
        "/v1/entities/%ff%fe/grade",
        f"/v1/entities/{HONEST}/flows",
        f"/v1/entities/{HONEST}/hits",
        f"/v1/entities/{HONEST}/notices",
        "/v1/questions",
    ],
)
def test_tricks_with_the_path_find_nothing(bureau: Bureau, door: Served, path: str) -> None:
    reply = door.raw(head(bureau, "GET", path) + b"Connection: close\r\n\r\n")
    assert status(reply) in (404, 422, 400), reply
    assert b"application/problem+json" in reply
    assert b"root:" not in reply


@pytest.mark.parametrize(
    "entity_id",
    [
        "' OR '1'='1",
        "100000446' --",
        '100000446"; DROP TABLE roll; --',
        "100000446 UNION SELECT answer FROM questions",
        "%",
        "1000004_6",
        "１００００0446",
        "10000044б",
        "100000446\u0000",
        "100000446\u200b",
        "IOOOOO446",
        "٠٠٠٠٠٠٠٠٠",
        "𝟏𝟎𝟎𝟎𝟎𝟎𝟒𝟒𝟔",
        "a" * 65,
        "a" * 1000,
        "000000000",
    ],
)
def test_what_only_looks_like_an_identifier_is_none(bureau: Bureau, door: Served, entity_id: str) -> None:
    before = len(bureau.asked())
    one = door.http.get(
        door.http.base_url.copy_with(raw_path=b"/v1/entities/" + quote(entity_id) + b"/grade"),
        headers=door.headers("bank"),
    )
    assert one.status_code in (422, 414), one.text
    assert door.post({"entity_ids": [HONEST, entity_id]}).status_code == 422
    assert len(bureau.asked()) == before


def quote(text: str) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in text.encode())


@pytest.mark.parametrize(
    "given", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "application/jsonp"]
)
def test_a_body_of_another_type_is_refused(bureau: Bureau, door: Served, given: str) -> None:
    headers = door.headers("bank") | {"Content-Type": given}
    reply = door.http.post("/v1/grades:check", content=b'{"entity_ids":["100000446"]}', headers=headers)
    assert (reply.status_code, reply.json()["type"]) == (415, "/v1/problems/not-json")


def test_a_packed_body_is_refused(door: Served) -> None:
    headers = door.headers("bank") | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert door.http.post("/v1/grades:check", content=b"\x1f\x8b", headers=headers).status_code == 415


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 60_000, b'{"entity_ids":' + b"[" * 10_000, b"NaN", b'"\\ud800"']
)
def test_a_body_that_is_no_json_is_refused(door: Served, body: bytes) -> None:
    headers = door.headers("bank") | {"Content-Type": "application/json"}
    reply = door.http.post("/v1/grades:check", content=body, headers=headers)
    assert reply.status_code in (400, 422), reply.text
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND", "QUERY"])
def test_other_methods_are_refused_and_the_right_ones_named(door: Served, method: str) -> None:
    headers = door.headers("bank") | {"Content-Type": "application/json"}
    reply = door.http.request(method, PATH, headers=headers)
    assert reply.status_code in (405, 400)
    if reply.status_code == 405:
        assert reply.headers["allow"] == "GET"
    assert door.http.get("/v1/grades:check", headers=headers).status_code == 405


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST /v1/grades:check HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/grades:check HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/grades:check HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"GET /v1/\xff HTTP/1.1\r\n\r\n",
        b"\r\n" * 5 + b"\x00" * 100,
        b"CONNECT x:1 HTTP/1.1\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_no_request_is_said_to_be_none(door: Served, sent: bytes) -> None:
    reply = door.raw(sent + b"\r\n\r\n")
    assert status(reply) in (400, 401, 404, 405), reply
    assert b"application/problem+json" in reply


def test_what_is_no_request_is_counted_and_does_not_fill_the_log(door: Served) -> None:
    def counted() -> float:
        lines = door.http.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if 'route="connection",status="400"' in line)

    before, told = counted(), len(door.log.read_text())
    for _ in range(3):
        assert status(door.raw(b"\x00garbage\r\n\r\n")) == 400
    assert counted() == before + 3
    assert len(door.log.read_text()) == told


def test_a_receipt_of_another_bank_cannot_be_found_by_counting(bureau: Bureau, door: Served) -> None:
    number = door.grade()["receipt"]
    replies = {door.get(f"/v1/receipts/{n}", "rival").status_code for n in range(max(1, number - 20), number + 20)}
    assert replies == {404}


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "x", "1e9", "9" * 30, "%31", "१"])
def test_a_receipt_has_a_number(door: Served, number: str) -> None:
    assert door.get(f"/v1/receipts/{number}").status_code in (404, 422) or number == "%31"


def test_whose_address_is_claimed_in_a_header_is_not_believed(bureau: Bureau, door: Served) -> None:
    headers = door.headers("bank") | {
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Proto": "https",
        "Host": "evil.example",
    }
    reply = door.http.get("/v1/nothing", headers=headers)
    assert "evil" not in reply.text + str(reply.headers)


def test_a_crowd_at_one_moment_is_answered_to_the_last(bureau: Bureau, door: Served) -> None:
    barrier = threading.Barrier(50)

    def ask(number: int) -> int:
        barrier.wait(10)
        return door.grade(HONEST if number % 2 else STRANGER)["receipt"]

    with ThreadPoolExecutor(50) as crowd:
        receipts = list(crowd.map(ask, range(50)))
    assert len(set(receipts)) == 50
