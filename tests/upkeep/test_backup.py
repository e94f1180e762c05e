"""A backup made while the home is in use is a whole home again, or is refused."""

import json
import shutil
import sqlite3
import tarfile
import threading
from pathlib import Path

import pytest

import fxwatch
from fxwatch.errors import FileRefused, Forbidden, HouseError, RequestError
from fxwatch.session import Session
from fxwatch.upkeep import backup, restore
from fxwatch.warehouse import current_snapshot

FORMS = ("b.tar", "b.tar.gz", "b.tgz", "b")


def note(home: Session, number: int) -> int:
    signed = {"by": "wang", "role": "administrator", "subject": "x", "day": home.today(), "why": ""}
    return home.register.append("setting_changed", payload={"n": number}, **signed).number


@pytest.mark.parametrize("form", FORMS)
def test_what_was_backed_up_is_a_whole_home_again(home: Session, tmp_path: Path, form: str) -> None:
    head, acts = home.register.head(), home.register.last_act()
    made = home.backup(tmp_path / form, by="wang", why="weekly")
    restored = restore(made.place, tmp_path / "again", by="wang")
    assert (restored.acts, restored.head) == (acts, head)
    again = fxwatch.open(restored.path)
    assert again.doctor(deep=True).names() == []
    assert again.hits().drop("run_id").equals(home.hits().drop("run_id"))
    assert again.grades().equals(home.grades())
    assert again.settings == home.settings
    assert again.register.verify(head).ok
    assert again.register.acts()["kind"].to_list()[acts:] == ["home_restored"]
    again.register.close()


def test_the_manifest_says_what_is_in_it_and_the_act_names_the_manifest(home: Session, tmp_path: Path) -> None:
    made = home.backup(tmp_path / "b", by="wang", why="before the move")
    kept = json.loads((tmp_path / "b" / "manifest.json").read_text("utf-8"))
    assert kept == made.manifest
    assert (kept["made_by"], kept["snapshot"]) == ("wang", current_snapshot(home.path).name)
    assert sorted(kept["files"]) == ["fxwatch.toml", "register.sqlite", "warehouse.duckdb"]
    act = home.register.acts().row(-1, named=True)
    assert (act["kind"], act["by"], act["why"]) == ("backup_made", "wang", "before the move")
    payload = json.loads(act["payload"])
    assert (payload["manifest"], payload["acts"], payload["head"]) == (made.digest, kept["acts"], kept["head"])


def test_only_an_administrator_makes_one(home: Session, tmp_path: Path) -> None:
    home.register.set_account("zhao", ["regulator", "analyst"], by="wang", why="")
    with pytest.raises(Forbidden):
        home.backup(tmp_path / "b.tar", by="zhao")
    assert not (tmp_path / "b.tar").exists()


def test_a_backup_is_never_written_over_anything(home: Session, tmp_path: Path) -> None:
    home.backup(tmp_path / "b.tar", by="wang")
    before = (tmp_path / "b.tar").read_bytes()
    for place in (tmp_path / "b.tar", home.path):
        with pytest.raises(RequestError, match="exists already"):
            home.backup(place, by="wang")
    with pytest.raises(RequestError, match="no form"):
        home.backup(tmp_path / "b.zip", by="wang")
    assert (tmp_path / "b.tar").read_bytes() == before


@pytest.mark.parametrize("inside", ["b.tar", "published/b", "fxwatch.toml"])
def test_no_backup_lies_in_the_home_that_it_is_of(home: Session, inside: str) -> None:
    with pytest.raises(RequestError, match="lies in the home itself"):
        home.backup(home.path / inside, by="wang")
    assert not (home.path / "published" / "b").exists()


def test_one_that_fails_leaves_nothing(home: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "_settings", lambda home: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        home.backup(tmp_path / "there" / "b.tar", by="wang")
    assert list((tmp_path / "there").iterdir()) == []
    assert not list((home.path / "tmp").iterdir())


def test_acts_go_on_while_a_backup_is_made_and_each_is_in_it_or_after_it(home: Session, tmp_path: Path) -> None:
    stopped, written = threading.Event(), []

    def write() -> None:
        other = fxwatch.open(home.path)
        while not stopped.is_set():
            written.append(note(other, len(written)))
        other.register.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [home.backup(tmp_path / f"b{n}.tar", by="wang") for n in range(3)]
    finally:
        stopped.set()
        writer.join()
    assert len(written) > 3
    assert written == sorted(written)
    for one in made:
        again = restore(one.place, tmp_path / one.place.stem, by="wang")
        opened = fxwatch.open(again.path)
        assert opened.register.verify().ok
        assert {n for n in written if n <= again.acts} <= set(opened.register.acts(subject="x")["number"].to_list())
        opened.register.close()
    assert home.register.verify().ok


def test_a_publication_in_the_middle_makes_the_copy_begin_anew(
    home: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = []
    copy_to = type(home.register).copy_to

    def interrupted(register, file):
        copied = copy_to(register, file)
        if len(copies) < 2:
            with home.writing("test") as warehouse:
                warehouse.publish()
        copies.append(current_snapshot(home.path).name)
        return copied

    monkeypatch.setattr(type(home.register), "copy_to", interrupted)
    made = home.backup(tmp_path / "b", by="wang")
    assert len(copies) == 3
    assert made.manifest["snapshot"] == copies[-1]


def test_a_home_that_publishes_all_the_time_waits_for_the_backup(
    home: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_TRIES", 0)
    made = home.backup(tmp_path / "b", by="wang")
    assert made.manifest["snapshot"] == current_snapshot(home.path).name


def test_a_damaged_snapshot_is_not_backed_up(home: Session, tmp_path: Path) -> None:
    flip(current_snapshot(home.path))
    with pytest.raises(HouseError, match="not what was published"):
        home.backup(tmp_path / "b.tar", by="wang")
    assert not (tmp_path / "b.tar").exists()


def test_a_password_in_the_settings_does_not_travel(home: Session, tmp_path: Path) -> None:
    file = home.path / "fxwatch.toml"
    file.write_text('# register_url = ""\nregister_url = "postgresql://li:secret@host/register"\n', "utf-8")
    assert b"secret" not in backup._settings(home)
    assert b"postgresql://li@host/register" in backup._settings(home)


# ---- restoring


@pytest.fixture
def packed(home: Session, tmp_path: Path) -> Path:
    return home.backup(tmp_path / "b.tar", by="wang").place


def flip(file: Path) -> None:
    """Change one byte in the middle of a file."""
    bytes_ = bytearray(file.read_bytes())
    bytes_[len(bytes_) // 2] ^= 0xFF
    file.write_bytes(bytes_)


def refused(source: Path, path: Path, match: str) -> None:
    with pytest.raises(FileRefused, match=match):
        restore(source, path, by="wang")
    assert not path.exists()
    assert not [p for p in path.parent.iterdir() if p.name.startswith(f".{path.name}-")]


def test_a_home_that_is_not_empty_is_refused(home: Session, packed: Path, tmp_path: Path) -> None:
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "file").touch()
    for path in (home.path, tmp_path / "some"):
        with pytest.raises(RequestError, match="not an empty folder"):
            restore(packed, path, by="wang")


def test_an_empty_folder_is_filled(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert restore(packed, tmp_path / "empty", by="wang").acts


def test_a_changed_byte_anywhere_is_found(packed: Path, tmp_path: Path) -> None:
    flip(packed)
    refused(packed, tmp_path / "again", "no whole backup")


def test_a_backup_that_was_cut_is_refused(packed: Path, tmp_path: Path) -> None:
    packed.write_bytes(packed.read_bytes()[:200_000])
    refused(packed, tmp_path / "again", "no whole backup")


@pytest.mark.parametrize("content", [b"", b"no tar", b"\x1f\x8b no gzip"])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.tar").write_bytes(content)
    refused(tmp_path / "b.tar", tmp_path / "again", "no whole backup")
    refused(tmp_path / "nowhere.tar", tmp_path / "again", "no whole backup")


def test_a_name_that_leads_out_of_the_home_is_refused(packed: Path, tmp_path: Path) -> None:
    with tarfile.open(packed, "a") as tar:
        tar.add(__file__, arcname="../elsewhere")
    refused(packed, tmp_path / "again", "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_an_act_forged_with_a_fresh_manifest_is_found_by_the_chain(home: Session, tmp_path: Path) -> None:
    folder = home.backup(tmp_path / "b", by="wang").place
    with sqlite3.connect(folder / "register.sqlite") as register:
        register.execute("UPDATE acts SET why = 'no reason' WHERE number = 5")
    register.close()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    from fxwatch.warehouse.snapshots import digest_of

    manifest["files"]["register.sqlite"]["sha256"] = digest_of(folder / "register.sqlite")
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    refused(folder, tmp_path / "again", "Act 5")


def test_a_file_that_is_missing_or_of_a_newer_form_is_named(home: Session, tmp_path: Path) -> None:
    folder = home.backup(tmp_path / "b", by="wang").place
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 99}), "utf-8")
    refused(folder, tmp_path / "again", "newer fxwatch")
    shutil.copy(folder / "manifest.json", tmp_path / "m")
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (folder / "fxwatch.toml").unlink()
    refused(folder, tmp_path / "again", "fxwatch.toml is missing")


def test_whoever_restores_is_an_administrator_of_what_is_restored(packed: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="zhao"):
        restore(packed, tmp_path / "again", by="zhao")
    assert not (tmp_path / "again").exists()
