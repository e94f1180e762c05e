"""Publication: what is committed becomes a snapshot; old ones go; damage is said in a sentence."""

from pathlib import Path

import pytest

from fxwatch import warehouse
from fxwatch.errors import HouseError
from fxwatch.settings import Settings

SETTINGS = Settings()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    warehouse.create(tmp_path, SETTINGS)
    return tmp_path


def days(home: Path) -> int:
    snapshot = warehouse.open_snapshot(home)
    with snapshot.con:
        return int(snapshot.con.execute("SELECT count(*) FROM calendar").fetchall()[0][0])


def add_day(store: warehouse.Warehouse) -> None:
    store.con.execute("INSERT INTO calendar VALUES (DATE '2026-01-05', true, 1, now()::TIMESTAMP)")


def test_what_is_not_published_is_not_seen(home: Path) -> None:
    with warehouse.writing(home, SETTINGS, "test") as store:
        add_day(store)
        assert days(home) == 0
        store.publish()
    assert days(home) == 1


def test_a_reader_keeps_the_snapshot_it_opened(home: Path) -> None:
    early = warehouse.open_snapshot(home)
    with warehouse.writing(home, SETTINGS, "test") as store:
        for _ in range(6):
            add_day(store)
            store.publish()
    assert early.con.execute("SELECT count(*) FROM calendar").fetchall() == [(0,)]
    assert days(home) == 6


def test_a_snapshot_goes_when_three_newer_exist(home: Path) -> None:
    with warehouse.writing(home, SETTINGS, "test") as store:
        for _ in range(5):
            store.publish()
    names = sorted(p.name for p in (home / "published").iterdir())
    assert names == ["CURRENT", *(f"snapshot-{n}.{kind}" for n in (3, 4, 5, 6) for kind in ("duckdb", "sha256"))]


def test_what_a_killed_publication_left_is_cleared(home: Path) -> None:
    (home / "published" / "snapshot-9.half").write_bytes(b"half")
    with warehouse.writing(home, SETTINGS, "test"):
        assert not list((home / "published").glob("*.half"))


def test_one_process_may_open_a_snapshot_twice(home: Path) -> None:
    first, second = warehouse.open_snapshot(home), warehouse.open_snapshot(home)
    assert (
        first.con.execute("SELECT count(*) FROM hits").fetchall()
        == second.con.execute("SELECT count(*) FROM hits").fetchall()
    )


def test_a_snapshot_refuses_another_configuration(home: Path) -> None:
    import duckdb

    with pytest.raises(duckdb.Error, match="locked"):
        warehouse.open_snapshot(home).con.execute("SET memory_limit = '20GB'")


def test_a_snapshot_cannot_be_written(home: Path) -> None:
    import duckdb

    with pytest.raises(duckdb.Error, match="read-only"):
        warehouse.open_snapshot(home).con.execute("DELETE FROM calendar")


def test_a_snapshot_reads_no_other_file(home: Path) -> None:
    import duckdb

    with pytest.raises(duckdb.Error, match="disabled"):
        warehouse.open_snapshot(home).con.execute("SELECT * FROM read_csv('/etc/passwd')")


def test_a_damaged_warehouse_is_named(home: Path) -> None:
    file = home / "warehouse.duckdb"
    file.write_bytes(b"\0" * 100)
    with pytest.raises(HouseError, match="cannot be opened"), warehouse.writing(home, SETTINGS, "test"):
        pass


def test_a_damaged_snapshot_is_named(home: Path) -> None:
    warehouse.current_snapshot(home).write_bytes(b"\0" * 100)
    with pytest.raises(HouseError, match="snapshot"):
        warehouse.open_snapshot(home)


def test_a_warehouse_of_a_newer_version_is_refused(home: Path) -> None:
    with warehouse.writing(home, SETTINGS, "test") as store:
        store.con.execute("UPDATE warehouse SET schema_version = 99")
    with pytest.raises(HouseError, match="version 99"), warehouse.writing(home, SETTINGS, "test"):
        pass


def test_a_failed_transaction_leaves_nothing(home: Path) -> None:
    with warehouse.writing(home, SETTINGS, "test") as store:
        with pytest.raises(ZeroDivisionError), store.transaction():
            1 / (add_day(store) or 0)
        store.publish()
    assert days(home) == 0


def test_moments_only_go_forward(home: Path) -> None:
    with warehouse.writing(home, SETTINGS, "test") as store:
        store.con.execute(
            "INSERT INTO loads VALUES (1, 'flows', 'f', 's', NULL, [], 'me', TIMESTAMP '2999-01-01', 0, 0, 0, 0, 0)"
        )
        assert store.moment().year == 2999
