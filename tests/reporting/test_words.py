"""Both languages say everything: no phrase, heading or label of a document is missing."""

import re
from typing import Any

import pytest

from fxwatch.register import Kind
from fxwatch.reporting import file_parts, letter_pages, work
from fxwatch.reporting.entity_file import entity_content
from fxwatch.reporting.letter import letter_content
from fxwatch.reporting.parts import Part
from fxwatch.reporting.phrases import PHRASES
from fxwatch.rulebook import rules
from fxwatch.session import Session
from fxwatch.terms import LABELS
from fxwatch.words import HEADINGS_ZH
from tests.reporting.conftest import SHIP

HELD = re.compile(r"\{(\w+)")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
_NAMELESS = {"field", "said"}


@pytest.mark.parametrize("name", PHRASES)
def test_a_phrase_is_in_both_languages_with_the_same_values(name: str) -> None:
    english, chinese = PHRASES[name]
    assert set(HELD.findall(english)) == set(HELD.findall(chinese))
    assert CHINESE.search(chinese)
    assert not CHINESE.search(english)


@pytest.mark.parametrize("kind", [k.value for k in Kind])
def test_every_kind_of_act_has_a_name_in_both_languages(kind: str) -> None:
    assert CHINESE.search(LABELS[kind][1])


@pytest.mark.parametrize("rule", rules().values(), ids=lambda r: r.name())
def test_every_rule_has_a_basis_that_a_chinese_letter_can_quote(rule: Any) -> None:
    assert CHINESE.search(rule.basis_zh)


def test_every_column_of_every_part_has_a_heading_and_every_part_a_title(home: Session) -> None:
    content = entity_content(home, SHIP)
    parts: list[Part] = [*file_parts.all_parts(content, [], "zh"), *work._parts(work._Work(home, None, None), "zh")]
    letter = letter_content(home, "N1")
    numbers = {id(f): n for n, f in enumerate(letter["findings"])}
    parts += [letter_pages._findings(letter, letter["act"], numbers, "zh"), letter_pages._annex(letter, numbers)]
    for part in parts:
        assert part.name in PHRASES
        for column in part.columns:
            assert column.name in HEADINGS_ZH or column.name in _NAMELESS, (part.name, column.name)
        if part.is_facts:
            for row in part.rows:
                assert CHINESE.search(row["field"]), (part.name, row)
        for printed in part.printed:
            assert printed in {c.name for c in part.columns}
