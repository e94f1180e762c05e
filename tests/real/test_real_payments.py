"""Real payments, dirt and all, go the whole way: mapped, loaded, run, listed, with every row accounted for."""

from pathlib import Path

import polars as pl
import pytest

import fxwatch
from fxwatch.home import make_home
from fxwatch.sample.uk_payments import map_payments
from fxwatch.session import Session

SLICE = Path(__file__).parent / "payments_uk_slice.csv.gz"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("real")
    map_payments(SLICE, folder)
    make_home(folder / "home").change_setting("verify_ids", "false")
    home = fxwatch.open(folder / "home")
    assert home.load("entities", folder / "entities.csv").quarantined == 0
    home.load("flows", folder / "flows.csv")
    home.run()
    return home


def test_every_row_is_accounted_for(home: Session) -> None:
    flows = home.snapshot().con.sql("SELECT * FROM loads WHERE kind = 'flows'").pl().row(0, named=True)
    assert (flows["read"], flows["accepted"], flows["out_of_scope"], flows["quarantined"]) == (3_005, 2_246, 415, 344)
    assert flows["read"] == flows["accepted"] + flows["duplicate"] + flows["out_of_scope"] + flows["quarantined"]


def test_what_is_dirty_waits_with_its_reason(home: Session) -> None:
    from fxwatch.intake import quarantined

    assert dict(quarantined(home).group_by("reason").len().iter_rows()) == {
        "BAD_AMOUNT": 266,
        "BAD_DATE": 72,
        "BAD_ID": 6,
    }


def test_the_monitors_add_up_to_the_flows(home: Session) -> None:
    shown = home.monitor("balance", period="2015-01-01..2021-12-31")
    total = (
        home.snapshot()
        .con.sql("SELECT sum(amount_usd)::BIGINT FROM flows WHERE state = 0 AND item IS NOT NULL")
        .fetchall()[0][0]
    )
    assert shown["receipts"].sum() * 100 == total
    assert shown["payments"].sum() == 0


def test_every_hit_names_flows_that_were_published(home: Session) -> None:
    hits = home.hits(with_flows=True)
    named = set(hits["flow_ids"].explode(empty_as_null=True).drop_nulls())
    assert hits.height > 0
    assert all(name.startswith("UKSAMPLE") for name in named)
    assert home.grades().filter(pl.col("grade") != "A").is_empty()
