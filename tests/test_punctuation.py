"""Chinese sentences have Chinese punctuation: a comma, a colon or a bracket beside a Chinese character is full-width."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HALF = re.compile("[\u4e00-\u9fff][,;:?!(]|[,;?!)][\u4e00-\u9fff]")
SOURCES = sorted(path for top in ("fxwatch", "indicators", "dashboards") for path in (ROOT / top).rglob("*.py"))
CATALOGUES = sorted((ROOT / "dashboards" / "words").glob("*.json"))


def texts(path: Path) -> Iterator[str]:
    """Every text of a module but its docstrings, which are English and may quote a Chinese word."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_speaks_chinese_with_chinese_punctuation(path: Path) -> None:
    assert [text for text in texts(path) if HALF.search(text)] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_a_catalogue_speaks_chinese_with_chinese_punctuation(path: Path) -> None:
    entries = json.loads(path.read_text("utf-8"))
    assert [entry["zh"] for entry in entries.values() if HALF.search(entry["zh"])] == []


def test_a_half_width_comma_would_be_found() -> None:
    assert HALF.search("\u91d1\u989d,\u5929")
    assert not HALF.search("\u91d1\u989d\uff0c\u5929")
