"""Risk is for regulators: nothing that answers a bank knows of it, and looking up a grade does not wait for a learning library."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2] / "fxwatch"
ROOMS = ("api", "banks")
FILES = ("check.py", "clerk.py", "answering.py", "client.py", "grading.py", "cli/asking.py")


def test_no_door_of_a_bank_knows_risk() -> None:
    files = [p for room in ROOMS for p in (ROOT / room).rglob("*.py")] + [
        ROOT / f for f in FILES if (ROOT / f).exists()
    ]
    assert len(files) > len(ROOMS)
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [n for n in names if n.startswith(("fxwatch.risk", "fxwatch.attention"))], path


def test_a_question_of_a_bank_imports_no_learning_library() -> None:
    code = (
        "import sys, fxwatch.check, fxwatch.session, fxwatch.cli, fxwatch.reading.grades\n"
        "print([m for m in ('sklearn', 'scipy', 'skops') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_clerks_screens_show_no_risk() -> None:
    for path in (ROOT.parent / "dashboards" / "screens" / "check.py",):
        assert "risk" not in path.read_text("utf-8")
