"""Each damage by its name, with its exit code; a home in order has none, and what can be mended is."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

import fxwatch
from fxwatch.banks import signing_key
from fxwatch.errors import Forbidden, HouseError
from fxwatch.session import Session
from fxwatch.upkeep import examine
from fxwatch.warehouse import current_snapshot
from tests.upkeep.test_backup import flip


def harm(path: Path, statement: str) -> None:
    with sqlite3.connect(path / "register.sqlite") as register:
        register.execute(statement)
    register.close()


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def ahead(path: Path) -> None:
    with fxwatch.open(path).writing("killed here") as warehouse:
        warehouse.con.execute("INSERT INTO loads SELECT * REPLACE (99 AS load_id) FROM loads LIMIT 1")


def lose_a_hit(path: Path) -> None:
    with fxwatch.open(path).writing("test") as warehouse:
        warehouse.con.execute("DELETE FROM hits WHERE rule = 'large_daily_total'")
        warehouse.publish()


def lose_an_entity(path: Path) -> None:
    harm(path, "DELETE FROM roll WHERE entity_id = '100000016'")


def lose_the_signing_key(path: Path) -> None:
    key = signing_key(fxwatch.open(path))
    (path / "signing" / f"{key.key_id}.pem").unlink()


def older_snapshot_flipped(path: Path) -> None:
    with fxwatch.open(path).writing("test") as warehouse:
        old = current_snapshot(path)
        warehouse.publish()
    flip(old)


DAMAGES: list[tuple[str, Callable[[Path], object], str, int, bool]] = [
    ("a cut warehouse", lambda p: cut(p / "warehouse.duckdb"), "warehouse_damaged", 3, False),
    ("an empty warehouse", lambda p: (p / "warehouse.duckdb").write_bytes(b""), "warehouse_damaged", 3, False),
    ("a missing warehouse", lambda p: (p / "warehouse.duckdb").unlink(), "warehouse_damaged", 3, False),
    ("a changed byte in the snapshot", lambda p: flip(current_snapshot(p)), "snapshot_damaged", 3, True),
    ("a cut snapshot", lambda p: cut(current_snapshot(p)), "snapshot_damaged", 3, False),
    ("a missing snapshot", lambda p: current_snapshot(p).unlink(), "snapshot_missing", 3, False),
    ("a changed byte in an older snapshot", older_snapshot_flipped, "snapshot_damaged", 1, True),
    ("no pointer", lambda p: (p / "published" / "CURRENT").unlink(), "no_pointer", 3, False),
    ("a pointer to nowhere", lambda p: (p / "published" / "CURRENT").write_text("snapshot-999.duckdb\n"), "snapshot_missing", 3, False),
    ("nothing published at all", lambda p: shutil.rmtree(p / "published"), "no_pointer", 3, False),
    ("a warehouse ahead of its snapshot", ahead, "not_published", 1, False),
    ("a cut register", lambda p: cut(p / "register.sqlite"), "register_damaged", 3, False),
    ("a missing register", lambda p: (p / "register.sqlite").unlink(), "register_damaged", 3, False),
    ("a register that is none", lambda p: (p / "register.sqlite").write_bytes(b"no register"), "register_damaged", 3, False),
    ("a forged act", lambda p: harm(p, "UPDATE acts SET why = 'x' WHERE number = 4"), "chain_broken", 3, False),
    ("a lost act", lambda p: harm(p, "DELETE FROM acts WHERE number = 4"), "chain_broken", 3, False),
    ("a table that says otherwise", lambda p: harm(p, "DELETE FROM notices"), "tables_differ", 3, False),
    ("an older register", lambda p: harm(p, "UPDATE meta SET value = '1' WHERE key = 'schema_version'"), "register_version", 1, False),
    ("a newer register", lambda p: harm(p, "UPDATE meta SET value = '99' WHERE key = 'schema_version'"), "register_version", 3, False),
    ("settings that do not parse", lambda p: (p / "fxwatch.toml").write_text("today = = 1"), "settings", 3, False),
    ("a setting that does not fit", lambda p: (p / "fxwatch.toml").write_text("memory = 'much'"), "settings", 3, False),
    ("a half publication", lambda p: (p / "published" / "snapshot-77.half").touch(), "leftovers", 1, False),
    ("a half settings file", lambda p: (p / ".fxwatch.toml-x1").touch(), "leftovers", 1, False),
    ("a half home beside it", lambda p: (p.parent / ".home-x1").mkdir(), "leftovers", 1, False),
    ("a decided hit that was never found", lose_a_hit, "hits_missing", 3, False),
    ("a lost signing key", lose_the_signing_key, "signing_key_missing", 1, False),
    ("an entity that is not on the roll", lose_an_entity, "entities_missing", 3, False),
]  # fmt: skip


def stamps(path: Path) -> dict[Path, tuple[int, int]]:
    """Every file but the register's own log, which opening makes, and the locks."""
    kept = (p for p in path.rglob("*") if p.is_file() and not p.name.startswith("register.") and p.suffix != ".lock")
    return {p: (p.stat().st_size, p.stat().st_mtime_ns) for p in kept}


def test_a_home_in_order_has_no_findings(home: Session) -> None:
    for deep in (False, True):
        found = home.doctor(deep=deep)
        assert (found.names(), found.exit_code) == ([], 0)
        assert found.looked_at["acts"] == home.register.last_act()


@pytest.mark.parametrize(("harmed", "name", "exit_code", "deep"), [d[1:] for d in DAMAGES], ids=[d[0] for d in DAMAGES])
def test_damage_is_named_in_both_languages_and_nothing_is_changed(
    path: Path, harmed: Callable[[Path], object], name: str, exit_code: int, deep: bool
) -> None:
    harmed(path)
    before = stamps(path)
    found = examine(path, deep=deep)
    assert stamps(path) == before
    assert name in found.names()
    assert found.exit_code == exit_code
    finding = next(f for f in found.findings if f.name == name)
    assert finding.where
    assert finding.say("en") != finding.say("zh")
    assert all(ord(c) < 0x3000 for c in finding.say("en").replace("·", ""))


def test_several_damages_are_all_named_the_worst_first(path: Path) -> None:
    (path / "published" / "snapshot-77.half").touch()
    harm(path, "UPDATE acts SET why = 'x' WHERE number = 4")
    cut(path / "warehouse.duckdb")
    assert sorted(examine(path).names()[:2]) == ["chain_broken", "warehouse_damaged"]
    assert examine(path).names()[2:] == ["leftovers"]


def test_a_byte_changed_in_the_warehouse_is_found_where_it_holds_something(path: Path) -> None:
    whole, found = (path / "warehouse.duckdb").read_bytes(), 0
    for block in range(4, 19, 3):
        changed = bytearray(whole)
        changed[4096 * 3 + 262_144 * block + 100] ^= 0xFF
        (path / "warehouse.duckdb").write_bytes(changed)
        found += "warehouse_damaged" in examine(path, deep=True).names()
    (path / "warehouse.duckdb").write_bytes(whole)
    assert found > 1


def test_a_home_at_work_is_not_disturbed(home: Session) -> None:
    with home.writing("a long load"):
        found = examine(home.path)
    assert (found.names(), found.exit_code) == (["in_use"], 0)


def test_a_folder_that_is_no_home_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HouseError, match="no fxwatch home"):
        examine(tmp_path / "nowhere")


# ---- mending


@pytest.mark.parametrize(
    "damage",
    [
        "a cut warehouse", "an empty warehouse", "a missing warehouse", "a cut snapshot", "a missing snapshot", "no pointer",
        "a pointer to nowhere", "a warehouse ahead of its snapshot", "a table that says otherwise", "a half publication",
        "a half settings file", "a changed byte in the snapshot",
    ],
)  # fmt: skip
def test_what_can_be_mended_is_mended_when_asked_and_put_on_record(path: Path, damage: str) -> None:
    harmed, deep = next((d[1], d[4]) for d in DAMAGES if d[0] == damage)
    hits = fxwatch.open(path).hits()
    harmed(path)
    home = fxwatch.open(path)
    assert home.repair(by="wang", deep=deep)
    assert home.doctor(deep=True).names() == []
    assert home.hits().equals(hits)
    assert home.register.acts()["kind"].to_list()[-1] == "home_repaired"
    home.register.close()


def test_a_damaged_warehouse_is_put_aside_not_removed(path: Path) -> None:
    cut(path / "warehouse.duckdb")
    damaged = (path / "warehouse.duckdb").read_bytes()
    fxwatch.open(path).repair(by="wang")
    (aside,) = path.glob("warehouse.duckdb.damaged-*")
    assert aside.read_bytes() == damaged


def test_it_is_built_from_the_newest_snapshot_that_is_whole(path: Path) -> None:
    for _ in range(2):
        with fxwatch.open(path).writing("test") as warehouse:
            warehouse.publish()
    newest = current_snapshot(path)
    flip(newest)
    cut(path / "warehouse.duckdb")
    done = fxwatch.open(path).repair(by="wang", deep=True)
    number = int(newest.stem.split("-")[1]) - 1
    assert f"snapshot-{number}.duckdb" in done[0][0]


def test_what_cannot_be_mended_says_so(path: Path) -> None:
    cut(path / "warehouse.duckdb")
    for snapshot in (path / "published").glob("*.duckdb"):
        cut(snapshot)
    with pytest.raises(HouseError, match="Restore the home from a backup"):
        fxwatch.open(path).repair(by="wang")


def test_a_broken_chain_is_left_as_it_is(path: Path) -> None:
    harm(path, "UPDATE acts SET why = 'x' WHERE number = 4")
    home = fxwatch.open(path)
    assert home.repair(by="wang") == []
    assert home.doctor().names() == ["chain_broken"]


def test_only_an_administrator_mends(home: Session) -> None:
    home.register.set_account("zhao", ["regulator"], by="wang", why="")
    with pytest.raises(Forbidden):
        home.repair(by="zhao")
