"""Freeze a small home of the fxwatch that runs this: `python tests/homes/freeze.py tests/homes/v1.tar.xz`.

Run it once for each released version of the stores, with that release installed, and never again: what it wrote is kept
beside it and must open and upgrade for ever. It uses the command line alone, so that it works with any version. Everything
in it is invented; identifiers are those of no one.
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

BANK = "120000000001"
ENTITIES = """entity_id,name,industry,registered_on
100000016,Bohai Lines,5521,2010-01-01
100000024,Haihe Consulting,7231,2012-05-01
100000032,Quiet Trading,5179,2015-09-01
"""
FLOWS = """declaration_no,entity_id,direction,day,code,currency,amount,counterparty,economy
F1,100000016,payment,2026-03-02,222011,USD,500000.01,Line A,SGP
F2,100000016,payment,2026-03-03,222011,USD,500000.00,Line A,SGP
F3,100000016,receipt,2026-04-02,222011,USD,900000.00,Line B,JPN
F4,100000024,payment,2026-03-04,228021,USD,600000.00,Firm C,USA
F5,100000024,payment,2026-03-04,228022,USD,400000.01,Firm D,GBR
F6,100000032,payment,2026-03-05,228021,USD,10.00,Firm D,GBR
F7,199999999,payment,2026-03-05,228021,USD,10.00,Firm D,GBR
"""
CHANGES = """declaration_no,action,entity_id,direction,day,code,currency,amount
F6,C,100000032,payment,2026-03-05,228021,USD,20.00
"""
BREACHES = """breach_no,entity_id,day,provision
B1,100000032,2026-05-06,art. 39
"""


def freeze(target: Path) -> None:
    """Make the home, do a little of everything in it, and pack it, with a backup of it, without what can be left out."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"

        def fxwatch(*words: str) -> str:
            command = [sys.executable, "-m", "fxwatch", "--home", str(home), "--lang", "en", *words]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout

        fxwatch("init", "--simulation")
        for name, value in (("today", "2026-10-31"), ("verify_ids", "false"), ("keep_snapshots", "1")):
            fxwatch("settings", "set", name, value)
        if "part_rows" in fxwatch("settings"):  # flows in files of their own: since the third version
            fxwatch("settings", "set", "part_rows", "4")
        fxwatch("users", "add", "wang", "--role", "regulator", "--role", "approver", "--role", "administrator")
        for number, (kind, text) in enumerate(
            [("entities", ENTITIES), ("flows", FLOWS), ("flows", CHANGES), ("breaches", BREACHES)]
        ):
            file = Path(folder) / f"{number}-{kind}.csv"
            file.write_text(text, "utf-8")
            fxwatch("load", kind, str(file))
        fxwatch(
            "rules", "set", "large_daily_total.limit_usd", "800000", "--from", "2027-01-01", "--basis", "decision 12"
        )
        fxwatch("run")
        hits = {hit["hit_id"]: hit for hit in json.loads(fxwatch("hits", "--json"))}
        # The article's rules find three; the rules that later versions brought find others.
        article = ("large_daily_total", "large_transport_transfer", "consecutive_days")
        first, second, third = sorted(hit for hit, told in hits.items() if told["rule"] in article)
        fxwatch("notice", "issue", first, "--why", "to be explained", "--by", "wang")
        fxwatch("notice", "dismiss", second, "--why", "contract seen", "--by", "wang")
        fxwatch("notice", "issue", third, "--why", "to be explained", "--by", "wang")
        fxwatch("notice", "rescind", "N2", "--why", "objection upheld", "--by", "wang")
        fxwatch("check", "100000016", "--as", BANK)
        fxwatch("audit", "verify")
        current = (home / "published" / "CURRENT").read_text("utf-8").strip()
        for snapshot in (home / "published").glob("snapshot-*"):
            if snapshot.stem != Path(current).stem:
                snapshot.unlink()
        kept = {"home": home}
        if "backup" in fxwatch("--help"):  # the first version had none
            kept["backup"] = Path(folder) / "backup"
            fxwatch("backup", str(kept["backup"]))
        with tarfile.open(target, "w:xz") as packed:
            for name, made in kept.items():
                packed.add(made, arcname=name, filter=_nobody)


def _nobody(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if "/signing" in member.name:  # a private key is kept nowhere, not even that of an invented bureau
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    freeze(Path(sys.argv[1]))
