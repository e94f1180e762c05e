"""Keys of banks: an administrator's act, shown once, kept as a digest alone."""

import re
from datetime import date

import pytest

from fxwatch.banks import add_key, digest_of, revoke_key
from fxwatch.errors import Decided, Forbidden, NotFound, RequestError
from tests.desk import desk_at

BANK = "120000000001"


@pytest.fixture
def desk(tmp_path, monkeypatch):
    return desk_at(tmp_path, monkeypatch)


def everything_stored(desk) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(desk.path.rglob("*")) if file.is_file())


def test_a_key_is_found_by_the_digest_of_its_secret_and_says_whom_it_lets_in(desk):
    made, secret = add_key(desk, BANK.lower(), name="core", expires=date(2025, 12, 31), per_second=50)
    assert re.fullmatch(r"fxw_[\w-]{43}", secret)
    found = desk.register.key_by_digest(digest_of(secret))
    assert found == made
    assert (found.key, found.bank, found.name, found.scope, found.per_second) == ("K1", BANK, "core", "bank", 50)
    assert desk.register.key_by_digest(digest_of(secret + "x")) is None
    assert desk.register.live_keys() == [made]


def test_the_secret_is_kept_nowhere(desk):
    _, secret = add_key(desk, BANK, name="core")
    stored = everything_stored(desk)
    assert digest_of(secret).encode() in stored
    assert secret.encode() not in stored
    assert secret.removeprefix("fxw_").encode() not in stored


def test_no_two_secrets_are_alike(desk):
    secrets = {add_key(desk, BANK, name=f"n{n}").secret for n in range(20)}
    assert len({secret[4:12] for secret in secrets}) == 20


@pytest.mark.parametrize(("day", "works"), [(date(2025, 7, 31), True), (date(2025, 8, 1), False)])
def test_a_key_works_through_its_last_day(desk, day, works):
    made, _ = add_key(desk, BANK, name="core", expires=date(2025, 7, 31))
    assert made.works_on(day) is works


def test_a_revoked_key_works_no_more_and_says_since_when(desk):
    made, secret = add_key(desk, BANK, name="core")
    revoke_key(desk, "K1", why="lost")
    found = desk.register.key_by_digest(digest_of(secret))
    assert made.works_on(desk.today())
    assert not found.works_on(desk.today())
    assert desk.register.live_keys() == []
    assert desk.register.keys().select("key", "revoked_on", "revoked_why").rows() == [("K1", desk.today(), "lost")]
    with pytest.raises(Decided, match="K1 was revoked at"):
        revoke_key(desk, "K1", why="again")


def test_two_live_keys_of_a_bank_do_not_share_a_name_but_a_revoked_one_gives_it_free(desk):
    add_key(desk, BANK, name="core")
    add_key(desk, "120000000002", name="core")
    with pytest.raises(Decided, match="has a key named core"):
        add_key(desk, BANK, name="core")
    revoke_key(desk, "K1", why="lost")
    assert add_key(desk, BANK, name="core").key.key == "K3"


def test_only_an_administrator_adds_and_revokes_and_a_refusal_leaves_nothing(desk):
    desk.has("clerk", "regulator", "approver", "analyst", "bank")
    with pytest.raises(Forbidden, match="administrator"):
        add_key(desk, BANK, name="core", by="clerk")
    assert desk.register.live_keys() == []
    add_key(desk, BANK, name="core")
    with pytest.raises(Forbidden, match="administrator"):
        revoke_key(desk, "K1", why="lost", by="clerk")
    assert len(desk.register.live_keys()) == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"bank": "12345"}, "institution code"),
        ({"bank": "12000000000١"}, "institution code"),
        ({"bank": "12000000000-"}, "institution code"),
        ({"name": ""}, "name has 1 to 64"),
        ({"name": "two words"}, "name has 1 to 64"),
        ({"expires": date(2025, 6, 29)}, "that day is past"),
        ({"per_second": 0}, "1 to 1,000,000"),
        ({"per_second": 1_000_001}, "1 to 1,000,000"),
        ({"scope": "all"}, "bank or bureau"),
    ],
)
def test_what_has_not_its_form_is_refused(desk, given, says):
    asked = {"bank": BANK, "name": "core", **given}
    with pytest.raises(RequestError, match=says):
        add_key(desk, asked.pop("bank"), **asked)
    assert desk.register.live_keys() == []


def test_a_key_that_is_none_or_no_reason_is_refused(desk):
    with pytest.raises(NotFound, match="K9"):
        revoke_key(desk, "K9", why="lost")
    add_key(desk, BANK, name="core")
    with pytest.raises(RequestError, match="reason"):
        revoke_key(desk, "K1", why=" ")


def test_the_chain_bears_the_keys_out_and_a_key_that_was_slipped_in_is_found(desk):
    add_key(desk, BANK, name="core")
    add_key(desk, BANK, name="batch", scope="bureau")
    revoke_key(desk, "K1", why="lost")
    assert desk.register.verify().ok
    from sqlalchemy import update

    from fxwatch.register.tables import keys

    with desk.register._store.writing("meddling") as (connection, _):
        connection.execute(update(keys).where(keys.c.key == "K2").values(digest=digest_of("mine")))
    proof = desk.register.verify()
    assert not proof.ok
    assert "table keys" in proof.english
