"""Keys, receipts and questions from the command line: sentences, exit codes, files, in both languages."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import fxwatch
from fxwatch.cli import app
from fxwatch.errors import FxwatchError
from fxwatch.home import make_home
from tests.desk import entries

BANK, SHIP = "120000000001", "100000016"


@pytest.fixture
def home(tmp_path: Path):
    made = fxwatch.open(make_home(tmp_path / "home", simulation=True, bare=True).path)
    made.change_setting("today", "2026-03-31")
    made.register.enrol(entries(SHIP), source="test")
    yield made
    made.register.close()


@pytest.fixture
def say(home):
    def run(*words: str, code: int = 0, lang: str = "en") -> str:
        done = CliRunner().invoke(app, ["--home", str(home.path), "--lang", lang, *words])
        if isinstance(done.exception, FxwatchError):
            assert done.exception.exit_code == code
            return done.exception.say("zh" if lang == "zh" else "en")
        assert done.exit_code == code, done.output
        return done.stdout

    return run


def test_a_key_is_shown_once_and_never_listed(say):
    told = say("keys", "add", BANK, "--name", "core", "--expires", "2026-12-31", "--limit", "50/s")
    assert told.startswith(f"Key K1 of {BANK}, core: bank, 50/s, 2026-12-31.\nfxw_")
    secret = told.splitlines()[1]
    for listing in (say("keys", "list"), say("keys", "list", "--json"), say("audit", "acts", "--json")):
        assert "core" in listing
        assert secret not in listing
    (row,) = json.loads(say("keys", "list", "--json"))
    assert (row["key"], row["per_second"], row["expires_on"], row["revoked_on"]) == ("K1", 50, "2026-12-31", None)


def test_a_key_is_revoked_for_a_reason_once(say):
    say("keys", "add", BANK, "--name", "core")
    assert "K1 is revoked" in say("keys", "revoke", "K1", "--why", "lost")
    assert "was revoked at" in say("keys", "revoke", "K1", "--why", "lost", code=2)
    assert "no key K9" in say("keys", "revoke", "K9", "--why", "lost", code=2)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["12345", "--name", "core"], "institution code"),
        ([BANK, "--name", "core", "--limit", "many"], "like 50/s"),
        ([BANK, "--name", "core", "--limit", "0/s"], "1 to 1,000,000"),
        ([BANK, "--name", "core", "--expires", "soon"], "is no day"),
        ([BANK, "--name", "core", "--expires", "2026-03-30"], "is past"),
        ([BANK, "--name", "core", "--scope", "all"], "bank or bureau"),
        ([BANK, "--name", "core", "--by", "nobody"], "no account nobody"),
    ],
)
def test_what_is_no_key_is_refused_in_a_sentence(say, words, says):
    assert says in say("keys", "add", *words, code=2)
    assert json.loads(say("keys", "list", "--json")) == []


def test_chinese_is_spoken(say):
    assert "密钥 K1" in say("keys", "add", BANK, "--name", "core", lang="zh")
    assert "已吊销" in say("keys", "revoke", "K1", "--why", "遗失", lang="zh")
    assert "没有密钥 K9" in say("keys", "revoke", "K9", "--why", "遗失", code=2, lang="zh")
    say("check", SHIP, "--as", BANK)
    assert "回执 1" in say("receipt", "show", "1", lang="zh")


def test_a_receipt_is_shown_written_and_proved(say, tmp_path):
    answer = json.loads(say("check", SHIP, "--as", BANK, "--json"))
    file, keys = tmp_path / "answer.json", tmp_path / "keys.json"
    shown = say("receipt", "show", str(answer["receipt"]), "--out", str(file))
    assert f"{BANK} (" in shown
    assert "A honest on 2026-03-31" in shown
    assert json.loads(file.read_text("utf-8")) == json.loads(say("receipt", "show", "1", "--json")) == answer
    say("keys", "signing", "--out", str(keys))
    proved = say("receipt", "verify", str(file))
    assert "holds" in proved
    assert f"Receipt {answer['receipt']}: {SHIP} " in proved
    assert f"grade A honest on 2026-03-31; payment instruction. Known at {answer['known_at']}" in proved
    assert f"signed with {answer['key_id']}.\nIt is on record here." in proved
    assert "Proved by the given public keys alone." in say("receipt", "verify", str(file), "--keys", str(keys))
    assert f"回执 {answer['receipt']}：{SHIP} " in say("receipt", "verify", str(file), lang="zh")
    assert json.loads(say("receipt", "verify", str(file), "--json"))["told"]["grade"] == "A"
    file.write_text(json.dumps(answer | {"grade": "C"}))
    for more in ([], ["--keys", str(keys)]):
        assert "does not fit" in say("receipt", "verify", str(file), *more, code=1)
    assert json.loads(say("receipt", "verify", str(file), "--json", code=1))["ok"] is False


def test_each_answer_of_a_list_is_proved_by_itself(say, tmp_path):
    answers = [json.loads(say("check", SHIP, "--as", BANK, "--json")) for _ in range(2)]
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"answers": answers}))
    proved = say("receipt", "verify", str(file))
    assert [f"Receipt {n}: {SHIP} " in proved for n in (1, 2, 3)] == [True, True, False]
    assert [one["ok"] for one in json.loads(say("receipt", "verify", str(file), "--json"))] == [True, True]
    file.write_text(json.dumps({"answers": [answers[0], answers[1] | {"grade": "C"}]}))
    assert [one["ok"] for one in json.loads(say("receipt", "verify", str(file), "--json", code=1))] == [True, False]
    for broken in ([], [7], "x"):
        file.write_text(json.dumps({"answers": broken}))
        assert "a list of answers with none in it" in say("receipt", "verify", str(file), code=2)


def test_without_a_home_the_public_keys_are_asked_for(tmp_path):
    file = tmp_path / "answer.json"
    file.write_text("{}")
    done = CliRunner().invoke(app, ["--home", str(tmp_path / "none"), "receipt", "verify", str(file)])
    assert isinstance(done.exception, FxwatchError)
    assert "Give the public keys with --keys" in str(done.exception)
    assert "--keys KEYS.json" in done.exception.chinese


def test_a_receipt_or_a_file_that_is_not_there_is_told(say, tmp_path):
    assert "no receipt 7" in say("receipt", "show", "7", code=2)
    assert "cannot be read" in say("receipt", "verify", str(tmp_path / "none.json"), code=2)


def test_signing_is_rotated_and_a_key_retired(say):
    (first,) = json.loads(say("keys", "signing"))["keys"]
    assert "signed with" in say("keys", "rotate-signing")
    old, new = json.loads(say("keys", "signing"))["keys"]
    assert (old["key_id"], new["valid_to"]) == (first["key_id"], None)
    assert old["valid_to"] is not None
    assert "is retired" in say("keys", "retire-signing", new["key_id"], "--why", "stolen")
    assert "no signing key x" in say("keys", "retire-signing", "x", "--why", "stolen", code=2)


def test_questions_are_listed_and_payments_nobody_asked_about(say):
    say("check", SHIP, "--as", BANK)
    (row,) = json.loads(say("questions", "--json", "--bank", BANK, "--entity", SHIP))
    assert (row["receipt"], row["entity_id"], row["day"]) == (1, SHIP, "2026-03-31")
    assert json.loads(say("questions", "--json", "--from", "2026-04-01")) == []
    assert json.loads(say("unasked", "--json")) == json.loads(say("unasked", "--by", "bank", "--json")) == []
    assert "takes bank or month" in say("unasked", "--by", "year", code=2)
    assert "wrong order" in say("unasked", "--from", "2026-02-01", "--to", "2026-01-01", code=2)
