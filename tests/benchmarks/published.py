"""Where figures go: JSON and pictures into a folder; with `--publish` into `measured/` here and the tables of both READMEs."""

import json
import re
from pathlib import Path
from typing import Any

from tests.benchmarks import compare, drawn, growth, planning

ROOT = Path(__file__).parents[2]
MEASURED = Path(__file__).parent / "measured"
TABLES = {"compare": compare.readme_rows, "growth": growth.readme_rows, "planning": planning.readme_rows}
PICTURES = {"compare": drawn.bars, "growth": drawn.lines}


def put(part: str, figures: Any, out: Path, *, publish: bool) -> None:
    """Write a part's figures as OUT/PART.json and its picture as OUT/PART.svg."""
    folder = MEASURED if publish else out
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    if part in PICTURES:
        (folder / f"{part}.svg").write_text(PICTURES[part](figures), "utf-8")
    if publish:
        for name in ("README.md", "README.zh.md"):
            path = ROOT / name
            path.write_text(
                with_table(path.read_text("utf-8"), part, TABLES[part](figures, name != "README.md")), "utf-8"
            )
    print(f"Written to {folder}.")


def with_table(text: str, part: str, table: str) -> str:
    """A README with the table between its two marks replaced."""
    marks = f"<!-- measured {part} -->", f"<!-- /measured {part} -->"
    found = re.sub(f"({marks[0]}\n).*?({marks[1]})", lambda m: f"{m[1]}{table}\n{m[2]}", text, flags=re.S)
    if found.count(marks[0]) != 1:
        raise SystemExit(f"The README has no place for the table {part}: {marks[0]} … {marks[1]}")
    return found
