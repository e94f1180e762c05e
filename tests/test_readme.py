"""The README cannot lie: its rule book is made from the rules, its commands exist, both languages tell the same."""

import os
import re
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from fxwatch.cli import app
from fxwatch.rulebook import monitors, rules

ROOT = Path(__file__).parents[1]
READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh.md"}
HEAD = {
    "en": "| rule | finds | parameters | basis |\n|---|---|---|---|",
    "zh": "| 指标 | 发现什么 | 参数 | 依据 |\n|---|---|---|---|",
}


def rule_table(language: str) -> str:
    """The rule book as the README shows it."""
    lines = [HEAD[language]]
    for name, rule in sorted({**rules(), **monitors()}.items()):
        first = (rule.__doc__ or "").splitlines()[0]
        finds = f"{rule.title_zh}" if language == "zh" else f"{rule.title}: {first}"
        told = [
            f"`{p.name}` = {p.default} {p.unit}: {p.meaning_zh if language == 'zh' else p.meaning}"
            for p in rule.params()
        ]
        lines.append(f"| `{name}` | {finds} | {'<br>'.join(told)} | {rule.basis} |")
    return "\n".join(lines)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_rule_book_table_is_made_from_the_rules(language: str) -> None:
    path = READMES[language]
    text = path.read_text("utf-8")
    made = f"<!-- rules -->\n{rule_table(language)}\n<!-- /rules -->"
    if os.environ.get("FXWATCH_REWRITE_README"):
        path.write_text(re.sub(r"<!-- rules -->.*<!-- /rules -->", lambda _: made, text, flags=re.S), "utf-8")
        return
    assert made in text, "run once with FXWATCH_REWRITE_README=1 to write the table again"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_in_the_readme_exists(language: str) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    named = set(re.findall(r"fxwatch(?: --home \S+)? ([a-z]+(?:-[a-z]+)*)\b", READMES[language].read_text("utf-8")))
    prose = {"supervises", "keeps", "follows", "finds", "itself", "brings", "is", "and", "that"}
    assert named - prose <= set(commands), named - prose - set(commands)


def test_the_two_commands_stand_in_both_readmes() -> None:
    for path in READMES.values():
        assert "make demo" in path.read_text("utf-8")
        assert "make test" in path.read_text("utf-8")


def all_commands(group: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    for name, command in getattr(group, "commands", {}).items():
        found += all_commands(command, (*path, name))
    return found


@pytest.mark.parametrize("words", all_commands(get_command(app)), ids=" ".join)
def test_every_command_answers_help_in_a_sentence(words: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(app, [*words, "--help"])
    assert answer.exit_code == 0
    assert "Usage:" in answer.output
    assert len(answer.output) > 100
