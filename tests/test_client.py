"""A bank's client: it proves what it hands over, asks again when the door is busy, and goes on without a network."""

import json
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
import tenacity

from fxwatch.client import Answer, Client, DailyFile, NotProven
from fxwatch.errors import Forbidden, HouseError, NotFound, RequestError
from fxwatch.signing import PublicKey, SigningKey, seal
from fxwatch.terms import Document, Grade

KEY, OTHER = SigningKey.new(), SigningKey.new()
KNOWN = [PublicKey(KEY.key_id, KEY.public, "2026-01-01T00:00:00.000000Z")]
TOLD = {
    "entity_id": "100000016",
    "name": "Ship",
    "grade": "B",
    "documents": ["payment_instruction", "commercial_invoice"],
    "on": "2026-03-31",
    "known_at": "2026-03-31T04:00:00.000000Z",
    "valid_until": "2026-03-31T23:59:59+08:00",
    "receipt": 7,
}
FILE = {
    "bank": "120000000001",
    "documents": {"A": ["payment_instruction"], "B": [], "C": [], "unknown": ["contract"]},
    "download": 3,
    "entities": [{"entity_id": "100000016", "grade": "A", "name": "Ship"}],
    "known_at": "2026-03-31T04:00:00.000000Z",
    "on": "2026-03-31",
    "valid_until": "2026-04-01T23:59:59+08:00",
}


class Door:
    """A door that answers what it is told to, and remembers what came."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.came: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.came.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def client(self, **more: object) -> Client:
        more = {"keys": KNOWN} | more
        return Client("http://door", "fxw_secret", transport=httpx.MockTransport(self), **more)


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """The seconds that a client would have waited; it does not."""
    waited: list[float] = []
    monkeypatch.setattr(tenacity.nap.time, "sleep", waited.append)
    return waited


def problem(status: int, detail: str = "so it is", **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"detail": detail}, headers=headers)


def test_an_answer_comes_typed_and_proved():
    door = Door(seal(TOLD, KEY))
    answer = door.client().ask("100000016", on=date(2026, 3, 31))
    assert (answer.grade, answer.documents) == (Grade.B, (Document.PAYMENT_INSTRUCTION, Document.COMMERCIAL_INVOICE))
    assert (answer.on, answer.receipt, answer.known_at) == (date(2026, 3, 31), 7, datetime(2026, 3, 31, 4, tzinfo=UTC))
    request = door.came[0]
    assert str(request.url) == "http://door/v1/entities/100000016/grade?on=2026-03-31"
    assert request.headers["Authorization"] == "Bearer fxw_secret"


def test_a_day_is_also_taken_as_text_and_what_is_none_is_refused():
    door = Door(seal(TOLD, KEY))
    assert door.client().ask("100000016", on="2026-03-31").on == date(2026, 3, 31)
    assert door.came[0].url.query == b"on=2026-03-31"
    with pytest.raises(RequestError, match="2026-02-30 is no day"):
        door.client().ask("100000016", on="2026-02-30")


def test_an_identifier_cannot_lead_to_another_path():
    door = Door(seal(TOLD, KEY))
    door.client().ask("../../receipts/1?x=#")
    assert door.came[0].url.raw_path == b"/v1/entities/..%2F..%2Freceipts%2F1%3Fx%3D%23/grade"


@pytest.mark.parametrize("document", [seal(TOLD, KEY) | {"grade": "A"}, TOLD, seal(TOLD, OTHER)])
def test_an_answer_that_is_not_proved_is_never_handed_over(document):
    with pytest.raises(NotProven, match="must not be relied on"):
        Door(document).client().ask("100000016")
    with pytest.raises(NotProven):
        Door({"answers": [seal(TOLD, KEY), document]}).client().ask_each(["a", "b"])
    with pytest.raises(NotProven):
        Door(document).client().receipt(7)


def test_keys_that_were_given_are_the_only_ones_that_are_trusted():
    published = {"keys": [PublicKey(OTHER.key_id, OTHER.public, "2026-01-01T00:00:00Z").as_dict()]}
    door = Door(seal(TOLD, OTHER), published)
    with pytest.raises(NotProven):
        door.client().ask("100000016")
    assert len(door.came) == 1


def test_without_keys_those_that_the_door_publishes_are_fetched_once_and_again_for_a_new_one():
    mine, new = (PublicKey(k.key_id, k.public, "2026-01-01T00:00:00Z").as_dict() for k in (KEY, OTHER))
    door = Door(seal(TOLD, KEY), {"keys": [mine]}, seal(TOLD, KEY), seal(TOLD, OTHER), {"keys": [mine, new]})
    client = door.client(keys=None)
    assert [client.ask("x").receipt for _ in range(3)] == [7, 7, 7]
    assert [r.url.path.split("/")[2] for r in door.came] == [
        "entities",
        "signing-keys",
        "entities",
        "entities",
        "signing-keys",
    ]


def test_many_are_asked_in_parts_and_come_in_their_order():
    def door(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["entity_ids"]
        return httpx.Response(200, json={"answers": [seal(TOLD | {"entity_id": e}, KEY) for e in asked]})

    ids = [f"E{n}" for n in range(1001)]
    client = Client("http://door", "x", keys=KNOWN, transport=httpx.MockTransport(door))
    assert [answer.entity_id for answer in client.ask_each(ids)] == ids
    assert client.ask_each([]) == []


@pytest.mark.parametrize(
    "busy", [problem(503), problem(429), problem(502), httpx.ConnectError("refused"), httpx.ReadTimeout("slow")]
)
def test_a_door_that_is_busy_or_out_of_reach_is_asked_again(busy, waits):
    door = Door(busy, busy, seal(TOLD, KEY))
    assert door.client().ask("100000016").receipt == 7
    assert len(door.came) == 3
    assert len(waits) == 2


def test_as_long_is_waited_as_the_door_asks_but_not_for_ever(waits):
    door = Door(problem(429, **{"Retry-After": "3"}), problem(503, **{"Retry-After": "86400"}), seal(TOLD, KEY))
    door.client().ask("100000016")
    assert waits == [3.0, 30.0]


def test_after_the_last_try_it_says_what_to_do(waits):
    door = Door(problem(503, "the disk is full"))
    with pytest.raises(HouseError, match=r"the disk is full.*daily file"):
        door.client(tries=3).ask("100000016")
    assert len(door.came) == 3


@pytest.mark.parametrize(
    ("status", "error"), [(401, Forbidden), (403, Forbidden), (404, NotFound), (422, RequestError), (307, RequestError)]
)
def test_a_refusal_is_told_at_once_in_the_doors_own_sentence(status, error, waits):
    door = Door(problem(status))
    with pytest.raises(error, match="so it is"):
        door.client().ask("100000016")
    assert (len(door.came), waits) == (1, [])


def test_what_is_no_door_is_told_in_a_sentence():
    with pytest.raises(HouseError, match="JSON"):
        Door(httpx.Response(200, text="<html>")).client().ask("100000016")
    with pytest.raises(RequestError, match="address"):
        Client("ftp://door", "x", keys=KNOWN).ask("100000016")


def test_the_secret_is_in_no_error_and_no_repr(waits):
    client = Door(problem(503)).client()
    with pytest.raises(HouseError) as fault:
        client.ask("100000016")
    assert "fxw_secret" not in f"{fault.value}{fault.value.__cause__}{client!r}{vars(client)!r}"


def test_moves_come_typed():
    rows = [{"entity_id": "E", "name": "n", "on": "2026-03-02", "before": "A", "grade": "C"}]
    document = seal({"bank": "b", "known_at": TOLD["known_at"], "moves": rows}, KEY)
    (move,) = Door(document).client().changes(date(2026, 3, 1))
    assert (move.entity_id, move.on, move.before, move.grade) == ("E", date(2026, 3, 2), Grade.A, Grade.C)


def test_a_daily_file_is_kept_and_used_without_a_network(tmp_path):
    Door(seal(FILE, KEY)).client().daily_file().save(tmp_path / "file.json")
    taken = DailyFile.load(tmp_path / "file.json", KNOWN)
    now = datetime(2026, 4, 1, 12, tzinfo=UTC)
    assert taken.grade_of("100000016", now) == (Grade.A, (Document.PAYMENT_INSTRUCTION,))
    assert taken.grade_of("elsewhere", now) == (Grade.UNKNOWN, (Document.CONTRACT,))


def test_a_daily_file_that_was_changed_is_not_taken(tmp_path):
    (tmp_path / "file.json").write_text(json.dumps(seal(FILE, KEY) | {"valid_until": "2027-01-01T00:00:00+08:00"}))
    with pytest.raises(NotProven):
        DailyFile.load(tmp_path / "file.json", KNOWN)


def test_a_daily_file_is_good_to_its_last_second():
    taken = DailyFile.of(seal(FILE, KEY))
    assert taken.grade_of("100000016", taken.valid_until)[0] == Grade.A
    with pytest.raises(RequestError, match="was good until"):
        taken.grade_of("100000016", taken.valid_until + timedelta(seconds=1))


def test_an_answer_that_was_kept_is_the_proof(tmp_path):
    Answer.of(seal(TOLD, KEY)).save(tmp_path / "answer.json")
    assert json.loads((tmp_path / "answer.json").read_text()) == seal(TOLD, KEY)
