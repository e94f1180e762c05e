"""The warehouse's copy of the roll: read anew when the roll, or what is held to be transport, changed, and never else."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fxwatch.home import Home, make_home
from tests.desk import entries


def copied(home: Home) -> dict[str, bool]:
    with home.writing("test") as warehouse:
        home.bring_roll(warehouse)
        return dict(warehouse.con.execute("SELECT entity_id, transport_enterprise FROM roll").fetchall())


def test_the_roll_is_read_only_when_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_home(tmp_path / "home", simulation=True, bare=True)
    read: list[Any] = []
    real = type(home.register).roll
    monkeypatch.setattr(type(home.register), "roll", lambda self, *when: read.append(when) or real(self, *when))
    home.register.enrol(entries("LAW", industry="5411"), source="test")
    assert copied(home) == copied(home) == {"LAW": True}
    assert len(read) == 1
    home.register.enrol(entries("SEA", "LAW", industry="7224"), source="test")
    assert copied(home) == copied(home) == {"LAW": False, "SEA": False}
    assert len(read) == 2
    home.change_setting("transport_divisions", "72")
    assert copied(home) == copied(home) == {"LAW": True, "SEA": True}
    assert len(read) == 3
    home.register.close()


def test_who_is_on_the_roll_is_told_without_reading_all_of_it(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", simulation=True, bare=True)
    assert home.register.on_roll().to_list() == []
    home.register.enrol(entries("SEA", "LAW"), source="test")
    home.register.enrol(entries("LAW", industry="7224"), source="test")
    assert home.register.on_roll().to_list() == home.register.roll()["entity_id"].to_list() == ["LAW", "SEA"]
    assert home.register.on_roll().dtype == pl.String
    home.register.close()


def test_the_copy_tells_who_is_on_the_roll_while_it_says_what_the_register_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path / "home", simulation=True, bare=True)
    read: list[Any] = []
    real = type(home.register).on_roll
    monkeypatch.setattr(type(home.register), "on_roll", lambda self: read.append(self) or real(self))
    home.register.enrol(entries("LAW"), source="test")
    with home.writing("test") as warehouse:
        assert home.on_roll(warehouse.con).to_list() == ["LAW"]
        home.bring_roll(warehouse)
        assert len(read) == 1
        assert home.on_roll(warehouse.con).to_list() == ["LAW"]
        assert len(read) == 1
        home.register.enrol(entries("SEA"), source="test")
        assert home.on_roll(warehouse.con).to_list() == ["LAW", "SEA"]
    home.register.close()
