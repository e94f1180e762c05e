"""An approver's week, through the real command line: four eyes, proposals, a policy of the bureau's own."""

from pathlib import Path

from tests.journeys.office import DESIGN, SHIP, Office

DESIGNER, LINES = "100000446", "100000016"
POLICY = """
name = "shipping"
title = "Shipping by month"
title_zh = "运输按月"
rules = ["large_transport_transfer"]
consolidate = "entity_month"
minimum_usd = 650000
from = 2026-02-01
why = "freight above USD 650,000"
why_zh = "运费超过 65 万美元"
"""


def test_an_approvers_week(tmp_path: Path) -> None:
    office = Office(tmp_path, "2026-03-31")
    (tmp_path / "shipping.toml").write_text(POLICY, "utf-8")

    # Four eyes from today on: an approver's decision, with its basis.
    four_eyes = ("rules", "set", "register.require_approval", "true", "--from", "2026-03-31", "--basis", "decision 12")
    assert "needs the role approver" in office.refuses(*four_eyes, "--by", "wang")
    office.says(*four_eyes, "--by", "zhao")
    assert any(row["parameter"] == "require_approval" and row["value"] == "true" for row in office.table("rules"))

    # A notice is proposed; nothing counts yet, and a colleague is told.
    assert "P1 waits" in office.says("notice", "issue", DESIGN[0], "--why", "no contract", "--by", "sun")
    assert office.grade(DESIGNER) == "A"
    assert "sun proposed a notice on" in office.refuses("notice", "dismiss", DESIGN[0], "--why", "x", "--by", "wang")
    (waiting,) = office.table("approvals")
    assert (waiting["proposal"], waiting["does"], waiting["by"], waiting["hits"]) == (
        "P1",
        "notice_issued",
        "sun",
        [DESIGN[0]],
    )
    assert [row["proposal"] for row in office.table("hits", "--entity", DESIGNER)] == [None, "P1"]

    # Not by the own hand; by another's it takes effect and counts from that day.
    assert "another account must approve" in office.refuses("approve", "P1", "--by", "sun")
    office.day("2026-04-02")
    assert "notice:N1" in office.says("approve", "P1", "--by", "zhao")
    assert "approved by zhao" in office.refuses("approve", "1", "--by", "zhao")
    (notice,) = office.table("notices")
    assert (notice["notice"], notice["day"], notice["by"]) == ("N1", "2026-04-02", "sun")
    assert office.grade(DESIGNER) == "B"

    # A breach is refused, then comes again and is approved.
    breach = ("breach", "record", "B1", "--entity", LINES, "--day", "2026-03-20", "--provision", "39")
    assert "B1 waits" in office.says(*breach, "--by", "wang")
    office.says("refuse", "P2", "--why", "the day is wrong", "--by", "zhao")
    assert office.grade(LINES) == "A"
    assert "B1 waits" in office.says(*breach[:-3], "2026-03-19", *breach[-2:], "--by", "wang")
    office.says("approve", "P3", "--by", "zhao", "--why", "seen")
    assert office.grade(LINES) == "C"
    assert "P4 waits" in office.says("breach", "rescind", "B1", "--why", "annulled", "--by", "zhao")
    office.says("approve", "P4", "--by", "sun")
    assert office.grade(LINES) == "A"
    assert [row["status"] for row in office.table("approvals", "--all")] == [
        "approved",
        "refused",
        "approved",
        "approved",
    ]

    # A policy of the bureau's own: adopted, tried, proposed, approved together, ended.
    assert "approver" in office.refuses("policy", "adopt", str(tmp_path / "shipping.toml"), "--by", "wang")
    office.says("policy", "adopt", str(tmp_path / "shipping.toml"), "--by", "zhao")
    assert [(row["name"], row["status"]) for row in office.table("policies")] == [
        ("monthly", "built-in"), ("shipping", "standing"),
    ]  # fmt: skip
    would = office.table("notice", "auto", "--policy", "shipping", "--dry-run")
    assert [(row["month"], row["hits"]) for row in would] == [("2026-02-01", [SHIP[2]]), ("2026-03-01", [SHIP[1]])]
    office.says("notice", "auto", "--policy", "shipping", "--by", "wang")
    assert len(office.table("notices")) == 1
    office.says("approve", "P5", "P6", "--by", "zhao")
    assert [row["policy"] for row in office.table("notices")] == [None, "shipping", "shipping"]
    office.says("policy", "end", "shipping", "--why", "too coarse", "--by", "zhao")
    assert "no policy shipping in force" in office.refuses("notice", "auto", "--policy", "shipping", "--by", "wang")

    # A rescission and an upheld objection wait as well.
    assert "P7 waits" in office.says("notice", "rescind", "N1", "--why", "in error", "--by", "zhao")
    office.says("approve", "P7", "--by", "sun")
    assert office.grade(DESIGNER) == "A"
    office.says("objection", "lodge", "N2", "--why", "not ours", "--by", "wang")
    assert "P8 waits" in office.says("objection", "decide", "O1", "upheld", "--why", "indeed", "--by", "zhao")
    assert office.table("objections")[0]["proposal"] == "P8"
    office.says("approve", "P8", "--by", "sun")
    assert [row["status"] for row in office.table("notices")] == ["rescinded", "rescinded", "standing"]
    assert {row["grade"] for row in office.table("history", LINES)} >= {"A", "B"}

    head = office.says("audit", "head").strip()
    assert "every link holds" in office.says("audit", "verify", "--head", head)
