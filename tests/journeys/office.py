"""An office to travel in: a home of five hits, and its command line."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from tests import shell

ENTITIES = """entity_id,name,industry,registered_on
100000016,Bohai Lines,5521,2010-01-01
100000446,Jinmen Design,7440,2010-01-01
"""
FLOWS = """declaration_no,entity_id,direction,day,code,currency,amount
S1,100000016,receipt,2026-03-03,222011,USD,600000.00
S2,100000016,receipt,2026-03-04,222011,USD,700000.00
S3,100000016,payment,2026-02-10,222011,USD,800000.00
D1,100000446,payment,2026-03-05,228021,USD,1500000.00
D2,100000446,payment,2026-02-12,228021,USD,1000000.01
"""
SHIP = [f"large_transport_transfer:S{n}" for n in (1, 2, 3)]
DESIGN = [f"large_daily_total:100000446:-:payment:{day}" for day in ("2026-03-05", "2026-02-12")]


class Office:
    """A home whose commands are given as people give them; today is pinned and moved on."""

    def __init__(self, folder: Path, today: str) -> None:
        self.folder, self.home = folder, folder / "home"
        (folder / "entities.csv").write_text(ENTITIES, "utf-8")
        (folder / "flows.csv").write_text(FLOWS, "utf-8")
        self.says("init", "--simulation")
        self.day(today)
        self.says("load", "entities", str(folder / "entities.csv"))
        self.says("load", "flows", str(folder / "flows.csv"))
        self.says("run")
        for name, *roles in (("wang", "regulator"), ("sun", "regulator", "approver"), ("zhao", "approver")):
            self.says("users", "add", name, *(word for role in roles for word in ("--role", role)))

    def day(self, today: str) -> None:
        """Move on to another day."""
        self.says("settings", "set", "today", today)

    def give(self, *words: str) -> CompletedProcess[str]:
        """One command."""
        return shell.give("--home", str(self.home), *words)

    def says(self, *words: str) -> str:
        """What a command that succeeds prints."""
        done = self.give(*words)
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def refuses(self, *words: str) -> str:
        """The one sentence of a command that is refused."""
        done = self.give(*words)
        assert (done.returncode, done.stdout) == (2, ""), f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
        assert len(done.stderr.splitlines()) == 1, done.stderr
        return done.stderr

    def table(self, *words: str) -> list[dict[str, Any]]:
        """The rows of a table."""
        rows: list[dict[str, Any]] = json.loads(self.says(*words, "--json"))
        return rows

    def grade(self, entity: str) -> str:
        """What a bank is told."""
        answer = json.loads(self.says("check", entity, "--as", "120000000001", "--json"))
        return str(answer["grade"])
