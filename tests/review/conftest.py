"""A desk with three colleagues and a few hits."""

from datetime import date

import pytest

from tests.desk import desk_at

HITS = """
    hit   entity rule  raised
    law1  LAW    large 2025-06-02
    law2  LAW    large 2025-06-03
    daily LAW    daily 2025-06-04
    lin1  LIN    large 2025-06-05
    gone  LAW    large 2025-06-06 gone
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Monday 30 June 2025; wang is a regulator, zhao and sun are approvers."""
    made = desk_at(tmp_path, monkeypatch, date(2025, 6, 30))
    made.enrol("LAW", "LIN")
    made.sees(HITS)
    made.has("wang", "regulator")
    made.has("zhao", "approver")
    made.has("sun", "approver", "regulator")
    return made
