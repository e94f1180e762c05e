"""The key that signs: one a home, its public half in the register for ever."""

import stat
from datetime import timedelta

import pytest

from fxwatch.banks import public_keys, rotate_signing, signing_key
from fxwatch.banks.receipts import verify, verify_on_record
from fxwatch.banks.signing import retire_signing
from fxwatch.check import check
from fxwatch.errors import Decided, Forbidden, HouseError, NotFound
from fxwatch.signing import SigningKey, seal
from tests.desk import desk_at

BANK = "120000000001"


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = desk_at(tmp_path, monkeypatch)
    made.enrol("SHIP")
    return made


def files(desk) -> list[str]:
    return sorted(file.stem for file in (desk.path / "signing").iterdir())


def test_a_key_is_made_when_it_is_first_needed_and_then_stays(desk):
    assert public_keys(desk) == []
    first = signing_key(desk)
    assert signing_key(desk).key_id == first.key_id
    assert [key.key_id for key in public_keys(desk)] == files(desk) == [first.key_id]
    act = desk.register.acts().row(-1, named=True)
    assert (act["kind"], act["role"], act["by"]) == ("signing_key_added", "house", "operator")


def test_the_private_half_is_for_its_owner_alone_and_in_no_store(desk):
    key = signing_key(desk)
    file = desk.path / "signing" / f"{key.key_id}.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    secret = key.pem().splitlines()[1]
    stored = b"".join(f.read_bytes() for f in desk.path.glob("register*"))
    assert secret not in stored
    assert key.public.encode() in stored


def test_after_a_rotation_the_new_key_signs_and_old_answers_stay_provable(desk):
    old = check(desk, "SHIP", BANK)
    made = rotate_signing(desk)
    new = check(desk, "SHIP", BANK)
    assert (new.key_id, files(desk)) == (made.key_id, [made.key_id])
    assert old.key_id != new.key_id
    assert verify_on_record(desk, old.as_dict()).ok
    assert verify_on_record(desk, new.as_dict()).ok
    assert desk.register.verify().ok


def test_a_retired_key_proves_nothing_that_is_said_to_be_made_later(desk):
    signing_key(desk)
    rotate_signing(desk)
    retired, current = desk.register.signing_keys()
    assert current["valid_to"] is None
    assert timedelta(0) < _moment(retired["valid_to"]) - _moment(current["valid_from"]) <= timedelta(minutes=1)


def test_only_an_administrator_rotates_and_a_refusal_makes_no_key(desk):
    signing_key(desk)
    desk.has("clerk", "regulator", "approver", "analyst", "bank")
    with pytest.raises(Forbidden, match="administrator"):
        rotate_signing(desk, by="clerk")
    assert len(public_keys(desk)) == len(files(desk)) == 1


def test_a_home_without_its_private_key_makes_a_new_one_and_old_answers_stay_provable(desk):
    old = check(desk, "SHIP", BANK)
    for file in (desk.path / "signing").iterdir():
        file.unlink()
    new = check(desk, "SHIP", BANK)
    assert new.key_id != old.key_id
    assert verify_on_record(desk, old.as_dict()).ok
    assert verify_on_record(desk, new.as_dict()).ok


def test_a_lost_key_is_not_replaced_without_a_word(desk, caplog):
    lost = signing_key(desk)
    rotate_signing(desk)
    assert not caplog.records, "a key that was retired is missed by nobody"
    (desk.path / "signing" / f"{files(desk)[0]}.pem").rename(desk.path / "away.pem")
    missing = desk.register.signing_keys()[-1]["key_id"]
    made = signing_key(desk)
    (said,) = caplog.messages
    assert f"signing key {missing} is not here; this home signs with a new key, {made.key_id}" in said
    assert f"fxwatch keys retire-signing {missing} " in said
    assert lost.key_id not in said
    signing_key(desk)
    assert len(caplog.messages) == 1


def test_a_file_that_no_register_knows_is_never_signed_with(desk):
    first = signing_key(desk)
    stray = SigningKey.new()
    (desk.path / "signing" / f"{stray.key_id}.pem").write_bytes(stray.pem())
    assert signing_key(desk).key_id == first.key_id


def test_a_key_that_cannot_be_read_is_told_and_nothing_is_answered(desk):
    key = signing_key(desk)
    (desk.path / "signing" / f"{key.key_id}.pem").write_text("cut")
    with pytest.raises(HouseError, match=r"signing key .* cannot be read"):
        check(desk, "SHIP", BANK)
    assert desk.register.questions().is_empty()


def test_a_key_in_wrong_hands_is_retired_and_proves_only_what_came_before(desk):
    old = check(desk, "SHIP", BANK)
    stolen = signing_key(desk)
    retire_signing(desk, stolen.key_id, why="found on a stick")
    assert check(desk, "SHIP", BANK).key_id != stolen.key_id
    late = seal({**old.told(), "known_at": f"{desk.register.now().isoformat()}Z"}, stolen)
    assert verify(old.as_dict(), public_keys(desk)).ok
    assert not verify(late, public_keys(desk)).ok
    with pytest.raises(Decided, match="is retired since"):
        retire_signing(desk, stolen.key_id, why="again")
    with pytest.raises(NotFound, match="no signing key x"):
        retire_signing(desk, "x", why="y")
    assert desk.register.verify().ok


def test_a_key_that_was_just_replaced_is_retired_at_once_when_it_is_in_wrong_hands(desk):
    stolen = signing_key(desk)
    rotate_signing(desk)
    retire_signing(desk, stolen.key_id, why="found on a stick")
    late = seal({**check(desk, "SHIP", BANK).told(), "known_at": f"{desk.register.now().isoformat()}Z"}, stolen)
    assert not verify(late, public_keys(desk)).ok
    with pytest.raises(Decided, match="is retired since"):
        retire_signing(desk, stolen.key_id, why="again")


def test_two_homes_on_one_register_have_a_key_each(desk, tmp_path):
    first, there = signing_key(desk), desk.path
    desk.path = tmp_path / "second"
    desk.path.mkdir()
    second = signing_key(desk)
    assert first.key_id != second.key_id
    assert all(key.valid_to is None for key in public_keys(desk))
    desk.path = there
    assert signing_key(desk).key_id == first.key_id


def _moment(text):
    from datetime import datetime

    return datetime.fromisoformat(text)
