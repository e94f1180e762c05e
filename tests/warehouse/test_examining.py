"""A file is cut when bytes of it are gone that hold something; free blocks at its end may go."""

from pathlib import Path

import duckdb
import pytest

from fxwatch.warehouse.examining import Unreadable, looking

ROWS = "SELECT range AS i, hash(range) AS h FROM range(300000)"


@pytest.fixture
def shrunk(tmp_path: Path) -> Path:
    """A file whose second table was dropped: the engine cut its end off, and still counts the blocks that were there."""
    file = tmp_path / "warehouse.duckdb"
    for statement in (f"CREATE TABLE kept AS {ROWS}", f"CREATE TABLE gone AS {ROWS}", "DROP TABLE gone"):
        with duckdb.connect(str(file)) as con:
            con.execute(statement)
    return file


def test_a_file_whose_free_end_the_engine_cut_off_is_whole(shrunk: Path) -> None:
    with looking(shrunk) as con:
        total, used, block = con.execute(
            "SELECT total_blocks, used_blocks, block_size FROM pragma_database_size()"
        ).fetchall()[0]
        assert total > used, "the engine no longer counts blocks that are gone"
        assert shrunk.stat().st_size < total * block
        assert con.execute("SELECT count(*) FROM kept").fetchall() == [(300_000,)]


def test_one_byte_less_is_damage(shrunk: Path) -> None:
    shrunk.write_bytes(shrunk.read_bytes()[:-1])
    with pytest.raises(Unreadable), looking(shrunk):
        pass
