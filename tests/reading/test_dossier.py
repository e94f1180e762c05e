"""What is on record about a hit and its entity."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from fxwatch.errors import NotFound
from fxwatch.reading.dossier import notices_to, per_day, proposed_in, rested_on, said_in
from fxwatch.review import dismiss, issue_notices, lodge_objection, rescind_notice
from tests.desk import Desk, desk_at


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = desk_at(tmp_path, monkeypatch, date(2025, 6, 30))
    made.enrol("LAW", "LIN")
    made.sees("hit entity rule raised\nmay LAW large 2025-05-05\njune LAW large 2025-06-05\nlin LIN large 2025-06-05")
    return made


def test_the_notices_to_an_entity_are_its_own_the_newest_first(desk: Desk) -> None:
    issue_notices(desk, ["may"], why="old", on=date(2024, 6, 30))
    issue_notices(desk, ["lin"], why="another's")
    issue_notices(desk, ["june"], why="new", on=date(2025, 6, 27))
    lodge_objection(desk, "N3", why="a loan")
    newest, oldest = notices_to(desk, "LAW")
    assert (newest["notice"], newest["counts"], newest["objection"]["why"]) == ("N3", True, "a loan")
    assert (oldest["notice"], oldest["counts"], oldest["objection"]) == ("N1", False, None)
    rescind_notice(desk, "N3", why="a mistake")
    assert not notices_to(desk, "LAW")[0]["counts"]


def test_a_notice_says_what_its_act_keeps_of_each_hit(desk: Desk) -> None:
    issue_notices(desk, ["may", "june"], why="large")
    assert [said["hit_id"] for said in said_in(desk, "N1")] == ["may", "june"]
    with pytest.raises(NotFound, match="no notice N2"):
        said_in(desk, "N2")


def test_a_proposal_tells_what_its_notice_would_say(desk: Desk) -> None:
    desk.sets("register.require_approval", "true")
    issue_notices(desk, ["may"], why="large")
    assert [said["hit_id"] for said in proposed_in(desk, "P1")] == ["may"]
    assert proposed_in(desk, "P2") == []


def test_a_decision_rests_on_the_copy_that_its_act_keeps(desk: Desk) -> None:
    assert rested_on(desk.register.acts(hit_id="may"), "may") is None
    dismiss(desk, ["may"], why="seen")
    issue_notices(desk, ["june"], why="large")
    for hit in ("may", "june"):
        kept = rested_on(desk.register.acts(hit_id=hit), hit)
        assert kept is not None
        assert kept["digest"] == f"digest of {hit}"


def test_flows_are_summed_by_day_without_those_that_were_deleted() -> None:
    flows = pl.DataFrame(
        [(date(2025, 6, 3), "1.10", "standing"), (date(2025, 6, 2), "2.20", "standing"),
         (date(2025, 6, 3), "3.30", "standing"), (date(2025, 6, 4), "9.99", "deleted")],
        schema=["day", "usd", "state"], orient="row",
    ).with_columns(amount_usd=pl.col("usd").cast(pl.Decimal(20, 2)))  # fmt: skip
    assert per_day(flows).rows() == [(date(2025, 6, 2), Decimal("2.20"), 1), (date(2025, 6, 3), Decimal("4.40"), 2)]
