"""Parts: flows in files that snapshots share; what stands is the same wherever it lies, and nothing is lost or left behind."""

import csv
import shutil
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import fxwatch
from fxwatch.home import make_home
from fxwatch.session import Session
from fxwatch.upkeep import restore
from fxwatch.warehouse.declared import Declared, Marks, engine_beside, with_digests

FIELDS = ("declaration_no", "action", "entity_id", "direction", "day", "code", "currency", "amount")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home without parts, to be copied: flows make a part from four on."""
    folder = tmp_path_factory.mktemp("bare") / "home"
    home = make_home(folder, simulation=True, bare=True)
    (folder / "fxwatch.toml").write_text(
        "today = 2026-10-31\nverify_ids = false\nadmit_unknown = true\npart_rows = 4\nbatch_rows = 6\n", "utf-8"
    )
    home.register.set_account("wang", ["analyst", "administrator", "regulator"], by=home.actor(None), why="")
    home.register.close()
    return folder


@pytest.fixture
def home(bare: Path, tmp_path: Path) -> Session:
    return fxwatch.open(shutil.copytree(bare, tmp_path / "home"))


def load(home: Session, *rows: tuple[str, str, int]) -> None:
    """Load rows as (number, action, amount)."""
    file = home.path.parent / "flows.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(FIELDS)
        for number, action, amount in rows:
            writer.writerow([number, action, f"E{number[-1]}", "payment", "2026-03-02", "222011", "USD", amount])
    home.load("flows", file)


def new(*numbers: int, action: str = "A", amount: int = 1) -> list[tuple[str, str, int]]:
    return [(f"D{number}", action, amount) for number in numbers]


def parts(home: Session) -> list[str]:
    return sorted(path.name for path in (home.path / "parts").glob("*"))


def standing(home: Session) -> dict[str, int]:
    found = home.snapshot().con.execute("SELECT declaration_no, amount // 100 FROM flows WHERE state = 0").fetchall()
    assert len(found) == len(dict(found)), "a flow stands twice"
    return dict(found)


def test_many_flows_make_a_part_and_few_wait_in_the_main_file(home: Session) -> None:
    load(home, *new(1))
    assert parts(home) == []
    load(home, *new(4, 5, 6, 7))
    assert parts(home) == ["flows-1.duckdb"]
    load(home, *new(8))
    assert parts(home) == ["flows-1.duckdb"]
    assert standing(home) == {f"D{n}": 1 for n in (1, 4, 5, 6, 7, 8)}
    assert home.snapshot().con.execute("SELECT count(*) FROM recent_flows").fetchall() == [(2,)]


def test_a_change_leaves_the_part_as_it_is(home: Session) -> None:
    load(home, *new(1, 2, 3, 4))
    before = (home.path / "parts" / "flows-1.duckdb").read_bytes()
    load(home, *new(2, action="C", amount=9), *new(3, action="D"))
    assert (home.path / "parts" / "flows-1.duckdb").read_bytes() == before
    assert standing(home) == {"D1": 1, "D2": 9, "D4": 1}
    history = home.snapshot().con.execute("SELECT declaration_no, amount FROM flow_history ORDER BY 1").fetchall()
    assert history == [("D2", 100), ("D3", 100)]


def test_what_a_load_adds_and_changes_in_one_file_stands_once(home: Session) -> None:
    rows = [*new(1, 2, 3, 4, 5, 6), *new(1, action="C", amount=2), *new(7, 8, 9), *new(2, action="D"), *new(10, 11)]
    load(home, *rows)
    assert standing(home) == {"D1": 2} | {f"D{n}": 1 for n in (3, 4, 5, 6, 7, 8, 9, 10, 11)}


@pytest.mark.slow
def test_a_part_goes_when_no_snapshot_names_it(home: Session) -> None:
    load(home, *new(1, 2, 3, 4))
    load(home, *new(1, 2, action="C", amount=2), *new(5, 6))  # half of the first part was replaced: it is written again
    assert parts(home) == ["flows-1.duckdb", "flows-2.duckdb"]
    early = home.snapshot()
    for number in range(10, 14):
        load(home, *new(number))
    assert parts(home)[0] == "flows-2.duckdb"
    assert len(early.con.execute("SELECT * FROM flows").fetchall()) == 6, "who reads an old snapshot goes on reading"
    assert standing(home) == {"D1": 2, "D2": 2} | {f"D{n}": 1 for n in (3, 4, 5, 6, 10, 11, 12, 13)}


@pytest.mark.slow
def test_many_parts_become_one(home: Session) -> None:
    for number in range(9):
        load(home, *new(*range(4 * number, 4 * number + 4)))
    for number in range(4):
        load(home, *new(100 + number))
    assert len(parts(home)) < 4
    assert standing(home) == {f"D{n}": 1 for n in (*range(36), *range(100, 104))}


def test_a_large_part_stays_as_it_is(home: Session) -> None:
    load(home, *new(*range(40)))
    for number in range(9):
        load(home, *new(*range(40 + 4 * number, 44 + 4 * number)))
    sizes = home.snapshot().con.execute("SELECT flows FROM parts ORDER BY part").fetchall()
    assert sizes == [(40,), (36,)], "ten times what makes a part; and eight parts that became one with the ninth"
    assert standing(home) == {f"D{n}": 1 for n in range(76)}


def test_what_is_on_record_is_known_by_its_digests(home: Session) -> None:
    nothing = Declared(home.snapshot().con)
    load(home, *new(*range(5)))
    load(home, *new(*range(5, 9)), *new(3, action="C", amount=2))
    asked = with_digests(engine_beside(), pl.DataFrame({"declaration_no": ["D8", "D9", None, "D0", "D3", "D0"]}))[
        "no_digest"
    ]
    declared = Declared(home.snapshot().con)
    assert [bool(is_there) for is_there in declared.has(asked)] == [True, False, False, True, True, True]
    assert not nothing.has(asked).any()
    for number in range(3):
        load(home, *new(*range(10 + 5 * number, 15 + 5 * number)))
    later, parts_before = Declared(home.snapshot().con, declared), parts(home)
    asked = with_digests(engine_beside(), pl.DataFrame({"declaration_no": ["D8", "D9", "D24", "D25"]}))["no_digest"]
    assert (
        later.has(asked).to_list() == Declared(home.snapshot().con).has(asked).to_list() == [True, False, True, False]
    )
    load(home, *new(25))
    assert parts(home) == parts_before, "one flow more lies in the main file"
    assert Declared(home.snapshot().con, later).has(asked).to_list() == [True, False, True, True]


def test_marks_pass_all_that_was_added_and_hardly_anything_else() -> None:
    drawn = np.random.default_rng(1).integers(0, 2**64, 3_000, dtype=np.uint64)
    side_by_side = np.arange(1 << 35, 20 << 35, 1 << 35, dtype=np.uint64)  # their marks share bytes
    marks = Marks()
    assert not marks.among(drawn).any(), "nothing was added"
    for added in (drawn[:500], side_by_side[::3], drawn[500:1_000], side_by_side[1::3]):
        marks.add(added)
        assert marks.among(added).all()
    assert marks.among(np.concatenate([drawn[:1_000], side_by_side[::3], side_by_side[1::3]])).all()
    assert marks.among(drawn[1_000:]).mean() < 0.01
    assert not marks.among(side_by_side[2::3]).any()


def test_a_load_that_fails_leaves_no_part(home: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    load(home, *new(1, 2, 3, 4))
    with monkeypatch.context() as broken:
        broken.setattr("fxwatch.intake.loads._record", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            load(home, *new(5, 6, 7, 8))
    assert standing(home) == {f"D{n}": 1 for n in range(1, 5)}
    load(home, *new(9, 10, 11, 12))
    assert standing(home) == {f"D{n}": 1 for n in (1, 2, 3, 4, 9, 10, 11, 12)}
    assert not [name for name in parts(home) if "half" in name]


def test_a_part_that_nobody_names_is_swept(home: Session) -> None:
    load(home, *new(1, 2, 3, 4))
    for name in ("flows-7.duckdb", "flows.half"):
        (home.path / "parts" / name).write_bytes(b"left behind")
    assert home.doctor().names() == ["leftovers"]
    load(home, *new(5))
    assert parts(home) == ["flows-1.duckdb"]


@pytest.mark.slow
def test_a_publication_copies_little(home: Session) -> None:
    load(home, *new(*range(1000)))
    snapshot = home.snapshot().path
    assert snapshot.stat().st_size < (home.path / "parts" / parts(home)[-1]).stat().st_size + 2_000_000
    assert f"  ../parts/{parts(home)[-1]}" in snapshot.with_suffix(".sha256").read_text("utf-8")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-4096])


def flip(file: Path) -> None:
    held = bytearray(file.read_bytes())
    held[-100] ^= 1
    file.write_bytes(held)


@pytest.mark.slow
@pytest.mark.parametrize(("harm", "deep"), [(Path.unlink, False), (cut, False), (flip, True)])
def test_a_damaged_part_is_found(home: Session, harm, deep: bool) -> None:
    load(home, *new(1, 2, 3, 4))
    assert home.doctor(deep=True).exit_code == 0
    harm(home.path / "parts" / "flows-1.duckdb")
    found = home.doctor(deep=deep)
    assert {"snapshot_damaged", "warehouse_damaged"} <= set(found.names())
    home.repair(by="wang", deep=deep)  # the snapshot from before the part was made is whole
    assert standing(home) == {}
    assert home.doctor(deep=True).exit_code == 0


@pytest.mark.slow
def test_a_warehouse_is_built_again_from_a_snapshot_and_its_parts(home: Session) -> None:
    load(home, *new(1, 2, 3, 4), *new(1, action="C", amount=5))
    (home.path / "warehouse.duckdb").write_bytes(b"cut")
    home.repair(by="wang")
    load(home, *new(7, 8, 9, 10))
    assert standing(home) == {"D1": 5} | {f"D{n}": 1 for n in (2, 3, 4, 7, 8, 9, 10)}
    assert home.doctor(deep=True).exit_code == 0


@pytest.mark.parametrize("form", [pytest.param("b.tar.gz", marks=pytest.mark.slow), "b"])
def test_a_backup_takes_the_parts_along(home: Session, form: str) -> None:
    load(home, *new(1, 2, 3, 4, 5, 6, 7), *new(1, action="D"))
    made = home.backup(home.path.parent / form, by="wang")
    assert "parts/flows-1.duckdb" in made.manifest["files"]
    restored = home.path.parent / "restored"
    restore(made.place, restored, by="wang")
    again = fxwatch.open(restored)
    assert standing(again) == standing(home)
    assert again.doctor(deep=True).exit_code == 0


def test_a_snapshot_cannot_open_other_files(home: Session) -> None:
    import duckdb

    load(home, *new(1, 2, 3, 4))
    stranger = home.path.parent / "stranger.duckdb"
    with duckdb.connect(str(stranger)) as con:
        con.execute("CREATE TABLE t AS SELECT 1")
    for order in (f"ATTACH '{stranger}' AS x (READ_ONLY)", f"SELECT * FROM read_csv('{home.path}/fxwatch.toml')"):
        with pytest.raises(duckdb.Error, match="disabled"):
            home.snapshot().con.execute(order)
    with pytest.raises(duckdb.Error, match="read-only"):
        home.snapshot().con.execute("DELETE FROM part_1.main.flows")


LOADS = st.lists(
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from("AACD"), st.integers(1, 3)), max_size=12),
    min_size=1,
    max_size=5,
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(loads=LOADS)
def test_whatever_comes_parts_hold_what_one_file_would(bare: Path, tmp_path: Path, loads) -> None:
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    homes = []
    for rows in (4, 1_000_000):
        path = shutil.copytree(bare, folder / str(rows) / "home")
        toml = path / "fxwatch.toml"
        toml.write_text(toml.read_text("utf-8").replace("part_rows = 4", f"part_rows = {rows}"), "utf-8")
        homes.append(fxwatch.open(path))
    for rows in loads:
        for home in homes:
            load(home, *((f"D{number}", action, amount) for number, action, amount in rows))
    seen = [
        {
            table: home.snapshot()
            .con.sql(f"SELECT * EXCLUDE (known_from{more}) FROM {table}")
            .pl()
            .sort("flow", "version")
            for table, more in (("flows", ""), ("flow_history", ", known_to"))
        }
        for home in homes
    ]
    for table in ("flows", "flow_history"):
        assert_frame_equal(seen[0][table], seen[1][table])
    shutil.rmtree(folder)
