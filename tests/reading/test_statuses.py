"""What becomes of a hit: its own decision first, then what it took over, then an explanation, then whether it is still found."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from fxwatch.reading.statuses import with_status

DECISIONS: dict[str, Any] = {
    "hit_id": pl.String, "decision": pl.String, "notice": pl.String, "day": pl.Date, "at": pl.Datetime, "act": pl.Int64, "rule": pl.String,
    "entity_id": pl.String, "raised_on": pl.Date, "explains_until": pl.Date, "digest": pl.String,
}  # fmt: skip


def hit(
    name: str, day: int = 1, *, gone: bool = False, rule: str = "r", entity: str = "e", digest: str = "d"
) -> dict[str, Any]:
    return {
        "hit_id": name,
        "rule": rule,
        "entity_id": entity,
        "raised_on": date(2026, 3, day),
        "is_gone": gone,
        "digest": digest,
    }


def made(
    name: str, decision: str, act: int, *, day: int = 1, until: int | None = None, digest: str = "d", rule: str = "r"
) -> dict[str, Any]:
    return {
        "hit_id": name, "decision": decision, "notice": f"N{act}" if decision == "noticed" else None, "day": date(2026, 3, day),
        "at": datetime(2026, 3, day), "act": act, "rule": rule, "entity_id": "e", "raised_on": date(2026, 3, day),
        "explains_until": date(2026, 3, until) if until else None, "digest": digest,
    }  # fmt: skip


def told(
    hits: list[dict[str, Any]], decisions: Sequence[dict[str, Any]] = (), superseded: dict[str, list[str]] | None = None
) -> dict[str, str]:
    frame = with_status(
        pl.DataFrame(hits), pl.DataFrame(list(decisions), schema=DECISIONS, orient="row"), superseded or {}
    )
    return dict(frame.select("hit_id", "status").iter_rows())


def test_an_undecided_hit_is_open_while_it_is_found() -> None:
    assert told([hit("here"), hit("gone", gone=True)]) == {"here": "open", "gone": "withdrawn"}


@pytest.mark.parametrize("gone", [False, True])
def test_a_decided_hit_keeps_its_status(gone: bool) -> None:
    assert told([hit("a", gone=gone), hit("b", gone=gone)], [made("a", "noticed", 1), made("b", "dismissed", 2)]) == {
        "a": "noticed",
        "b": "dismissed",
    }


def test_a_rescission_to_open_opens_a_hit_again() -> None:
    assert told([hit("a"), hit("gone", gone=True)], [made("a", "open", 1), made("gone", "open", 1)]) == {
        "a": "open",
        "gone": "withdrawn",
    }


def test_an_explanation_covers_from_its_own_hit_to_its_last_day() -> None:
    hits = [
        hit("before", 4),
        hit("cause", 5),
        hit("same", 5),
        hit("last", 9),
        hit("after", 10),
        hit("other", 6, rule="q"),
        hit("else", 6, entity="f"),
    ]
    assert told(hits, [made("cause", "dismissed", 1, day=5, until=9)]) == {
        "before": "open", "cause": "dismissed", "same": "explained", "last": "explained", "after": "open", "other": "open", "else": "open",
    }  # fmt: skip


def test_an_explained_hit_that_is_gone_is_withdrawn() -> None:
    assert told([hit("a", 6, gone=True)], [made("cause", "dismissed", 1, day=5, until=9)]) == {"a": "withdrawn"}


def test_a_finding_takes_over_what_it_supersedes() -> None:
    decisions = [made("old", "noticed", 1)]
    assert told([hit("new"), hit("old", gone=True)], decisions, {"new": ["old"]}) == {
        "new": "noticed",
        "old": "noticed",
    }


def test_of_several_a_decision_comes_before_open_and_the_newest_first() -> None:
    decisions = [made("first", "noticed", 1), made("second", "dismissed", 2)]
    assert told([hit("new")], decisions, {"new": ["open", "first", "second"]}) == {"new": "dismissed"}


def test_its_own_decision_comes_before_what_it_took_over() -> None:
    decisions = [made("new", "open", 1), made("old", "noticed", 2)]
    assert told([hit("new")], decisions, {"new": ["old"]}) == {"new": "open"}


def test_a_chain_of_supersessions_is_followed_and_a_ring_ends() -> None:
    decisions = [made("oldest", "noticed", 1)]
    assert told([hit("new")], decisions, {"new": ["old"], "old": ["older", "new"], "older": ["oldest"]}) == {
        "new": "noticed"
    }


def test_changed_evidence_is_said_of_decided_hits_alone() -> None:
    hits = [hit("same"), hit("grown", digest="e"), hit("gone", gone=True), hit("heir"), hit("open", digest="e")]
    decisions = [
        made("same", "noticed", 1),
        made("grown", "noticed", 2),
        made("gone", "noticed", 3),
        made("old", "noticed", 4),
    ]
    frame = with_status(pl.DataFrame(hits), pl.DataFrame(decisions, schema=DECISIONS, orient="row"), {"heir": ["old"]})
    assert dict(frame.select("hit_id", "evidence_changed").iter_rows()) == {
        "same": False, "grown": True, "gone": True, "heir": True, "open": False,
    }  # fmt: skip
