"""The card shows the scorecard itself: with it and a row's values anybody adds the score up on paper."""

from pathlib import Path

import pytest

from fxwatch.attention.card import card, html, markdown
from fxwatch.terms import Language
from tests.risk import by_hand

POINTS: dict[Language, list[str]] = {
    "en": [
        "Everybody has -80 points",
        "| receipts and payments in 12 months | USD 100,000 to below USD 5,000,000: +3; at least USD 5,000,000: +21 |",
        "| at least 25.0 %: +7; nothing to measure: +2 |",
        "| below C: +4; at least G: +1 |",
        "| nothing to measure: +5 |",
    ],
    "zh": [
        "每个主体均有基础分 -80",
        "| 近12个月收付合计 | 不低于 100,000 美元、低于 5,000,000 美元：+3；不低于 5,000,000 美元：+21 |",
        "| 不低于 25.0 %：+7；无可计量：+2 |",
        "| 低于 C：+4；不低于 G：+1 |",
        "| 无可计量：+5 |",
    ],
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_card_holds_the_points_of_every_bin(language: Language, tmp_path: Path) -> None:
    blocks = card(by_hand.kept(tmp_path, by_hand.text()), ["-"], language)
    text, page = markdown(blocks), "\n".join(html(blocks))
    for told in POINTS[language]:
        assert told in text
        cells = [cell.strip() for cell in told.strip("|").split("|")]
        assert all(cell in page for cell in cells)
    # Features that give nobody any are counted and not listed.
    points = text.split("## Points" if language == "en" else "## 分值")[1].split("\n## ")[0]
    assert sum(line.startswith("| ") for line in points.splitlines()) == 2 + len(by_hand.BINS)
