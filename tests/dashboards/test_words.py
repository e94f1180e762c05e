"""The catalogue is whole: both languages, every sentence that is asked for, none that nobody asks for, nothing beside it."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards import words

ROOT = Path(__file__).parents[2] / "dashboards"
SOURCES = sorted(ROOT.rglob("*.py"))
CATALOGUES = sorted((ROOT / "words").glob("*.json"))
KEY = re.compile(r"[a-z_]+\.[a-z0-9_]+")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

# Calls of Streamlit whose text a reader sees, with the arguments that hold it.
SHOWN = {
    *("title", "header", "subheader", "markdown", "caption", "text", "write", "info", "warning", "error", "success"),
    *("button", "download_button", "link_button", "form_submit_button", "text_input", "text_area", "number_input"),
    *("selectbox", "multiselect", "radio", "checkbox", "toggle", "slider", "date_input", "segmented_control", "pills"),
    *("metric", "expander", "popover", "tabs", "toast", "badge", "dialog", "spinner", "status", "file_uploader"),
}
NAMED = {"label", "help", "placeholder", "caption", "body"}
# What is written alike in both languages.
ALIKE = {"CSV", "XLSX", "SDMX-CSV", "PDF", "HTML", "中文", "English", "fxwatch", "×"}


def test_every_sentence_is_in_both_languages_with_the_same_values() -> None:
    for key, told in words.catalogue().items():
        assert {"en", "zh"} <= set(told) <= {"en", "zh", "one"}, key
        assert all(text.strip() for text in told.values()), key
        values = [sorted(set(re.findall(r"{(\w+)", told[language]))) for language in ("en", "zh")]
        assert values[0] == values[1], f"{key} needs {values[0]} in English and {values[1]} in Chinese"
        if "one" in told:
            assert set(re.findall(r"{(\w+)", told["one"])) <= set(values[0]) | {"count"}, key


def test_chinese_is_chinese_and_english_is_english() -> None:
    for key, told in words.catalogue().items():
        assert not CHINESE.search(told["en"]), f"{key} has Chinese in its English"
        letters = re.sub(r"{[^}]*}|USD|CSV|XLSX|PDF|HTML|BPM6|HHI|SHA-256|fxwatch|[A-C]\b", "", told["zh"])
        assert CHINESE.search(told["zh"]) or not re.search(r"[A-Za-z]{3}", letters), f"{key} is not translated"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.stem)
def test_no_catalogue_tells_a_key_twice(path: Path) -> None:
    pairs: list[str] = []

    def collect(found: list[tuple[str, object]]) -> dict[str, object]:
        pairs.extend(name for name, _ in found if name not in ("en", "zh", "one"))
        return dict(found)

    json.loads(path.read_text("utf-8"), object_pairs_hook=collect)
    assert len(pairs) == len(set(pairs)), sorted({name for name in pairs if pairs.count(name) > 1})


def texts_of(path: Path) -> Iterator[str]:
    """Every text in a source, the fixed parts of f-strings too, with what is filled in as `{}`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)


def test_every_sentence_that_is_asked_for_is_told() -> None:
    rooms = {key.split(".")[0] for key in words.catalogue()} - {"columns"}
    for path in SOURCES:
        for text in texts_of(path):
            if not KEY.fullmatch(text) or text.split(".")[0] not in rooms or text.endswith(FILES):
                continue
            begun = text.endswith("_") and any(key.startswith(text) for key in words.catalogue())
            assert words.knows(text) or begun or text in STATE_KEYS, f"{path.name} asks for {text}"


FILES = (".py", ".css", ".html", ".json", ".svg")
# Names in the session's state, which look like keys of the catalogue.
STATE_KEYS = {"shell.account", "shell.spoken", "shell.changed", "shell.pages", "shell.snapshot"}


def test_every_sentence_is_asked_for() -> None:
    told = {text for path in SOURCES for text in texts_of(path)}
    patterns = [
        re.compile(".+".join(re.escape(part) for part in text.split("{}")))
        for text in told
        if "." in text and "{}" in text
    ]
    loose = " ".join(told)
    for key in words.catalogue():
        room, name = key.split(".", 1)
        if room == "columns" or key in told or any(p.fullmatch(key) for p in patterns):
            continue
        assert re.search(rf"\b{re.escape(name)}\b", loose), f"nobody asks for {key}"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "screens").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT / "screens"))
)
def test_no_screen_writes_a_sentence_of_its_own(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SHOWN):
            continue
        seen = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg in NAMED)]
        for text in (t for one in seen for t in literals(one)):
            bare = re.sub(r":[a-z_/-]+(\[|:)|[^A-Za-z\u4e00-\u9fff]+", " ", text).strip()
            assert not re.search(r"[A-Za-z]{2}|[\u4e00-\u9fff]", bare) or text in ALIKE, (
                f"{path.name}:{node.lineno} says {text!r} in one language"
            )


def literals(node: ast.AST) -> Iterator[str]:
    """The fixed texts of an argument that a reader would see."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (part.value for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.BinOp | ast.IfExp | ast.List | ast.Tuple):
        for child in ast.iter_child_nodes(node):
            yield from literals(child)
