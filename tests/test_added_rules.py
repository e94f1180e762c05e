"""Rules of the house's own: a folder that the settings name is part of the book, without touching ours."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fxwatch.cli import app
from fxwatch.drafting import draft
from fxwatch.errors import HouseError, RequestError
from fxwatch.home import make_home
from fxwatch.rulebook import look_into, rules

ENTITIES = "entity_id,name\nTEA,Tea House\n"
FLOWS = (
    "declaration_no,entity_id,direction,day,code,currency,amount\n"
    "A1,TEA,payment,2026-03-02,228021,USD,60000\n"
    "A2,TEA,payment,2026-03-02,228021,USD,40000.01\n"
)


@pytest.fixture(autouse=True)
def ours_alone_afterwards() -> Iterator[None]:
    yield
    look_into(None)


def test_a_rule_dropped_into_the_folder_is_in_the_book(tmp_path: Path) -> None:
    ours = list(rules())
    draft(tmp_path, "large_single_day")
    look_into(tmp_path)
    assert set(rules()) == {*ours, "large_single_day"}
    assert rules()["large_single_day"].name() == "large_single_day"
    look_into(None)
    assert list(rules()) == ours


def test_tests_and_underscored_files_are_no_rules(tmp_path: Path) -> None:
    (tmp_path / "_shared.py").write_text("LIMIT = 5\n")
    (tmp_path / "test_other.py").write_text("1 / 0\n")
    look_into(tmp_path)
    assert "test_other" not in rules()


@pytest.mark.parametrize(
    ("name", "written", "instead", "says"),
    [
        ("fine", "Leaves out: ", "Without: ", "fine.py, line 10 is no rule: the docstring should say 'Leaves out:'"),
        ("fine", "self.looks_at()", "self.looks_at(", "fine.py, line"),
        ("large_daily_total", "nothing", "nothing", "line 1 is no rule: the book has a rule large_daily_total already"),
        ("top_items", "nothing", "nothing", "the book has a rule top_items already"),
    ],
)
def test_a_misfit_is_refused_with_file_line_and_reason(
    tmp_path: Path, name: str, written: str, instead: str, says: str
) -> None:
    rule, _ = draft(tmp_path, name)
    rule.write_text(rule.read_text("utf-8").replace(written, instead), "utf-8")
    look_into(tmp_path)
    with pytest.raises(HouseError) as refused:
        rules()
    assert says in refused.value.english
    assert str(rule) in refused.value.chinese


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    look_into(tmp_path / "nowhere")
    with pytest.raises(HouseError, match=r"rules_folder names .*nowhere, which is no folder"):
        rules()


def test_a_draft_never_overwrites_and_its_name_is_a_rules(tmp_path: Path) -> None:
    draft(tmp_path, "mine")
    with pytest.raises(RequestError, match="there already"):
        draft(tmp_path, "mine")
    for name in ("Mine", "my-rule", "1st", "../mine", ""):
        with pytest.raises(RequestError, match="small letters and digits"):
            draft(tmp_path, name)


def test_ten_minutes_from_an_idea_to_a_hit(tmp_path: Path) -> None:
    """The README's steps, one after the other."""
    home = make_home(tmp_path / "home", simulation=True)
    home.change_setting("today", "2026-03-31")
    home.change_setting("verify_ids", "false")
    (tmp_path / "entities.csv").write_text(ENTITIES)
    (tmp_path / "flows.csv").write_text(FLOWS)

    def fxwatch(*words: str) -> str:
        answer = CliRunner().invoke(
            app, ["--lang", "en", "--home", str(tmp_path / "home"), *words], catch_exceptions=False
        )
        assert answer.exit_code == 0, answer.output
        return answer.output

    with pytest.raises(RequestError, match="rules_folder DIR"):
        fxwatch("rules", "new", "payments_of_a_day")
    fxwatch("settings", "set", "rules_folder", str(tmp_path / "rules"))
    fxwatch("rules", "new", "payments_of_a_day")
    test = tmp_path / "rules" / "test_payments_of_a_day.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)],
        capture_output=True, text=True, cwd=Path(__file__).parents[1], timeout=300,
    )  # fmt: skip
    assert "2 passed" in done.stdout, done.stdout
    fxwatch("load", "entities", str(tmp_path / "entities.csv"))
    fxwatch("load", "flows", str(tmp_path / "flows.csv"))
    assert "payments_of_a_day 1" in fxwatch("run")
    hit = "payments_of_a_day:TEA:consulting:payment:2026-03-02"
    assert hit in fxwatch("hits", "--rule", "payments_of_a_day", "--json")
    explained = fxwatch("explain", hit)
    assert "Tea House paid USD 100,000.01" in explained
    fxwatch("rules", "set", "payments_of_a_day.limit_usd", "100000.01", "--from", "2026-03-01", "--basis", "a trial")
    assert "payments_of_a_day 0" in fxwatch("run")
