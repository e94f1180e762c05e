"""What was declared, held against what others say; on tables that a reader can add up."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fxwatch.errors import NotFound, RequestError
from fxwatch.reading.monitors import monitor_in
from fxwatch.reconcile import reconcile
from fxwatch.terms import GROUPS, Item, SettlementKind
from tests.monitoring.conftest import MOMENT, rows_of, warehouse_of

Desk = Callable[..., Any]
FLOWS = """
    entity_id direction day        code      amount settled_amount scope
    A         receipt   2024-03-05 consulting 900.00 -             cross_border
    A         receipt   2024-04-05 consulting 100.00 40.00         cross_border
    A         receipt   2025-03-05 consulting 50.00  50.00         domestic
    A         payment   2025-03-06 insurance  70.00  -             cross_border
    B         payment   2025-03-07 financial  30.00  10.00         cross_border
"""


class Kept:
    """A home with what was loaded into it by hand."""

    def __init__(self, flows: str) -> None:
        self.con = warehouse_of(rows_of(flows), [])
        self.settled = 0
        self.versions: list[tuple[str, str, date, str, datetime]] = []

    def snapshot(self) -> Any:
        return SimpleNamespace(con=self.con)

    @property
    def register(self) -> Any:
        columns = ["name", "value", "valid_from", "basis", "at"]
        versions = pl.DataFrame(
            self.versions, schema=columns if self.versions else dict.fromkeys(columns, pl.String), orient="row"
        )
        return SimpleNamespace(parameters=lambda: versions)

    def settles(self, entity: str, kind: str, day: str, group: str, usd: str) -> None:
        self.settled += 1
        number = self.con.sql("SELECT entity FROM entity_numbers WHERE entity_id = $1", params=[entity]).fetchall()[0][
            0
        ]
        self.con.execute(
            "INSERT INTO settlements VALUES (?, 1, false, ?, ?, ?, ?, 'USD', ?, NULL, ?, 1, 1, ?)",
            [f"S{self.settled}", number, list(SettlementKind).index(SettlementKind(kind)), day, group, *[int(Decimal(usd) * 100)] * 2, MOMENT],
        )  # fmt: skip

    def files(
        self,
        entity: str,
        number: str,
        on: str,
        usd: str | None = None,
        contract: str | None = None,
        authority: str = "tax",
    ) -> None:
        at = self.con.sql("SELECT entity FROM entity_numbers WHERE entity_id = $1", params=[entity]).fetchall()[0][0]
        cents = int(Decimal(usd) * 100) if usd else None
        self.con.execute(
            "INSERT INTO filings VALUES (?, ?, 1, false, ?, ?, NULL, 'USD', ?, ?, NULL, ?, 1, 1, ?)",
            [authority, number, at, contract, cents, on, cents, MOMENT],
        )

    def totals(self, *rows: tuple[str, str, int, int, str]) -> None:
        for bank, month, direction, flows, usd in rows:
            self.con.execute(
                "INSERT INTO totals VALUES (?, ?, ?, ?, ?, 1, ?)",
                [bank, f"{month}-01", direction, flows, int(Decimal(usd) * 100), MOMENT],
            )

    def says(self, what: str, *columns: str, **asked: Any) -> list[tuple[Any, ...]]:
        found = reconcile(self, what, **asked).select(columns)  # type: ignore[arg-type]
        return found.with_columns(pl.col(pl.Decimal, pl.Date).cast(pl.String)).rows()


@pytest.fixture
def kept() -> Kept:
    return Kept(FLOWS)


AMOUNTS = ("declared_usd", "domestic_usd", "settled_usd", "difference_usd", "declared_12m_usd", "settled_12m_usd")


def test_what_was_settled_stands_beside_what_was_declared_by_group(kept: Kept) -> None:
    kept.settles("A", "settlement", "2025-03-31", "125", "8.00")
    kept.settles("A", "settlement", "2024-04-01", "125", "2.00")
    kept.settles("A", "settlement", "2024-03-31", "125", "500.00")  # a day too old for the twelve months
    kept.settles("B", "purchase", "2025-03-01", "321", "1.00")
    assert kept.says("settlements", "entity_id", "kind", "fx_group", *AMOUNTS) == [
        ("B", "purchase", "321", "0.00", "0.00", "1.00", "1.00", "0.00", "1.00"),
        ("B", "purchase", "323", "30.00", "0.00", "10.00", "-20.00", "30.00", "10.00"),
        ("A", "settlement", "125", "50.00", "50.00", "58.00", "8.00", "150.00", "100.00"),
        ("A", "purchase", "323", "70.00", "0.00", "0.00", "-70.00", "70.00", "0.00"),
    ]


def test_a_month_a_group_an_entity_and_a_scope_can_be_asked_for(kept: Kept) -> None:
    kept.settles("A", "settlement", "2025-03-31", "125", "8.00")
    assert kept.says("settlements", "fx_group", "declared_usd", period="2024-04") == [("125", "100.00")]
    assert kept.says("settlements", "entity_id", group="323") == [("B",), ("A",)]
    assert kept.says("settlements", "fx_group", entity="A") == [("125",), ("323",)]
    assert kept.says("settlements", "fx_group", entity="Z") == []
    parts = [
        kept.says("settlements", "declared_usd", "settled_usd", group="125", scope=scope)
        for scope in ("cross_border", "domestic")
    ]
    assert parts == [[("0.00", "8.00")], [("50.00", "58.00")]]
    assert (
        len(kept.says("settlements", "month", period="2025Q1")) == 3 + 2
    )  # A in 125 each month, and March's two of 323


def test_every_item_belongs_to_one_group_of_each_kind() -> None:
    for groups in GROUPS.values():
        assert sorted(item for items in groups.values() for item in items) == sorted(Item)


LEGS = """
    entity_id direction day        code       amount
    A         payment   2025-03-05 consulting 50000.00
    A         payment   2025-03-06 consulting 50000.01
    A         payment   2025-03-07 travel     60000.00
    A         payment   2025-03-08 consulting 30000.00
    A         payment   2025-03-08 royalties  30000.00
    A         receipt   2025-03-09 consulting 90000.00
"""


def unfiled(flows: str = LEGS, **asked: Any) -> list[str]:
    kept = Kept(flows)
    # The two on the 8th are legs of one declaration.
    kept.con.execute("UPDATE recent_flows SET declaration = 4, declaration_no = 'T4' WHERE \"day\" = DATE '2025-03-08'")
    kept.con.execute("UPDATE recent_flows SET tax_filing_no = 'F' || flow, contract_no = 'HT' || flow")
    for filed in asked.pop("filed", ()):
        kept.files(*filed)
    return [no for (no,) in kept.says("filings", "declaration_no", **asked)]


def test_a_payment_above_the_limit_needs_a_filing_unless_it_is_exempt() -> None:
    assert unfiled() == ["T2", "T4"]
    assert unfiled(limit_usd=49_999) == ["T1", "T2", "T4"]
    assert unfiled(limit_usd=60_000) == []


def test_the_limit_is_the_rules_own_in_force_on_the_day_of_the_payment() -> None:
    kept = Kept(LEGS)
    limit = "payment_without_filing.limit_usd"
    kept.versions = [(limit, "49999", date(2025, 3, 1), "", MOMENT), (limit, "50001", date(2025, 3, 6), "", MOMENT)]
    assert kept.says("filings", "declaration_no") == [("T1",)]
    kept.versions[1] = (limit, "50000", date(2025, 3, 6), "", MOMENT)
    assert kept.says("filings", "declaration_no") == [("T1",), ("T2",)]
    assert kept.says("filings", "declaration_no", limit_usd=50_000) == [("T2",)]


@pytest.mark.parametrize(
    ("filed", "left"),
    [
        (("A", "F2", "2025-03-06"), ["T4"]),
        (("A", "F2", "2025-03-07"), ["T2", "T4"]),  # a day late
        (("A", "X", "2025-03-06", None, "HT2"), ["T4"]),
        (("A", "F2", "2025-03-06", None, None, "commerce"), ["T2", "T4"]),
        (("A", "X", "2025-03-06", None, "HT9"), ["T2", "T4"]),
        (("A", "F5", "2025-03-01"), ["T2"]),  # one leg's filing is the declaration's
    ],
)
def test_a_filing_of_the_entity_by_number_or_contract_in_time_is_one(filed: tuple[str, ...], left: list[str]) -> None:
    assert unfiled(filed=[filed]) == left


def test_a_filing_of_another_entity_is_none_and_a_late_one_is_told() -> None:
    kept = Kept(LEGS + "    B payment 2025-03-10 consulting 1.00\n")
    kept.con.execute("UPDATE recent_flows SET tax_filing_no = 'F' || flow")
    kept.files("B", "F2", "2025-03-01")
    assert kept.says("filings", "declaration_no", "filed_later") == [("T2", None)]
    kept.con.execute("DELETE FROM filings")
    kept.files("A", "F2", "2025-03-20")
    assert kept.says("filings", "declaration_no", "filed_later") == [("T2", "2025-03-20")]


def test_refunds_and_the_other_scope_are_left_out() -> None:
    kept = Kept(LEGS)
    kept.con.execute("UPDATE recent_flows SET payment_type = 'R' WHERE flow = 2")
    assert kept.says("filings", "declaration_no") == []
    kept.con.execute("UPDATE recent_flows SET payment_type = 'A'")
    assert kept.says("filings", "declaration_no", scope="domestic") == []
    assert kept.says("filings", "declaration_no", scope="cross_border") == [("T2",)]


def test_what_was_paid_beyond_a_contract_is_listed() -> None:
    kept = Kept(LEGS)
    kept.con.execute("UPDATE recent_flows SET contract_no = 'HT1'")
    kept.files("A", "F1", "2025-01-01", "220000.01", "HT1")
    columns = ("contract_no", "contract_usd", "paid_usd", "beyond_usd", "payments")
    assert kept.says("contracts", *columns) == []
    assert kept.says("contracts", *columns, every=True) == [("HT1", "220000.01", "220000.01", "0.00", 5)]
    kept.files("A", "F2", "2025-03-01", "200000.00", "HT1", "commerce")  # filed later: it speaks
    kept.files("A", "F3", "2025-03-31", "1000000.00", "HT1")  # filed after the newest flow
    assert kept.says("contracts", *columns) == [("HT1", "200000.00", "220000.01", "20000.01", 5)]
    assert kept.says("contracts", *columns, as_of="2025-03-07", every=True) == [
        ("HT1", "200000.00", "160000.01", "-39999.99", 3)
    ]
    assert kept.says("contracts", "contract_no", scope="domestic", every=True) == []
    # A filing speaks from its day on.
    assert kept.says("contracts", "filing_no", as_of="2025-03-31", every=True) == [("F3",)]
    assert kept.says("contracts", "filing_no", as_of="2025-03-30", every=True) == [("F2",)]


BANKED = """
    entity_id direction day        code       amount bank
    A         receipt   2025-03-05 consulting 10.00  b1
    A         receipt   2025-03-31 -          5.00   B1
    A         payment   2025-03-31 travel     7.00   B1
    A         receipt   2025-04-01 travel     9.00   B1
    B         receipt   2025-03-31 travel     1.00   B2
"""


def test_declared_totals_are_tied_to_loaded_ones_and_differences_told() -> None:
    kept = Kept(BANKED)
    kept.totals(("B1", "2025-03", 0, 2, "15.00"), ("B1", "2025-02", 0, 1, "3.00"))
    columns = ("bank", "month", "direction", "flows_difference", "usd_difference", "unclassified", "note")
    assert kept.says("totals", *columns) == [
        ("B1", "2025-02-01", "receipt", -1, "-3.00", 0, "nothing_loaded"),
        ("B1", "2025-03-01", "payment", 1, "7.00", 0, "no_total"),
    ]
    assert ("B1", "2025-03-01", "receipt", 0, "0.00", 1, "agrees") in kept.says("totals", *columns, every=True)
    kept.totals(("b1", "2025-04", 0, 1, "9.01"), ("B2", "2025-03", 0, 2, "1.00"))
    assert kept.says("totals", *columns, period="2025-03-05..2025-04-30")[1:] == [
        ("B1", "2025-04-01", "receipt", 0, "-0.01", 0, "differs"),
        ("B2", "2025-03-01", "receipt", -1, "0.00", 0, "differs"),
    ]
    assert kept.says("totals", "bank", bank="b2") == [("B2",)]


def test_what_waits_in_quarantine_stands_beside_a_difference() -> None:
    kept = Kept(BANKED)
    kept.totals(("B1", "2025-03", 0, 4, "15.00"), ("120000000001", "2025-03", 0, 1, "1.00"))
    raws = [
        '{"declaration_no": "N1", "bank": "b1", "day": "20250310", "direction": "receipt"}',
        '{"declaration_no": "N2", "bank": "B1", "day": "2025-03-10", "direction": "receipt"}',
        '{"declaration_no": "N3", "bank": "B1", "day": "10 March", "direction": "receipt"}',
        '{"declaration_no": "1200000000012503100001", "day": "2025-03-10", "direction": "receipt"}',
    ]
    for number, raw in enumerate(raws):
        kept.con.execute(
            "INSERT INTO quarantine VALUES (?, 'flows', 1, 'f', ?, 'N', '1', 'NO_RATE', '', '', ?, 'waiting', ?)",
            [number, number, raw, MOMENT],
        )
    assert kept.says("totals", "bank", "quarantined", "note") == [
        ("120000000001", 1, "nothing_loaded"),
        ("B1", 2, "differs"),
        ("B1", 0, "no_total"),
    ]


def test_without_flows_or_totals_there_is_nothing_and_words_are_refused() -> None:
    kept = Kept("entity_id direction day code amount")
    for what in ("settlements", "filings", "contracts", "totals"):
        assert reconcile(kept, what).is_empty()  # type: ignore[arg-type]
    for asked in ({"group": "127"}, {"scope": "abroad"}, {"period": "soon"}):
        with pytest.raises(RequestError):
            reconcile(Kept(FLOWS), "settlements", **asked)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="no reconciliation"):
        reconcile(kept, "everything")  # type: ignore[arg-type]


# ---- the balance counts what was settled inside accounts, each once


def settled(kept: Kept, **asked: Any) -> list[tuple[str, ...]]:
    table = monitor_in(kept.con, "balance", **{"period": "2025-03", **asked})
    return table.select(
        *([asked["by"]] if "by" in asked else []), pl.col("settled", "purchased").cast(pl.String)
    ).rows()


def test_the_balance_adds_settlements_to_the_settled_part_of_flows(kept: Kept) -> None:
    assert settled(kept) == [("50.00", "10.00")]
    kept.settles("A", "settlement", "2025-03-06", "125", "8.00")
    kept.settles("A", "settlement", "2025-03-01", "126", "0.50")
    kept.settles("B", "purchase", "2025-03-07", "323", "1.00")
    kept.settles("A", "purchase", "2025-03-08", "323", "4.00")  # after the newest flow
    assert settled(kept) == [("58.50", "11.00")]
    assert settled(kept, where=["entity=B"]) == [("0.00", "11.00")]
    assert settled(kept, scope="domestic") == [("50.00", "0.00")]
    assert settled(kept, where=["item=consulting"]) == [("58.00", "0.00")]
    assert settled(kept, period="2025-03-02..2025-03-07") == [("58.00", "11.00")]
    assert ("unknown", "8.50", "1.00") in settled(kept, by="economy") or ("unknown", "58.50", "11.00") in settled(
        kept, by="economy"
    )
    kept.con.execute("INSERT INTO settlements SELECT * REPLACE (2 AS version, true AS is_deleted) FROM settlements")
    assert settled(kept) == [("50.00", "10.00")]


def test_domestic_and_cross_border_stand_side_by_side(kept: Kept) -> None:
    table = monitor_in(kept.con, "top_items", period="2025", by="scope", top=1)
    assert table.select("scope", "direction", "item").rows() == [
        ("cross_border", "payment", "insurance"),
        ("domestic", "receipt", "consulting"),
    ]
    alone = monitor_in(kept.con, "top_items", period="2025", where=["scope=domestic"])
    assert alone.equals(monitor_in(kept.con, "top_items", period="2025", scope="domestic"))


AMOUNT = st.integers(1, 10**9)


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["receipt", "payment"]),
            st.sampled_from(list(Item)),
            st.sampled_from(["cross_border", "domestic"]),
            AMOUNT,
        ),
        min_size=1,
        max_size=20,
    )
)
def test_either_scheme_and_the_two_scopes_tie_to_the_same_totals(flows: list[tuple[str, Item, str, int]]) -> None:
    rows = [
        {
            "entity_id": "A",
            "direction": d,
            "day": "2025-03-05",
            "code": i.value,
            "scope": s,
            "amount": f"{Decimal(a) / 100:.2f}",
        }
        for d, i, s, a in flows
    ]
    con = warehouse_of(rows, [])

    def sums(**asked: Any) -> dict[str, Decimal]:
        table = monitor_in(con, "top_items", period="2025", top=20, **asked)
        return dict(table.group_by("direction").agg(pl.col("amount_usd").sum()).iter_rows())

    whole = sums()
    assert whole == {d: sum((Decimal(a) for x, _, _, a in flows if x == d), Decimal(0)) / 100 for d in whole}
    assert sums(scheme="bpm6") == whole
    by_scope = [sums(scope=scope) for scope in ("cross_border", "domestic")]
    assert {d: sum((part.get(d, Decimal(0)) for part in by_scope), Decimal(0)) for d in whole} == whole
    con.close()


def test_days_in_a_table_are_days(kept: Kept) -> None:
    kept.settles("A", "settlement", "2025-03-31", "125", "8.00")
    assert reconcile(kept, "settlements")["month"].to_list()[0] == date(2025, 3, 1)  # type: ignore[arg-type]
