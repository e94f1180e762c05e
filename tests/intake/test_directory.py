"""A directory finds every identifier at its place, and nobody else."""

from importlib.resources import files

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fxwatch.intake.directory import Directory, EntityNumbers
from fxwatch.kept import Kept

NAMES = st.lists(st.text(min_size=1, max_size=4), unique=True, max_size=40)


@given(NAMES, st.lists(st.one_of(st.none(), st.text(max_size=4)), max_size=40))
def test_each_identifier_stands_at_its_place(known: list[str], others: list[str | None]) -> None:
    directory = Directory(pl.Series("entity_id", known, dtype=pl.String))
    asked = [*others, *known]
    expected = [known.index(text) if text in known else None for text in asked]
    assert directory.places(pl.Series(asked, dtype=pl.String)).to_list() == expected
    assert directory.has(pl.Series(asked, dtype=pl.String)).to_list() == [place is not None for place in expected]


@pytest.mark.parametrize("digest", [0, 7, 2**64 - 1])
def test_texts_that_bear_one_digest_are_told_apart(monkeypatch: pytest.MonkeyPatch, digest: int) -> None:
    monkeypatch.setattr(pl.Series, "hash", lambda self: pl.Series(np.full(len(self), digest, dtype=np.uint64)))
    directory = Directory(pl.Series(["A", "B", "C"]))
    assert directory.places(pl.Series(["C", "A", "X", "B"])).to_list() == [2, 0, None, 1]


def test_thousands_are_found() -> None:
    known = pl.Series([f"E{n}" for n in range(5000)])
    asked = pl.Series([f"E{n}" for n in range(4990, 5010)])
    assert Directory(known).places(asked).to_list() == [*range(4990, 5000), *[None] * 10]


def test_entities_keep_their_numbers_from_load_to_load_and_new_ones_follow() -> None:
    con, kept = duckdb.connect(), Kept()
    con.execute(files("fxwatch.warehouse").joinpath("schema.sql").read_text("utf-8"))
    for count in (40, 45, 45, 90):  # some come last, some are known from the loads before, some are new
        everybody = pl.Series([f"E{n}" for n in range(count)])
        assert EntityNumbers(kept, con).of(everybody.reverse()[: count // 2]).null_count() == 0
        told = EntityNumbers(kept, con).of(everybody)
        assert dict(con.execute("SELECT entity_id, entity FROM entity_numbers").fetchall()) == dict(
            zip(everybody, told, strict=True)
        )
        assert sorted(told) == list(range(1, count + 1))
