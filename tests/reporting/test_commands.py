"""A regulator writes papers from the command line, in the language asked for."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from fxwatch.cli import app
from fxwatch.errors import FxwatchError
from fxwatch.session import Session
from tests.reporting.conftest import SHIP
from tests.reporting.pages import page


def fxwatch(home: Session, *words: Any) -> Result:
    return CliRunner().invoke(app, ["--home", str(home.path), "--lang", "en", *map(str, words)])


def test_a_file_and_a_letter_are_written_and_a_digest_finds_them_again(home: Session, tmp_path: Path) -> None:
    told = fxwatch(home, "file", SHIP, "--out", tmp_path / "file.html", "--lang", "zh")
    assert told.exit_code == 0, told.output
    assert "企业档案" in page(tmp_path / "file.html").text
    assert fxwatch(home, "letter", "N1", "--out", tmp_path / "letter.html").exit_code == 0
    digest = told.output.split("Digest ")[1][:16]
    found = fxwatch(home, "papers", "--digest", digest)
    assert "file_produced" in found.output
    assert "letter_produced" not in found.output
    assert "letter_produced" in fxwatch(home, "papers", "--entity", SHIP).output


def test_a_digest_that_no_paper_has_is_told_so(home: Session) -> None:
    assert "No such paper" in fxwatch(home, "papers", "--digest", "abc").output


def test_the_report_on_work_comes_as_a_table_a_file_or_a_page(home: Session, tmp_path: Path) -> None:
    assert "large_transport_transfer" in fxwatch(home, "report", "work").output
    for by in ("rule", "month", "account"):
        assert fxwatch(home, "report", "work", "--by", by, "--out", tmp_path / f"{by}.csv").exit_code == 0
    assert (tmp_path / "month.csv").read_text("utf-8").startswith("month,found,")
    assert fxwatch(home, "report", "work", "--lang", "zh", "--out", tmp_path / "work.html").exit_code == 0
    assert "分指标" in page(tmp_path / "work.html").text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["file", "100000059", "--out", "x.html"], "not on the roll"),
        (["letter", "N99", "--out", "x.html"], "no notice N99"),
        (["file", SHIP, "--out", "x.doc"], "x.doc"),
        (["file", SHIP, "--out", "x.html", "--lang", "fr"], "not fr"),
        (["report", "work", "--by", "bank"], "not by bank"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else None,
)
def test_a_wrong_request_is_one_sentence(home: Session, words: list[str], says: str) -> None:
    answer = fxwatch(home, *words)
    assert isinstance(answer.exception, FxwatchError)
    assert says in answer.exception.english
    assert answer.exception.exit_code == 2
