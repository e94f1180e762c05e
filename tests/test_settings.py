"""Settings: defaults, a file, the environment."""

from datetime import date
from pathlib import Path

import pytest

from fxwatch.errors import HouseError, RequestError
from fxwatch.home import _settings_text
from fxwatch.settings import (
    Settings,
    parse_setting,
    read_settings,
    setting_fields,
    strip_password,
    without_password,
)


def test_a_home_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings()


def test_the_file_of_a_new_home_says_every_setting_and_changes_none(tmp_path: Path) -> None:
    (tmp_path / "fxwatch.toml").write_text(_settings_text(), "utf-8")
    assert read_settings(tmp_path) == Settings()
    uncommented = "\n".join(
        line[2:] for line in _settings_text().splitlines() if " = " in line and line.startswith("# ")
    )
    (tmp_path / "fxwatch.toml").write_text(uncommented, "utf-8")
    assert read_settings(tmp_path) == Settings()
    assert all(name in uncommented for name in setting_fields())


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fxwatch.toml").write_text("verify_ids = true\n", "utf-8")
    monkeypatch.setenv("FXWATCH_VERIFY_IDS", "false")
    assert read_settings(tmp_path).verify_ids is False


def test_an_unknown_key_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "fxwatch.toml").write_text("verifyids = true\n", "utf-8")
    with pytest.raises(HouseError, match="unknown key, verifyids"):
        read_settings(tmp_path)


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fxwatch.toml").write_bytes(b"\xff\xfe=")
    with pytest.raises(HouseError, match="cannot be read"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("today", "2026-10-31", date(2026, 10, 31)),
        ("today", "", None),
        ("verify_ids", "0", False),
        ("rate_month", "same", "same"),
        ("lock_seconds", "0.5", 0.5),
        ("transport_divisions", "53-55,58", "53-55,58"),
        ("memory", "4GiB", "4GiB"),
        ("register_url", "", ""),
        ("register_url", "postgresql://li@host/register", "postgresql://li@host/register"),
    ],
)
def test_a_value_that_fits_is_taken(name: str, text: str, value: object) -> None:
    assert parse_setting(name, text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("today", "31.10.2026"), ("verify_ids", "yes"), ("rate_month", "next"), ("lock_seconds", "-1"), ("lock_seconds", "nan"),
        ("transport_divisions", "58-53"), ("memory", "much"), ("rate_months", "0"), ("batch_rows", "1.5"), ("colour", "blue"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(RequestError, match=name):
        parse_setting(name, text)


def test_the_divisions_of_transport_are_53_to_58() -> None:
    assert Settings().transport() == {"53", "54", "55", "56", "57", "58"}


def test_a_password_is_shown_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FXWATCH_REGISTER_URL", "postgresql://li:s3cret@host/register")
    assert "s3cret" not in repr(read_settings(tmp_path))
    with pytest.raises(RequestError, match="register_url") as told:
        parse_setting("register_url", "mysql://li:s3cret@host/register?password=s3cret")
    assert "s3cret" not in told.value.english + told.value.chinese


@pytest.mark.parametrize(
    ("url", "shown", "written"),
    [
        ("", "", ""),
        ("postgresql://host/db", "postgresql://host/db", "postgresql://host/db"),
        ("postgresql://li@host/db", "postgresql://li@host/db", "postgresql://li@host/db"),
        ("postgresql://li:pw@host/db", "postgresql://li:***@host/db", "postgresql://li@host/db"),
        ("postgresql://li:p@w:/x@host/db", "postgresql://li:***@host/db", "postgresql://li@host/db"),
        ("postgresql://host/db?password=pw", "postgresql://host/db?password=***", "postgresql://host/db"),
        ("postgresql://h/db?password=pw&a=b", "postgresql://h/db?password=***&a=b", "postgresql://h/db?a=b"),
    ],
)
def test_a_url_is_shown_and_written_without_its_password(url: str, shown: str, written: str) -> None:
    assert without_password(url) == shown
    assert strip_password(url) == written
