"""The stairs and the rooms: who may know whom, and where each heavy guest lives."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From the bottom up. A module may import its own step and those below; the cellar is known by work and doors alone.
STEPS: list[tuple[str, set[str]]] = [
    (
        "words",
        {
            "terms",
            "errors",
            "settings",
            "facts",
            "words",
            "flows",
            "inputs",
            "windows",
            "episodes",
            "totals",
            "keys",
            "sums",
            "periods",
            "streaks",
            "equivalents",
            "identifiers",
            "locks",
            "workdays",
            "passwords",
            "kept",
            "canonical",
            "signing",
        },
    ),
    ("contract", {"rule"}),
    ("rules", {"indicators"}),
    ("judgement", {"rulebook", "drafting", "grading", "classifier", "policies", "procedure", "risk"}),
    ("cellar", {"warehouse", "register"}),
    (
        "work",
        {
            "batch",
            "increment",
            "looking",
            "naming",
            "touched",
            "stretches",
            "attention",
            "review",
            "banks",
            "check",
            "clerk",
            "reading",
            "reporting",
            "intake",
            "engines",
            "sample",
            "home",
            "amending",
            "reconcile",
            "upkeep",
            "casework",
            "session",
            "stages",
            "admission",
            "answering",
            "recording",
            "comparing",
            "whatif",
            "shadows",
        },
    ),
    ("doors", {"cli", "api", "dashboards", "client", "__main__"}),
]
LEVEL = {room: level for level, (_, rooms) in enumerate(STEPS) for room in rooms}
CELLAR_KNOWS = LEVEL["terms"]
RULES_KNOW = {
    "rule", "periods", "terms", "flows", "keys", "sums", "streaks", "indicators", "inputs", "windows", "episodes", "totals",
}  # fmt: skip
GUESTS = {
    "duckdb": ("warehouse",),
    "sqlalchemy": ("register",),
    "sklearn": ("classifier", "risk"),
    "scipy": ("risk",),
    "skops": ("risk",),
    "streamlit": ("dashboards",),
    "typer": ("cli",),
    "argon2": ("passwords",),
    "itsdangerous": ("dashboards",),
    "playwright": (),
    "fastapi": ("api",),
    "uvicorn": ("api", "dashboards"),
    "pydantic": ("api",),
    "prometheus_client": ("api",),
    "cryptography": ("signing",),
    "nacl": ("signing",),
    "httpx": ("client",),
    "tenacity": ("client",),
    "pyspark": ("engines",),
    "PIL": ("reporting",),
}

FILES = sorted(p for top in ("fxwatch", "indicators", "dashboards") for p in (ROOT / top).rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0] if parts[0] != "fxwatch" else parts[1] if len(parts) > 1 else ""


def imports_of(path: Path) -> set[str]:
    """Dotted names a file imports, those for type checkers alone left out."""
    tree = ast.parse(path.read_text("utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def rooms_known(path: Path) -> set[str]:
    names = imports_of(path)
    ours = {n.split(".")[1] for n in names if n.startswith("fxwatch.") and n.split(".")[1] in LEVEL}
    return ours | {n.split(".")[0] for n in names if n.split(".")[0] in ("indicators", "dashboards")}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_knows_only_the_rooms_below(path: Path) -> None:
    room = room_of(path)
    if room in ("", "__init__"):
        assert rooms_known(path) <= {"session"}
        return
    assert room in LEVEL, f"{room} has no place on the stairs; give it one"
    for known in rooms_known(path) - {room}:
        assert LEVEL[known] <= LEVEL[room], f"{path.name} in {room} looks up the stairs, at {known}"
        if room in ("warehouse", "register"):
            assert LEVEL[known] == CELLAR_KNOWS, f"the cellar knows words only, not {known}"
        if room in STEPS[3][1]:
            assert known not in STEPS[4][1], f"judgement does not go into the cellar ({known})"
        if room == "indicators":
            assert known in RULES_KNOW, f"a rule knows rule, periods, terms and polars, not {known}"
        if LEVEL[room] == LEVEL["cli"]:
            assert known not in STEPS[4][1], f"a door does not know a store ({known})"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_each_heavy_guest_has_one_room(path: Path) -> None:
    visitors = {n.split(".")[0] for n in imports_of(path)}
    for guest, rooms in GUESTS.items():
        if guest in visitors:
            assert room_of(path) in rooms, f"{guest} lives in {rooms}, not in {path.name}"


def test_rules_do_not_know_each_other() -> None:
    for path in (ROOT / "indicators").rglob("*.py"):
        own = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        assert not {n for n in imports_of(path) if n.startswith("indicators.") and n != own}, path


def test_sql_stands_in_the_warehouse() -> None:
    words = ("SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE ")
    for path in FILES:
        if room_of(path) in ("warehouse", "register"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not node.value.lstrip().startswith(words), f"{path.relative_to(ROOT)}:{node.lineno} holds SQL"
