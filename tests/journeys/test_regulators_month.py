"""A regulator's month, through the real command line: from the list of open hits to an objection and its end."""

from pathlib import Path

from tests.journeys.office import DESIGN, SHIP, Office

DESIGNER, LINES = "100000446", "100000016"


def test_a_regulators_month(tmp_path: Path) -> None:
    office = Office(tmp_path, "2026-03-31")

    # Who does what, and by when. 31 March 2026 is a Tuesday.
    assert "5 hits assigned" in office.says(
        "assign", *SHIP, *DESIGN, "--to", "wang", "--due", "2026-04-20", "--by", "sun"
    )
    assert "assigned to nobody" not in office.refuses("assign", SHIP[0], "--to", "nobody", "--by", "sun")
    (ages,) = office.table("ageing", "--by", "account")
    assert (ages["assigned_to"], ages["open_hits"], ages["days_0_7"], ages["overdue"]) == ("wang", 5, 5, 0)
    assert [row["due_on"] for row in office.table("ageing", "--hits", "--account", "wang")] == ["2026-04-20"] * 5

    # An inquiry: a question, its answer, what was found.
    office.says(*("inquiry", "open", DESIGN[0], "--question", "合同在哪里?", "--due", "2026-04-10", "--by", "wang"))
    assert "Q1" in office.says("inquiries")
    office.day("2026-04-13")
    assert [row["inquiry"] for row in office.table("inquiries", "--overdue")] == ["Q1"]
    office.says("note", "Q1", "they called and ask for a day more", "--by", "wang")
    office.says("inquiry", "answer", "Q1", "--answer", "the contract of 2025", "--by", "wang")
    assert "answered, on record by wang" in office.refuses("inquiry", "answer", "Q1", "--answer", "x", "--by", "sun")
    office.says("inquiry", "close", "Q1", "--finding", "no contract for the rest", "--by", "wang")
    assert office.table("inquiries")[0]["finding"] == "no contract for the rest"

    # Decisions: one dismissed, one noticed; a colleague comes too late for both.
    office.says("notice", "dismiss", DESIGN[1], "--why", "one cent over", "--by", "wang")
    assert "N1" in office.says("notice", "issue", DESIGN[0], "--why", "no contract", "--by", "wang")
    for hit, how in ((DESIGN[0], "noticed (notice N1)"), (DESIGN[1], "dismissed")):
        assert f"{how} by wang on" in office.refuses("notice", "issue", hit, "--why", "x", "--by", "sun")
    assert (office.grade(DESIGNER), office.grade(LINES)) == ("B", "A")
    told = office.says("explain", DESIGN[0])
    for act in ("hit_assigned", "inquiry_opened", "notice_issued"):
        assert act in told

    # The entity objects, in time: the seventh working day after Monday, 13 April is the 22nd.
    office.day("2026-04-22")
    assert "to be decided by 2026-05-0" in office.says(
        "objection", "lodge", "N1", "--why", "the contract was filed", "--by", "wang"
    )
    assert "objected to (O1)" in office.refuses("objection", "lodge", "N1", "--why", "again", "--by", "sun")
    (objection,) = office.table("objections")
    assert (objection["last_day"], objection["status"], objection["overdue"]) == ("2026-04-22", "lodged", False)
    assert "approver" in office.refuses("objection", "decide", "O1", "upheld", "--why", "x", "--by", "wang")
    office.day("2026-05-20")
    assert [row["objection"] for row in office.table("objections", "--overdue")] == ["O1"]

    # Upheld: the notice falls, the hit is open again, the grade follows at once.
    office.says("objection", "decide", "O1", "upheld", "--why", "it was filed", "--to", "open", "--by", "zhao")
    assert "upheld by zhao" in office.refuses("objection", "decide", "O1", "rejected", "--why", "x", "--by", "sun")
    assert office.grade(DESIGNER) == "A"
    assert office.table("hits", "--entity", DESIGNER, "--status", "open")[0]["hit_id"] == DESIGN[0]

    # A notice of which nobody heard in time: late objections name the last day.
    office.says("notice", "issue", SHIP[0], "--why", "freight of whom?", "--by", "wang")
    office.day("2026-06-30")
    assert "last day for notice N2 was 2026-05-29" in office.refuses(
        "objection", "lodge", "N2", "--why", "x", "--by", "wang"
    )
    office.says("objection", "lodge", "N2", "--why", "x", "--late-because", "the letter came back", "--by", "zhao")
    office.says("objection", "decide", "N2", "rejected", "--why", "no proof", "--by", "zhao")
    assert office.grade(LINES) == "B"
    assert "overdue" in office.says("ageing")
    assert office.table("ageing")[0]["overdue"] == 3

    assert [row["kind"] for row in office.table("audit", "acts", "--entity", LINES)].count("note_added") == 0
    assert "every link holds" in office.says("audit", "verify")
