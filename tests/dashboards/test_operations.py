"""Operations: counts that add up, the quarantine's way out and in again, the chain proved, accounts made and closed."""

import re
import shutil
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.parts import links
from fxwatch.admission import sign_in
from fxwatch.intake import quarantined, retry
from fxwatch.locks import locked
from fxwatch.reading import operations, quarantine
from fxwatch.session import Session
from fxwatch.terms import Language
from fxwatch.upkeep import restore
from tests.dashboards.conftest import BANK, CLERK, See, tables_of, told

PARTS = ["loads", "quarantine", "runs", "record", "house"]
HEADER = "declaration_no,entity_id,direction,day,code,currency,amount,remark"


@pytest.fixture(autouse=True)
def _links_as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_pages", dict)


@pytest.fixture
def fresh(empty_home_path: Path, tmp_path: Path) -> Session:
    """An office with one entity and its three rows, all in quarantine, one of them with a field too many."""
    own_office = Session(Path(shutil.copytree(empty_home_path, tmp_path / "fresh")))
    entities = tmp_path / "entities.csv"
    entities.write_text(f"entity_id,name\n{ENTITY},new\n", "utf-8")
    own_office.load("entities", entities)
    own_office.load("flows", written(tmp_path, *ROWS))
    return own_office


ENTITY = "100000702"
ROWS = (
    f"NEW1,{ENTITY},receipt,2026-13-01,228021,USD,5.00,a",
    f'NEW2,{ENTITY},up,2026-10-01,228021,USD,5.00,"=1+1, ""x"""',
    f"NEW3,{ENTITY},receipt,2026-10-01,228021,USD,5.00,a,b",
)


def written(folder: Path, *rows: str) -> Path:
    file = folder / "rows.csv"
    file.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    return file


def press(seen: AppTest, key: str) -> AppTest:
    return seen.button(key=key).click().run()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("part", [*PARTS, "users"])
def test_every_part_opens(see: See, part: str, language: Language):
    seen = see("operations", "zhou", language, part=part)
    assert not seen.exception
    assert seen.title[0].value == {"en": "Operations", "zh": "运行"}[language]


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_an_empty_home_opens(see: See, bare_office: Session, part: str):
    assert not see("operations", "zhou", home=bare_office, part=part).exception


def test_what_was_read_is_what_became_of_it(see: See, office: Session):
    read, *became = (int(str(one.value).replace(",", "")) for one in see("operations").metric)
    assert read == sum(became) == operations.loads(office)["read"].sum()


def test_users_are_an_administrators_part(see: See):
    for account in ("wang", "zhao", "qian"):
        seen = see("operations", account, part="users")
        assert "Add an account" not in told(seen)
        assert not [b for b in seen.button if b.key == "operations_backup"]


# ---- quarantine


def test_reasons_have_their_numbers_and_open_their_rows(see: See, office: Session):
    rows = quarantine.reasons(office)
    row = rows.row(0, named=True)
    shown = tables_of(see("operations", part="quarantine", kind=row["kind"], reason=row["reason"]))[0]
    assert shown.height == min(row["rows"], quarantine.PAGE)
    assert rows["rows"].sum() == quarantined(office).height


def test_pages_together_are_all_rows_once(office: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(quarantine, "PAGE", 3)
    kind = quarantine.reasons(office)["kind"][0]
    of_kind = quarantined(office).filter(kind=kind)
    pages = [quarantine.page_of(office, kind, None, page) for page in range(1, of_kind.height // 3 + 3)]
    assert pages[-1].is_empty()
    assert pl.concat(pages)["raw"].to_list() == of_kind["raw"].to_list()


def test_the_file_for_correction_has_the_reason_before_the_columns_as_they_came(fresh: Session):
    text = quarantine.to_correct(fresh, "flows", "BAD_DIRECTION", "zh").decode("utf-8-sig")
    header, *rows = text.splitlines()
    assert header.split(",")[:3] == ["fxwatch_reason", "fxwatch_sentence", "declaration_no"]
    mine = next(row for row in rows if "NEW2" in row)
    assert mine.startswith("BAD_DIRECTION,")
    assert '"=1+1, ""x"""' in mine
    assert "direction" in mine.split(",")[1]


def test_rows_that_were_corrected_in_the_file_are_taken(fresh: Session, tmp_path: Path):
    text = quarantine.to_correct(fresh, "flows", None, "en").decode("utf-8-sig")
    corrected = text.replace("2026-13-01", "2026-10-01").replace(",up,", ",receipt,").replace(",a,b", ",a")
    file = tmp_path / "corrected.csv"
    file.write_text(corrected, "utf-8-sig")
    before = quarantined(fresh).height
    report = fresh.load("flows", file)
    assert (before, quarantined(fresh).height) == (3, 0)
    assert {"fxwatch_reason", "fxwatch_sentence"} <= set(report.extra_columns)
    assert report.accepted == 3


def test_a_file_for_correction_that_is_loaded_as_it_is_puts_nothing_in_twice(fresh: Session, tmp_path: Path):
    waiting = quarantined(fresh).height
    file = tmp_path / "same.csv"
    file.write_bytes(quarantine.to_correct(fresh, "flows", None, "en"))
    assert fresh.load("flows", file).accepted == 0
    assert quarantined(fresh).height == waiting


def test_a_column_that_is_called_reason_itself_keeps_its_place(own_office: Session, tmp_path: Path):
    file = tmp_path / "rows.csv"
    file.write_text(f"{HEADER},reason\n{ROWS[1]},mine\n", "utf-8")
    own_office.load("flows", file)
    text = quarantine.to_correct(own_office, "flows", None, "en").decode("utf-8-sig")
    assert text.splitlines()[0].split(",").count("reason") == 1
    assert any(row.endswith(",mine") for row in text.splitlines())


def test_the_quarantine_is_judged_again_by_a_button(see: See, own_office: Session, tmp_path: Path):
    own_office.load("flows", written(tmp_path, f"NEW4,{ENTITY},receipt,2026-10-01,228021,USD,5.00,a"))
    if quarantined(own_office).filter(declaration_no="NEW4")["reason"].to_list() != ["UNKNOWN_ENTITY"]:
        pytest.fail("the entity should not be on the roll")
    entities = tmp_path / "entities.csv"
    entities.write_text(f"entity_id,name\n{ENTITY},new\n", "utf-8")
    own_office.load("entities", entities)
    seen = press(
        see("operations", "qian", home=own_office, part="quarantine", reason="UNKNOWN_ENTITY"), "operations_retry"
    )
    assert not seen.exception
    assert "accepted" in seen.success[0].value
    assert quarantined(own_office).filter(declaration_no="NEW4").is_empty()


def test_a_home_that_another_process_holds_is_said_to_be_so(see: See, own_office: Session):
    own_office.change_setting("lock_seconds", "0.1")
    with locked(own_office.path / "warehouse.lock", doing="load flows big.csv", seconds=1):
        seen = press(see("operations", "qian", home=own_office, part="quarantine"), "operations_retry")
    assert not seen.exception
    assert "load flows big.csv" in seen.error[0].value


@pytest.mark.parametrize("account", [CLERK, "closed"])
def test_a_bank_and_a_closed_account_load_nothing(own_office: Session, tmp_path: Path, account: str):
    from fxwatch.errors import Forbidden

    own_office.register.set_account("closed", ["analyst"], by=own_office.actor(None), why="", is_active=False)
    with pytest.raises(Forbidden):
        own_office.load("flows", written(tmp_path, *ROWS), by=account)
    with pytest.raises(Forbidden):
        retry(own_office, by=account)


# ---- runs and the record


def test_the_newest_run_is_told_in_figures(see: See, office: Session):
    run = operations.runs(office).row(0, named=True)
    seen = see("operations", part="runs")
    words = [str(one.value) for one in seen.metric]
    assert f"{run['flows']:,}" in words
    assert f"{run['hits']:,}" in words


def test_the_head_is_shown_and_the_chain_proved(see: See, office: Session):
    seen = see("operations", part="record")
    assert seen.code[0].value == office.register.head()
    assert seen.metric[0].value == f"{office.register.last_act():,}"
    seen = press(seen, "operations_verify")
    assert seen.success


def test_a_digest_that_was_never_the_head_is_no_proof(see: See):
    seen = see("operations", part="record")
    seen.text_input(key="operations_head").set_value("0" * 63 + "1")
    assert press(seen, "operations_verify").error


def test_the_newest_acts_come_first_and_no_more_than_asked(office: Session):
    last = office.register.last_act()
    assert operations.last_acts(office, 3)["number"].to_list() == [last, last - 1, last - 2]
    assert operations.last_acts(office, last + 10).height == last


# ---- accounts


def add(seen: AppTest, name: str, roles: list[str], bank: str = "") -> AppTest:
    seen.text_input(key="operations_new_name").set_value(name)
    seen.button_group(key="operations_new_roles").set_value(roles)
    seen.text_input(key="operations_new_bank").set_value(bank)
    return next(b for b in seen.button if b.label == "Add").click().run()


def test_an_account_is_made_with_a_password_that_lets_in_and_is_shown_once(see: See, own_office: Session):
    seen = add(see("operations", "zhou", home=own_office, part="users"), "fang", ["analyst"])
    assert not seen.exception
    secret = seen.code[0].value
    assert own_office.register.account("fang").roles == {"analyst"}
    assert sign_in(own_office, "fang", secret, address="test")
    assert not seen.run().code


def test_a_clerks_account_is_of_an_institution(see: See, own_office: Session):
    refused = add(see("operations", "zhou", home=own_office, part="users"), "fang", ["bank"])
    assert "institution" in refused.error[0].value
    add(see("operations", "zhou", home=own_office, part="users"), "fang", ["bank"], BANK)
    assert own_office.register.account("fang").institution == BANK


def test_a_name_that_is_none_is_refused_in_a_sentence(see: See, own_office: Session):
    seen = add(see("operations", "zhou", home=own_office, part="users"), "two words", ["analyst"])
    assert "letters, digits" in seen.error[0].value


def test_accounts_say_who_has_a_password(own_office: Session):
    from fxwatch.amending import set_password

    set_password(own_office, "wang", "river stone moon 42")
    having = dict(operations.accounts(own_office).select("name", "has_password").iter_rows())
    assert (having["wang"], having["qian"]) == (True, False)


# ---- the house


def test_a_backup_is_made_where_the_administrator_says(see: See, own_office: Session, tmp_path: Path):
    place = tmp_path / "backup.tar.gz"
    seen = see("operations", "zhou", home=own_office, part="house")
    seen.text_input(key="operations_place").set_value(str(place))
    seen = press(seen.run(), "operations_backup")
    assert not seen.exception
    assert seen.success
    assert restore(place, tmp_path / "again").acts == own_office.register.last_act() - 1


def test_a_place_that_is_taken_is_refused_in_a_sentence(see: See, own_office: Session, tmp_path: Path):
    place = tmp_path / "backup.tar"
    place.write_bytes(b"something")
    seen = see("operations", "zhou", home=own_office, part="house")
    seen.text_input(key="operations_place").set_value(str(place))
    assert str(place) in press(seen.run(), "operations_backup").error[0].value


def test_the_doctor_says_that_all_is_well(see: See, own_office: Session):
    seen = press(see("operations", "wang", home=own_office, part="house"), "operations_doctor")
    assert not seen.exception
    assert re.search(r"All is well: \d+ loads, 1 runs", seen.success[0].value)


def test_the_doctor_names_what_it_found(see: See, own_office: Session):
    (own_office.path / "published" / "snapshot-99.half").write_bytes(b"left behind")
    seen = press(see("operations", "wang", home=own_office, part="house"), "operations_doctor")
    assert not seen.success
    assert "snapshot\\-99\\.half" in seen.warning[0].value


def test_a_setting_is_changed_and_what_does_not_fit_is_refused(see: See, own_office: Session):
    seen = see("operations", "zhou", home=own_office, part="house")
    seen.selectbox(key="operations_setting").set_value("keep_snapshots").run()
    seen.text_input(key="operations_value_keep_snapshots").set_value("5")
    seen = press(seen, "operations_change_setting")
    assert "keep_snapshots is 5" in seen.success[0].value
    assert own_office.settings.keep_snapshots == 5
    seen.text_input(key="operations_value_keep_snapshots").set_value("none")
    assert "keep_snapshots" in press(seen, "operations_change_setting").error[0].value


def test_snapshots_say_which_is_current(office: Session):
    found = operations.snapshots(office)
    assert found.filter("is_current")["snapshot"].to_list() == [office.snapshot().name]
    assert found["at"].is_sorted(descending=True)
