"""The random sample, and who is unlike its peers."""

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fxwatch.reading import queue as waiting
from fxwatch.risk import catalogue
from fxwatch.risk.anomaly import ENOUGH_PEERS, oddness, peer_groups
from fxwatch.risk.sampling import SHARE, interleaved, sampled


def test_two_in_a_hundred_are_drawn_and_others_the_next_month() -> None:
    ids = pl.Series([f"E{n:05d}" for n in range(20_000)])
    march, same, april = (sampled(ids, d) for d in (date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)))
    assert abs(march.mean() - SHARE) < 0.003  # type: ignore[operator]
    assert (march == same).all()
    assert (march & april).sum() < 40


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), max_size=60), st.integers(2, 7))
def test_places_are_a_new_order_of_all(flags: list[bool], every: int) -> None:
    places = interleaved(pl.Series(flags, dtype=pl.Boolean), every).to_list()
    assert sorted(places) == list(range(len(flags)))
    for kind in (True, False):  # neither kind loses its own order
        own = [p for p, f in zip(places, flags, strict=True) if f is kind]
        assert own == sorted(own)


def test_each_fiftieth_place_is_of_the_sample() -> None:
    flags = [False] * 500 + [True] * 5
    places = interleaved(pl.Series(flags)).to_list()
    assert places[-5:] == [49, 99, 149, 199, 249]


def peers(count: int = 60, **odd: float) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    rows = {n: rng.normal(10, 1, count) for n in catalogue.names()}
    frame = pl.DataFrame(rows).with_columns(industry=pl.lit(6.0), turnover_usd_12m=pl.Series(rng.normal(10, 1, count)))
    first = pl.int_range(pl.len()) == 0
    return frame.with_columns(pl.when(first).then(v).otherwise(n).alias(n) for n, v in odd.items())


def test_who_is_unlike_its_peers_is_the_oddest_and_says_why() -> None:
    found = oddness(peers(refunds_12m=10_000.0, round_share_12m=60.0))
    assert found.distance.argmax() == 0
    assert found.percentile[0] == 1
    assert set(found.odd[0][:2]) == {"refunds_12m", "round_share_12m"}


def test_what_the_bureau_did_makes_nobody_odd() -> None:
    plain, noticed = oddness(peers()), oddness(peers(notices_24m=900.0, open_hits=900.0))
    assert plain.distance[0] == noticed.distance[0]


def test_few_peers_of_a_size_are_compared_with_the_industry() -> None:
    assert len(np.unique(peer_groups(peers(3 * ENOUGH_PEERS)))) == 3
    assert len(np.unique(peer_groups(peers(3 * ENOUGH_PEERS - 3)))) == 1
    lonely = peers(40).with_columns(industry=pl.when(pl.int_range(pl.len()) == 0).then(1.0).otherwise(6.0))
    assert peer_groups(lonely)[0] == -1


def test_nobody_is_odd_where_there_is_nobody() -> None:
    assert oddness(peers().clear()).odd == []


def test_a_hit_of_the_sample_stands_at_the_fiftieth_place_of_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    places = pl.DataFrame({"entity_id": [f"E{n:03d}" for n in range(120)]}).with_columns(
        place=pl.int_range(1, 121), probability=0.5, reasons=pl.lit([]).cast(pl.List(pl.String)),
        sampled=pl.col("entity_id") == "E110",
    )  # fmt: skip
    hits = places.select("entity_id", amount_usd=pl.lit(Decimal("1.00"))).reverse()
    monkeypatch.setattr(waiting, "kept", lambda home: places)
    queue = waiting._with_risk(None, hits).sort("turn")  # type: ignore[arg-type]
    others = [f"E{n:03d}" for n in range(120) if n != 110]
    assert queue["entity_id"].to_list() == [*others[:49], "E110", *others[49:]]
