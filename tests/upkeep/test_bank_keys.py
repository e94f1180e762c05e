"""Keys through backups and upgrades: banks' keys go on working, private halves stay at home, old answers stay provable."""

import json
import tarfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

import fxwatch
from fxwatch.banks import add_key, digest_of, public_keys, signing_key
from fxwatch.banks.receipts import receipt, verify, verify_on_record
from fxwatch.banks.taking import Taker, daily_file
from fxwatch.session import Session
from fxwatch.upkeep import back_up, restore
from tests.upkeep.conftest import unpack

BANK, SHIP = "120000000001", "100000016"


@pytest.fixture
def restored(home: Session, tmp_path: Path) -> Session:
    return fxwatch.open(restore(tmp_path / "b.tar", tmp_path / "again", by="wang").path)


@pytest.fixture
def told(home: Session, tmp_path: Path) -> dict[str, object]:
    """An answer of the home, before it is backed up."""
    answer = home.check(SHIP, bank=BANK).as_dict()
    add_key(home, BANK, name="core", by="wang")
    back_up(home, tmp_path / "b.tar", by="wang")
    return answer


def test_no_private_key_is_in_a_backup(home: Session, told: dict[str, object], tmp_path: Path) -> None:
    secret = signing_key(home).pem().splitlines()[1]
    with tarfile.open(tmp_path / "b.tar") as tar:
        held = {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}  # type: ignore[union-attr]
    assert not any(secret in content or b"PRIVATE KEY" in content for content in held.values())
    assert not any("signing" in name for name in held)


def test_a_restored_home_signs_with_a_key_of_its_own_and_old_answers_stay_provable(
    home: Session, told: dict[str, object], restored: Session
) -> None:
    new = restored.check(SHIP, bank=BANK)
    assert new.key_id != told["key_id"]
    for answer in (told, new.as_dict()):
        assert verify(answer, public_keys(restored)).ok
        assert verify_on_record(restored, answer).ok
    assert [key.key for key in restored.register.live_keys()] == ["K1"]
    assert restored.register.verify().ok
    restored.register.close()


def test_a_number_that_was_given_after_the_backup_is_not_given_again(
    home: Session, told: dict[str, object], restored: Session
) -> None:
    lost = [home.check(SHIP, bank=BANK).receipt for _ in range(3)]
    new = [restored.check(SHIP, bank=BANK).receipt for _ in range(3)]
    assert not set(lost) & set(new)
    restored.register.close()


@pytest.fixture
def upgraded(tmp_path: Path) -> Session:
    home = fxwatch.open(unpack(1, tmp_path))
    home.upgrade(by="wang")
    return home


def test_an_older_home_has_keys_lists_and_signed_answers_after_its_upgrade(upgraded: Session) -> None:
    key, secret = add_key(upgraded, BANK, name="core", by="wang")
    assert upgraded.register.key_by_digest(digest_of(secret)) == key
    answer = upgraded.check(SHIP, bank=BANK)
    assert verify_on_record(upgraded, answer.as_dict()).ok
    upgraded.run(by="wang")
    assert SHIP in {row["entity_id"] for row in json.loads(daily_file(upgraded, Taker(BANK, "core", "K1")))["entities"]}
    assert upgraded.register.verify().ok
    assert upgraded.doctor(deep=True).exit_code == 0
    upgraded.register.close()


def test_what_was_asked_before_has_its_day_and_no_signature(upgraded: Session) -> None:
    before = upgraded.register.questions().row(0, named=True)
    assert (before["signature"], before["key"]) == (None, None)
    assert isinstance(before["day"], date)
    shown = receipt(upgraded, before["receipt"])
    assert "signature" not in shown
    assert upgraded.check(SHIP, bank=BANK).receipt > before["receipt"]
    upgraded.register.close()


def test_an_upgraded_register_has_the_tables_and_indices_of_a_new_one(upgraded: Session, tmp_path: Path) -> None:
    from fxwatch.register import Register

    new = Register.create(tmp_path / "new.sqlite", simulation=True, operator="li")

    def shape(register: Register) -> dict[str, object]:
        with register._store.reading() as connection:
            looked = inspect(connection)
            names = sorted(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'index'")).scalars())
            return {
                "indices": [name for name in names if not name.startswith("sqlite_")],
                **{t: sorted(c["name"] for c in looked.get_columns(t)) for t in sorted(looked.get_table_names())},
            }

    assert shape(upgraded.register) == shape(new)
    new.close()
    upgraded.register.close()
