"""Keys on a screen: a secret is seen once and kept nowhere, a key is revoked for a reason, only an administrator does either."""

import logging
from datetime import date, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.parts import links
from fxwatch.banks.keys import PREFIX, add_key, digest_of
from fxwatch.banks.signing import signing_key
from fxwatch.check import check
from fxwatch.errors import Forbidden
from fxwatch.reading.graded import graded_list
from fxwatch.reading.keys import bank_keys, signing_keys
from fxwatch.session import Session
from fxwatch.terms import Language
from tests.dashboards.conftest import BANK, TODAY, See, tables_of, told

OTHER = "310000000002"


@pytest.fixture(autouse=True)
def _links_as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_pages", dict)


def keys_of(see: See, home: Session, language: Language = "en", account: str = "zhou") -> AppTest:
    return see("operations", account, language, home=home, part="keys")


def filled(seen: AppTest, bank: str = BANK, name: str = "core") -> AppTest:
    seen.text_input(key="operations_key_bank").set_value(bank)
    seen.text_input(key="operations_key_name").set_value(name)
    return seen


def pressed(seen: AppTest, key: str = "operations_key_add") -> AppTest:
    return seen.button(key=key).click().run()


def picked(seen: AppTest, row: int) -> AppTest:
    seen.session_state["operations_keys"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return seen.run()


def secrets_on(seen: AppTest) -> list[str]:
    return [code.value for code in seen.code]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_house_without_keys_says_so(see: See, office: Session, language: Language) -> None:
    seen = keys_of(see, office, language)
    assert not seen.exception
    assert {"en": "No bank has a key yet", "zh": "尚无银行密钥"}[language] in told(seen)


@pytest.mark.parametrize("account", ["wang", "zhao", "qian"])
def test_keys_are_an_administrators_part(see: See, own_office: Session, account: str) -> None:
    add_key(own_office, BANK, name="core", by="zhou")
    seen = keys_of(see, own_office, account=account)
    assert not [button for button in seen.button if "key" in str(button.key)]
    assert not any("per_second" in table.columns for table in tables_of(seen))


def test_who_lost_the_role_since_the_screen_was_made_adds_nothing(see: See, own_office: Session) -> None:
    seen = filled(keys_of(see, own_office))
    own_office.register.set_account("zhou", ["analyst"], by=own_office.actor(None), why="")
    with pytest.raises(Forbidden):
        add_key(own_office, BANK, name="core", by="zhou")
    pressed(seen)
    assert bank_keys(own_office).is_empty()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_secret_is_shown_once(see: See, own_office: Session, language: Language) -> None:
    seen = pressed(filled(keys_of(see, own_office, language)))
    (secret,) = secrets_on(seen)
    assert secret.startswith(PREFIX)
    assert {"en": "shown this once", "zh": "仅显示这一次"}[language] in told(seen)
    found = own_office.register.key_by_digest(digest_of(secret))
    assert found is not None
    assert (found.bank, found.name) == (BANK, "core")
    assert tables_of(seen)[0]["key"].to_list() == [found.key], "the new key is in the list at once"
    assert secrets_on(seen.run()) == []


def test_a_secret_stays_in_no_session_address_log_or_register(
    see: See, own_office: Session, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        seen = pressed(filled(keys_of(see, own_office)))
    (secret,) = secrets_on(seen)
    state: dict[str, Any] = dict(seen.session_state._state.filtered_state)
    assert secret not in repr(state)
    assert secret not in repr(dict(seen.query_params))
    assert secret not in caplog.text
    kept = [file for file in own_office.path.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]
    assert kept == []


def test_a_key_has_the_limit_the_scope_and_the_last_day_that_were_given(see: See, own_office: Session) -> None:
    seen = filled(keys_of(see, own_office), OTHER, "desk")
    seen.number_input(key="operations_key_limit").set_value(7)
    seen.selectbox(key="operations_key_scope").set_value("bureau")
    seen.date_input(key="operations_key_expires").set_value(TODAY)
    pressed(seen)
    (row,) = bank_keys(own_office).rows(named=True)
    assert (row["per_second"], row["scope"], row["expires_on"], row["by"]) == (7, "bureau", TODAY, "zhou")


def test_a_code_that_is_none_is_one_sentence_and_makes_no_key(see: See, own_office: Session) -> None:
    seen = pressed(filled(keys_of(see, own_office), "north"))
    assert "is no institution code" in seen.error[0].value
    assert secrets_on(seen) == []
    assert bank_keys(own_office).is_empty()


def test_a_second_key_of_the_same_name_is_refused(see: See, own_office: Session) -> None:
    add_key(own_office, BANK, name="core", by="zhou")
    seen = pressed(filled(keys_of(see, own_office)))
    assert "has a key named core" in seen.error[0].value
    assert bank_keys(own_office).height == 1


def test_a_key_is_revoked_for_a_reason(see: See, own_office: Session) -> None:
    add_key(own_office, BANK, name="core", by="zhou")
    seen = picked(keys_of(see, own_office), 0)
    seen = pressed(seen, "operations_revoke_now")
    assert "Say why first" in seen.error[0].value
    assert own_office.register.live_keys()
    seen.text_input(key="operations_revoke_why_K1").set_value("the machine was lost")
    seen = pressed(seen, "operations_revoke_now")
    assert "Key K1 is revoked." in told(seen)
    assert own_office.register.live_keys() == []
    (row,) = bank_keys(own_office).rows(named=True)
    assert (row["state"], row["revoked_why"], row["revoked_by"]) == ("revoked", "the machine was lost", "zhou")


def test_a_key_that_is_revoked_cannot_be_revoked_again(see: See, own_office: Session) -> None:
    from fxwatch.banks.keys import revoke_key

    made = add_key(own_office, BANK, name="core", by="zhou").key
    revoke_key(own_office, made.key, why="lost", by="zhou")
    seen = picked(keys_of(see, own_office), 0)
    assert not [button for button in seen.button if button.key == "operations_revoke_now"]


def test_a_key_works_through_its_last_day(own_office: Session) -> None:
    add_key(own_office, BANK, name="core", expires=TODAY, by="zhou")
    assert bank_keys(own_office)["state"].to_list() == ["works"]
    own_office.change_setting("today", (TODAY + timedelta(days=1)).isoformat())
    assert bank_keys(own_office)["state"].to_list() == ["expired"]


def test_the_list_says_when_the_bank_last_asked(see: See, own_office: Session) -> None:
    for bank in (BANK, OTHER):
        add_key(own_office, bank, name="core", by="zhou")
    entity = graded_list(own_office)["entity_id"][0]
    for day in (date(2026, 10, 1), date(2026, 10, 3)):
        own_office.change_setting("today", day.isoformat())
        check(own_office, entity, BANK)
    assert dict(bank_keys(own_office).select("bank", "last_asked").iter_rows()) == {BANK: day, OTHER: None}
    assert not keys_of(see, own_office).exception


def test_signing_keys_are_listed_and_a_new_one_signs_when_it_is_confirmed(see: See, own_office: Session) -> None:
    assert "Nothing was signed yet" in told(keys_of(see, own_office))
    old = signing_key(own_office).key_id
    seen = pressed(keys_of(see, own_office), "operations_rotate")
    new = signing_key(own_office).key_id
    assert new != old
    assert f"signed with {new}" in told(seen)
    shown = signing_keys(own_office)
    assert shown.select("key_id", "state").rows() == [(new, "works"), (old, "retired")]
    ended, begun = shown["signs_to"][1], shown["signs_from"][0]
    assert timedelta(0) <= ended - begun <= timedelta(seconds=61)
