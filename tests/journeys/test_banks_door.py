"""A bank's year at the banks' door, start to end, through the real doors: the command line of the bureau, a server that runs,
and the bank's own client."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from fxwatch.client import Client, DailyFile
from fxwatch.errors import Forbidden, HouseError, NotFound
from fxwatch.signing import keys_from
from fxwatch.terms import Grade
from tests import shell
from tests.api.served import Served, serving

NORTH, SOUTH = "120000000001", "440000000001"
SHIP, LAW, INN = "100000016", "100000446", "10000042X"
ENTITIES = f"entity_id,name,industry,registered_on\n{SHIP},Bohai Lines,5521,2010-01-01\n{LAW},Jinmen Law,7231,2010-01-01\n{INN},Haihe Inn,6110,2010-01-01\n"
FLOWS = f"""declaration_no,entity_id,direction,day,code,currency,amount,bank
S1,{SHIP},payment,2026-03-02,222011,USD,600000.00,{NORTH}
S2,{SHIP},payment,2026-03-31,222011,USD,100.00,{NORTH}
L1,{LAW},payment,2026-03-31,228021,USD,200.00,{NORTH}
I1,{INN},payment,2026-03-31,223010,USD,300.00,{SOUTH}
"""
HIT = "large_transport_transfer:S1"


class Bureau:
    """A home, and its command line; the server is a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"
        (folder / "entities.csv").write_text(ENTITIES, "utf-8")
        (folder / "flows.csv").write_text(FLOWS, "utf-8")
        self.says("init", "--simulation")
        self.says("settings", "set", "today", "2026-03-31")
        self.says("load", "entities", str(folder / "entities.csv"))
        self.says("load", "flows", str(folder / "flows.csv"))
        self.says("run")

    def give(self, *words: str) -> CompletedProcess[str]:
        return shell.give("--home", str(self.home), *words)

    def says(self, *words: str) -> str:
        done = self.give(*words)
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def rows(self, *words: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self.says(*words, "--json"))
        return found

    def key(self, bank: str, name: str, *more: str) -> str:
        secret: str = json.loads(self.says("keys", "add", bank, "--name", name, *more, "--json"))["secret"]
        time.sleep(1)  # a new key works within a second
        return secret


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    return Bureau(tmp_path_factory.mktemp("door"))


@pytest.fixture(scope="module")
def door(bureau: Bureau) -> Iterator[Served]:
    with serving(bureau.home, {}) as served:
        yield served


def ask_once(url: str, secret: str) -> None:
    with Client(url, secret, tries=1) as bank:
        bank.ask(SHIP)


def refused_within_a_second(bank: Client) -> bool:
    until = time.monotonic() + 1
    while time.monotonic() < until:
        try:
            bank.ask(INN)
        except Forbidden:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def banks(bureau: Bureau, door: Served) -> Iterator[list[Client]]:
    """The two banks, each with a key that the bureau handed over."""
    with ExitStack() as open_until_the_end:
        yield [open_until_the_end.enter_context(Client(door.url, bureau.key(bank, "core"))) for bank in (NORTH, SOUTH)]


def test_the_journey_of_a_bank(bureau: Bureau, door: Served, banks: list[Client], tmp_path: Path) -> None:
    # The bureau handed over keys; they work at once, and the door stays closed without one.
    north, south = banks
    with pytest.raises(Forbidden, match="key"):
        ask_once(door.url, "fxw_" + "A" * 43)

    # Before a payment it asks; a notice issued meanwhile at the bureau shows in the next answer.
    first = north.ask(SHIP)
    assert (first.grade, first.name, len(first.documents)) == (Grade.A, "Bohai Lines", 1)
    bureau.says("notice", "issue", HIT, "--why", "to be explained")
    second = north.ask(SHIP)
    assert (second.grade, len(second.documents)) == (Grade.B, 2)
    assert [a.entity_id for a in north.ask_each([LAW, SHIP, LAW])] == [LAW, SHIP, LAW]

    # What it was told it may see again, word for word; another bank may not, and the bureau may.
    assert north.receipt(first.receipt) == first
    with pytest.raises(NotFound):
        south.receipt(first.receipt)
    with Client(door.url, bureau.key(NORTH, "office", "--scope", "bureau")) as office:
        assert office.receipt(first.receipt) == first
    assert "Bohai Lines, grade A honest" in bureau.says("receipt", "show", str(first.receipt))

    # It takes a list along: its own entities, and whose grade moved.
    taken = north.daily_file()
    assert {entity: grade.value for entity, (grade, _) in taken.entities.items()} == {SHIP: "B", LAW: "A"}
    moved = north.changes(date(2026, 3, 1))
    assert [(m.entity_id, m.on, m.before, m.grade) for m in moved] == [(SHIP, date(2026, 3, 31), Grade.A, Grade.B)]
    assert [m.entity_id for m in south.changes(date(2026, 3, 1))] == []
    assert set(south.daily_file().entities) == {INN}

    # It keeps answers, the list and the public keys; the bureau changes its signing key meanwhile.
    first.save(tmp_path / "first.json")
    taken.save(tmp_path / "file.json")
    bureau.says("keys", "signing", "--out", str(tmp_path / "keys.json"))
    bureau.says("keys", "rotate-signing")
    until = time.monotonic() + 10
    while (third := north.ask(LAW)).document["key_id"] == first.document["key_id"] and time.monotonic() < until:
        time.sleep(0.05)
    assert third.document["key_id"] != first.document["key_id"]

    # A key that was revoked opens nothing within a second.
    bureau.says("keys", "revoke", "K2", "--why", "lost")
    assert refused_within_a_second(south)
    assert north.ask(LAW).grade is Grade.A

    # The server dies in the middle; every receipt is found, also at once and without a server.
    last = north.ask(LAW)
    door.kill()
    with pytest.raises(HouseError, match="daily file"):
        ask_once(door.url, "x")
    for answer in (first, second, third, last):
        kept = json.loads(bureau.says("receipt", "show", str(answer.receipt), "--json"))
        assert kept == answer.document

    # Without a network it goes on by the list, and proves what it kept by the keys alone.
    keys = keys_from(json.loads((tmp_path / "keys.json").read_text()))
    offline = DailyFile.load(tmp_path / "file.json", keys)
    assert offline.grade_of(SHIP, offline.known_at.replace(year=2026, month=3, day=31))[0] is Grade.B
    elsewhere = str(tmp_path / "no-home")
    for name in ("first.json", "file.json"):
        words = ("--home", elsewhere, "receipt", "verify", str(tmp_path / name), "--keys", str(tmp_path / "keys.json"))
        assert "holds" in bureau.says(*words)
    forged = (tmp_path / "first.json").read_text().replace('"A"', '"C"')
    (tmp_path / "forged.json").write_text(forged)
    done = bureau.give("receipt", "verify", str(tmp_path / "forged.json"), "--keys", str(tmp_path / "keys.json"))
    assert (done.returncode, "does not fit" in done.stdout) == (1, True)
    assert bureau.give("receipt", "verify", str(tmp_path / "first.json")).returncode == 0

    # Did the banks ask? North did, about the payment of the day; nobody did about that of 2 March, of an A entity then.
    assert bureau.rows("unasked", "--from", "2026-03-01") == []
    (north_row,) = (r for r in bureau.rows("unasked", "--from", "2026-03-01", "--by", "bank") if r["bank"] == NORTH)
    assert [north_row[n] for n in ("payments", "asked", "by_file", "unasked")] == [3, 2, 0, 1]
    asked = bureau.rows("questions", "--bank", NORTH)
    assert {row["key"] for row in asked} == {"K1"}
    assert bureau.says("audit", "verify").strip().endswith("every link holds.")


def test_a_bank_finds_no_way_to_what_is_not_its_own(bureau: Bureau) -> None:
    """Every path that the bureau's words could lead to, with the key of a bank: nothing of the bureau comes back."""
    words = [HIT, "N1", "to be explained", "K1", "office", "administrator"]
    secret = bureau.key(NORTH, "curious")
    with serving(bureau.home, {"north": secret}) as served:
        described = json.loads(served.get("/openapi.json", "north").content)
        paths = [p.replace("{entity_id}", SHIP).replace("{number}", "1") for p in described["paths"]]
        more = [
            "hits",
            "notices",
            "flows",
            "questions",
            "acts",
            "entities",
            f"entities/{SHIP}",
            f"entities/{SHIP}/hits",
            "keys",
        ]
        bodies = {}
        for path in (*paths, *(f"/v1/{word}" for word in more)):
            reply = served.get(path, "north", params={"since": "2026-03-01"} if path.endswith("changes") else None)
            bodies[path] = (reply.status_code, reply.text)
        assert all(bodies[f"/v1/{word}"][0] == 404 for word in more)
        assert bodies[f"/v1/entities/{SHIP}/grade"][0] == 200
        # As words: inside the letters of a public key any two may stand side by side.
        alone = [re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])") for word in words]
        told = [path for path, (_, body) in bodies.items() if any(word.search(body) for word in alone)]
        assert told == []
