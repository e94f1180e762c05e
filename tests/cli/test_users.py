"""Accounts from the command line: passwords by pipe or prompt, never on the line itself."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fxwatch import admission, passwords
from fxwatch.cli import app
from fxwatch.errors import FxwatchError
from fxwatch.home import make_home
from fxwatch.session import Session

WORDS = "correct horse battery"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make_home(tmp_path / "home", simulation=True, bare=True)
    return tmp_path / "home"


def give(path: Path, *words: str, piped: str = "") -> str:
    given = CliRunner().invoke(app, ["--home", str(path), "--lang", "en", *words], input=piped)
    if given.exception:
        raise given.exception
    return given.output


def test_an_account_made_with_a_password_signs_in(path: Path) -> None:
    told = give(path, "users", "add", "wang", "--role", "regulator", "--password-stdin", piped=f"{WORDS}\n")
    assert told == "Account wang: regulator.\n"
    assert admission.sign_in(Session(path), "wang", WORDS, address="here")


def test_an_account_without_a_password_signs_in_with_none(path: Path) -> None:
    give(path, "users", "add", "wang", "--role", "regulator")
    for typed in ("", WORDS):
        with pytest.raises(admission.WrongPassword):
            admission.sign_in(Session(path), "wang", typed, address="here")


@pytest.mark.parametrize("typed", ["", "elevenchars", "abcabcabcabc", "x" * 129])
def test_a_password_that_is_refused_leaves_no_account_behind(path: Path, typed: str) -> None:
    with pytest.raises(FxwatchError, match="12 to 128"):
        give(path, "users", "add", "wang", "--role", "regulator", "--password-stdin", piped=f"{typed}\n")
    assert "wang" not in Session(path).register.accounts()["name"]


def test_a_password_does_not_belong_on_the_command_line(path: Path) -> None:
    with pytest.raises(FxwatchError, match="does not belong on the command line"):
        give(path, "users", "add", "wang", "--role", "regulator", "--password", WORDS)


def test_without_a_terminal_nobody_can_be_asked(path: Path) -> None:
    with pytest.raises(FxwatchError, match="no terminal"):
        give(path, "users", "add", "wang", "--role", "regulator", "--password", "prompt")


def test_another_password_takes_the_place_of_the_first(path: Path) -> None:
    give(path, "users", "add", "wang", "--role", "regulator", "--password-stdin", piped=f"{WORDS}\n")
    give(path, "users", "password", "wang", "--password-stdin", piped="another horse battery\n")
    home = Session(path)
    with pytest.raises(admission.WrongPassword):
        admission.sign_in(home, "wang", WORDS, address="here")
    assert admission.sign_in(home, "wang", "another horse battery", address="here")


def test_a_closed_account_is_closed_until_it_is_made_again(path: Path) -> None:
    give(path, "users", "add", "wang", "--role", "regulator", "--password-stdin", piped=f"{WORDS}\n")
    give(path, "users", "close", "wang", "--why", "left")
    with pytest.raises(FxwatchError, match="is closed"):
        give(path, "users", "password", "wang", "--password-stdin", piped=f"{WORDS}\n")
    give(path, "users", "add", "wang", "--role", "analyst")
    with pytest.raises(admission.WrongPassword):
        admission.sign_in(Session(path), "wang", WORDS, address="here")


def test_only_an_administrator_gives_passwords_and_closes_accounts_and_nobody_their_own(path: Path) -> None:
    give(path, "users", "add", "wang", "--role", "regulator")
    for words in (("password", "wang", "--password-stdin"), ("close", "wang")):
        with pytest.raises(FxwatchError):
            give(path, "users", *words, "--by", "wang", piped=f"{WORDS}\n")
    with pytest.raises(FxwatchError, match="cannot close its own"):
        give(path, "users", "close", Session(path).actor(None))


def test_random_passwords_are_good_ones_and_all_different() -> None:
    invented = {passwords.invent() for _ in range(100)}
    assert len(invented) == 100
    for password in invented:
        passwords.check(password)
        assert re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", password)


def test_only_a_simulation_is_given_an_account_for_every_role(tmp_path: Path, path: Path) -> None:
    from fxwatch.sample.accounts import open_accounts

    told = open_accounts(Session(path), bank="120000000001")
    assert set(told) == {"regulator", "approver", "analyst", "bank", "administrator"}
    assert admission.sign_in(Session(path), "bank", told["bank"], address="here")
    make_home(tmp_path / "real", bare=True)
    with pytest.raises(FxwatchError, match="Only a simulation"):
        open_accounts(Session(tmp_path / "real"), bank="120000000001")
