"""Every version that was ever released opens and is brought up, with nothing lost."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import fxwatch
from fxwatch import warehouse
from fxwatch.errors import HouseError, NotFound
from fxwatch.register import Register, migrations, tables
from fxwatch.settings import Settings
from fxwatch.upkeep import restore
from fxwatch.warehouse import versions
from fxwatch.warehouse.counterparties import counterparty_numbers
from fxwatch.warehouse.parts import named_parts
from tests.upkeep.conftest import HOMES, unpack

ARTICLE = ["large_transport_transfer", "consecutive_days", "large_daily_total"]
NOT_FROZEN = {"signing_key_missing"}  # private keys are not kept with frozen homes
RELEASED = sorted(int(file.name[1:].split(".")[0]) for file in HOMES.glob("v*.tar.xz"))


def test_a_home_of_the_first_version_is_kept() -> None:
    assert RELEASED[0] == 1


@pytest.mark.parametrize("version", RELEASED)
def test_a_frozen_home_is_brought_up_and_says_what_it_said(tmp_path: Path, version: int) -> None:
    home = fxwatch.open(unpack(version, tmp_path))
    home.upgrade(by="wang")
    assert set(home.doctor(deep=True).names()) <= NOT_FROZEN
    assert home.grades().sort("entity_id")["grade"].to_list() == ["A", "B", "C"]
    assert home.hits().filter(pl.col("rule").is_in(ARTICLE))["status"].sort().to_list() == [
        "dismissed",
        "dismissed",
        "noticed",
    ]
    assert home.register.notices()["status"].to_list() == ["standing", "rescinded"]
    assert home.register.questions()["grade"].to_list() == ["A"]
    assert home.check("100000024", bank="120000000001").grade == "B"
    home.register.close()


@pytest.mark.parametrize("version", RELEASED)
def test_a_frozen_home_runs_again_and_finds_the_same(tmp_path: Path, version: int) -> None:
    home = fxwatch.open(unpack(version, tmp_path))
    home.upgrade(by="wang")
    before = home.hits().select("rule", "hit_id", "value", "status", "found_on").sort("hit_id")
    home.run(by="wang")
    after = home.hits().filter(pl.col("rule").is_in(before["rule"].unique().implode()))  # the book has grown since
    assert after.select(before.columns).sort("hit_id").equals(before)
    home.register.close()


@pytest.mark.parametrize("version", RELEASED[1:])  # the first version made no backups
def test_an_older_versions_backup_is_restored_and_brought_up(tmp_path: Path, version: int) -> None:
    backup = unpack(version, tmp_path).with_name("backup")
    restore(backup, tmp_path / "restored")
    home = fxwatch.open(tmp_path / "restored")
    home.upgrade(by="wang")
    assert set(home.doctor(deep=True).names()) <= NOT_FROZEN
    assert home.grades().sort("entity_id")["grade"].to_list() == ["A", "B", "C"]
    home.register.close()


def test_flows_of_an_older_home_get_the_numbers_of_their_counterparties(tmp_path: Path) -> None:
    home = fxwatch.open(unpack(3, tmp_path))
    home.upgrade(by="wang")
    con = home.snapshot().con
    shown = "flow, version, counterparty, counterparty_number"
    kept = con.sql(f"SELECT {shown} FROM flows UNION ALL SELECT {shown} FROM flow_history").pl()
    assert kept["counterparty"].n_unique() == 5  # four firms, and the change that names none
    told = counterparty_numbers(con, kept["counterparty"])
    expected = kept.drop("counterparty_number").join(told, on="counterparty", how="left")
    assert_frame_equal(kept, expected, check_row_order=False)
    assert list(named_parts(con)) == [2]  # what lay in the first was written anew
    home.register.close()


def test_an_older_home_says_which_command_brings_it_up(tmp_path: Path) -> None:
    home = fxwatch.open(unpack(1, tmp_path))
    with pytest.raises(HouseError, match="fxwatch upgrade") as told:
        home.grades()
    assert "升级" in told.value.chinese
    assert home.doctor().names() == ["warehouse_version", "warehouse_version", "register_version"]
    assert home.doctor().exit_code == 1


def test_an_upgrade_is_an_act_and_the_second_does_nothing(tmp_path: Path) -> None:
    home = fxwatch.open(unpack(1, tmp_path))
    assert home.upgrade(by="wang").register
    last = home.register.acts().row(-1, named=True)
    assert (last["kind"], last["by"]) == ("register_upgraded", "wang")
    assert not home.upgrade(by="wang").register
    assert home.register.acts()["number"].max() == last["number"]
    home.register.close()


def test_only_an_administrator_upgrades_and_a_refusal_changes_nothing(tmp_path: Path) -> None:
    path = unpack(1, tmp_path)
    with pytest.raises(NotFound, match="zhao"):
        fxwatch.open(path).upgrade(by="zhao")
    assert Register.version_at(path / "register.sqlite") == 1


def test_the_steps_of_both_stores_lead_to_their_versions() -> None:
    assert [step.to for step in migrations.STEPS] == list(range(2, tables.SCHEMA_VERSION + 1))
    assert [step.to for step in versions.STEPS] == list(range(2, versions.SCHEMA_VERSION + 1))


# ---- the warehouse's steps, tried on one that does not exist yet


def widen(con, stage) -> None:
    con.execute("ALTER TABLE loads ADD COLUMN sender VARCHAR")


def fail(con, stage) -> None:
    con.execute("DELETE FROM loads")
    raise ZeroDivisionError


def versions_of(path: Path) -> tuple[int | None, int | None]:
    with warehouse.examining.looking(path / "warehouse.duckdb") as con:
        stored = versions.version_of(con)
    with warehouse.examining.looking(warehouse.current_snapshot(path)) as con:
        return stored, versions.version_of(con)


def test_the_warehouse_takes_its_steps_in_order_and_publishes(path: Path) -> None:
    later = [
        versions.Step(versions.SCHEMA_VERSION + n, "wider", widen if n == 1 else lambda con, stage: None)
        for n in (1, 2)
    ]
    assert warehouse.upgrade(path, Settings(), later) == later
    newest = versions.SCHEMA_VERSION + 2
    assert versions_of(path) == (newest, newest)


def test_a_warehouse_whose_step_fails_stays_what_it_was(path: Path) -> None:
    later = [versions.Step(versions.SCHEMA_VERSION + n, "", take) for n, take in ((1, widen), (2, fail))]
    with pytest.raises(ZeroDivisionError):
        warehouse.upgrade(path, Settings(), later)
    assert versions_of(path) == (versions.SCHEMA_VERSION, versions.SCHEMA_VERSION)
    with warehouse.writing(path, Settings(), "test") as store:
        assert store.con.execute("SELECT count(*) FROM loads").fetchall()[0][0] > 0


def test_an_upgrade_killed_before_it_was_published_is_published_by_the_next(path: Path, monkeypatch) -> None:
    later = [versions.Step(versions.SCHEMA_VERSION + 1, "wider", widen)]
    monkeypatch.setattr(warehouse.Warehouse, "publish", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        warehouse.upgrade(path, Settings(), later)
    monkeypatch.undo()
    assert versions_of(path) == (versions.SCHEMA_VERSION + 1, versions.SCHEMA_VERSION)
    assert warehouse.upgrade(path, Settings(), later) == []
    assert versions_of(path) == (versions.SCHEMA_VERSION + 1, versions.SCHEMA_VERSION + 1)


def test_a_gap_between_the_steps_is_refused(path: Path) -> None:
    with pytest.raises(HouseError, match="No steps lead from version"):
        warehouse.upgrade(path, Settings(), [versions.Step(versions.SCHEMA_VERSION + 2, "", widen)])


def test_an_older_warehouse_and_an_older_snapshot_name_the_command(path: Path, monkeypatch) -> None:
    monkeypatch.setattr(versions, "SCHEMA_VERSION", versions.SCHEMA_VERSION + 1)
    with pytest.raises(HouseError, match=r"warehouse in .* is of version .* upgrade"):
        warehouse.writing(path, Settings(), "test").__enter__()
    with pytest.raises(HouseError, match=r"snapshot .* is of version .* upgrade"):
        warehouse.open_snapshot(path)


def test_a_newer_warehouse_asks_for_a_newer_fxwatch(path: Path) -> None:
    warehouse.upgrade(path, Settings(), [versions.Step(versions.SCHEMA_VERSION + 1, "", widen)])
    with pytest.raises(HouseError, match="newer fxwatch"):
        warehouse.open_snapshot(path)
    assert fxwatch.open(path).doctor().exit_code == 3
