"""The transcript of curl in the README, line by line against a server that runs; what differs each time is masked."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import fxwatch
from fxwatch.home import make_home
from tests.api.served import serving
from tests.desk import entries

ROOT = Path(__file__).parents[2]
MASKS = {
    r"fxw_[\w-]+": "fxw_…",
    r"\b[0-9a-f]{16}\b": "KEY_ID",
    r'"known_at":"[^"]+"': '"known_at":"…"',
    r'"signature":"[\w+/]{86}=="': '"signature":"…"',
    r'"receipt":[1-9]\d*': '"receipt":N',
    r"Receipt \d+:": "Receipt N:",
    r"Known at [\d.:TZ-]+": "Known at …",
    r"\d+ lines": "N lines",
}


def transcript(readme: str) -> list[tuple[str, str]]:
    """The commands between the marks, each with what it prints."""
    text = (ROOT / readme).read_text("utf-8")
    block = re.search(r"<!-- curl -->\n```text\n(.*?)\n```\n<!-- /curl -->", text, flags=re.S)
    assert block, f"{readme} has no transcript of curl"
    parts = re.split(r"^\$ ", block[1], flags=re.M)[1:]
    return [(command, printed.strip()) for command, _, printed in (part.partition("\n") for part in parts)]


def masked(text: str) -> str:
    for pattern, mask in MASKS.items():
        text = re.sub(pattern, mask, text)
    return text.strip()


def answers_in(printed: str) -> list[dict[str, str]]:
    """The answers that a transcript shows."""
    found = json.loads(printed) if printed.startswith("{") else {}
    return found.get("answers", [found] if "grade" in found else [])


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Path]:
    """A home in which the transcript's entities have the transcript's grades."""
    home = fxwatch.open(make_home(tmp_path / "demo", simulation=True, bare=True).path)
    home.change_setting("today", "2026-10-31")
    for answer in (a for _, printed in transcript("README.md") for a in answers_in(printed)):
        home.register.enrol(entries(answer["entity_id"], name=answer["name"]), source="test", day=date(2020, 1, 1))
        if answer["grade"] == "C":
            home.record_breach("B1", entity_id=answer["entity_id"], day=date(2026, 10, 1), provision="39")
        if answer["grade"] == "B":
            notice(home, answer["entity_id"])
    home.check("000965427", bank="310000900201")  # receipt 1 is another bank's
    yield tmp_path
    home.register.close()


def notice(home: "fxwatch.session.Session", entity: str) -> None:
    day = home.today()
    hit = {"hit_id": "h1", "rule": "r", "entity_id": entity, "raised_on": day.isoformat(), "digest": "d"}
    with home.register.writing("a notice") as writing:
        payload = {"notice": "N1", "number": 1, "policy": None, "hits": [hit]}
        signed = {"by": home.actor(None), "role": "regulator", "day": day, "why": "x", "entity_id": entity}
        writing.append("notice_issued", subject="notice:N1", payload=payload, **signed)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_transcript_of_curl_is_what_a_running_server_says(demo: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FXWATCH", "LC_", "LANG"))}
    environment |= {"PYTHONPATH": str(ROOT), "NO_PROXY": "*"}
    run, secret = 0, ""
    with serving(demo / "demo", {}) as served:
        for command, printed in transcript("README.md"):
            if command.endswith("serve api &"):
                continue
            if command.startswith("KEY="):
                environment["KEY"] = secret
                continue
            words = command.replace(":8000", f":{served.port}")
            script = f'fxwatch() {{ "{sys.executable}" -m fxwatch "$@"; }}; set -o pipefail; {words}'
            done = subprocess.run(["bash", "-c", script], cwd=demo, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
            assert masked(done.stdout) == masked(printed), command
            if " keys add " in command:
                secret = done.stdout.splitlines()[1]
                time.sleep(1)  # a new key works within a second
            run += 1
    assert run == 8


def test_both_readmes_show_the_same_transcript() -> None:
    commands = [[command for command, _ in transcript(name)] for name in ("README.md", "README.zh.md")]
    assert commands[0] == commands[1]
