"""One entity's trade, its peers and its line of time."""

import shutil
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from fxwatch.home import make_home
from fxwatch.identifiers import organisation_check
from fxwatch.reading import peers, portrait
from fxwatch.reading.timeline import counts, timeline
from fxwatch.review import dismiss, issue_notices, note, open_inquiries, record_breach, rescind_notice
from fxwatch.session import Session
from tests.tables import rows

FLOWS = """
    flow_id day        direction item       economy counterparty scope        amount_usd settled_usd state
    F1/1    2026-01-05 receipt   transport  USA     Lines        cross_border 100.01     40.00       in_scope
    F2/1    2026-01-06 payment   transport  JPN     Harbour      domestic     30.00      30.00       in_scope
    F3/1    2026-03-09 receipt   consulting ,       Lines        cross_border 0.02       ,           in_scope
    F4/1    2026-03-10 payment   ,          ,       ,            domestic     5.00       ,           unclassified
    F5/1    2026-03-11 payment   transport  JPN     Harbour      cross_border 7.00       ,           deleted
"""


def drawn(text):
    """The flows of a table as the warehouse gives them; a comma stands for what is missing."""
    said = [{name: None if cell == "," else cell for name, cell in row.items()} for row in rows(text)]
    money = [pl.col(name).cast(pl.Decimal(24, 2)) for name in ("amount_usd", "settled_usd")]
    return pl.DataFrame(said).with_columns(pl.col("day").str.to_date(), *money)


def coded(number):
    eight = f"{number:08d}"
    return eight + organisation_check(eight)


# Twelve of division 72 that moved money in the year, one that did not, one of division 73 alone in its section, one ship.
LAWYERS = [coded(10000100 + n) for n in range(1, 13)]
IDLE, LAB, SHIP, NOBODY = coded(10000200), coded(10000300), coded(10000400), coded(10000500)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("portrait")
    make_home(folder / "home", simulation=True).change_setting("today", "2026-03-31")
    people = [*((e, "7231") for e in LAWYERS), (IDLE, "72"), (LAB, "7310"), (SHIP, "5521"), (NOBODY, "")]
    lines = [f"{e},name of {e},{industry},2010-01-01" for e, industry in people]
    (folder / "entities.csv").write_text("\n".join(["entity_id,name,industry,registered_on", *lines]), "utf-8")
    moved = [f"R{n},{e},receipt,2026-02-0{2 + n % 4},228021,USD,{n * 1000}.00" for n, e in enumerate(LAWYERS, 1)]
    moved += [
        f"P1,{LAWYERS[0]},payment,2026-02-03,231000,USD,500.00",
        f"OLD,{LAWYERS[0]},receipt,2025-02-28,228021,USD,99999.00",
        f"L1,{LAB},receipt,2026-02-03,228021,USD,10.00",
        *(f"S{n},{SHIP},payment,2026-03-0{n},222011,USD,60000{n}.00" for n in (2, 3, 4)),
    ]
    flows = ["declaration_no,entity_id,direction,day,code,currency,amount", *moved]
    (folder / "flows.csv").write_text("\n".join(flows), "utf-8")
    home = Session(folder / "home")
    home.load("entities", folder / "entities.csv")
    home.load("flows", folder / "flows.csv")
    home.run()
    home.register.close()
    return folder / "home"


@pytest.fixture
def home(built, tmp_path):
    shutil.copytree(built, tmp_path / "home")
    opened = Session(tmp_path / "home")
    yield opened
    opened.register.close()


@pytest.fixture
def flows():
    return portrait.counted(drawn(FLOWS))


# ---- sums


def test_what_waits_or_was_deleted_is_counted_nowhere(flows):
    assert flows["flow_id"].to_list() == ["F1/1", "F2/1", "F3/1"]
    for by in portrait.BY:
        total = portrait.with_total(portrait.summed(flows, by))
        assert (total["receipts_usd"], total["payments_usd"]) == (Decimal("100.03"), Decimal("30.00"))


def test_months_are_dense_from_the_first_flow_to_the_last(flows):
    assert portrait.summed(flows, "month").rows() == [
        (date(2026, 1, 1), 1, Decimal("100.01"), 1, Decimal("30.00"), Decimal("70.01")),
        (date(2026, 2, 1), 0, Decimal("0.00"), 0, Decimal("0.00"), Decimal("0.00")),
        (date(2026, 3, 1), 1, Decimal("0.02"), 0, Decimal("0.00"), Decimal("0.02")),
    ]


def test_items_stand_in_the_order_of_the_items_and_others_by_size(flows):
    assert portrait.summed(flows, "item")["item"].to_list() == ["transport", "consulting"]
    assert portrait.summed(flows, "economy")["economy"].to_list() == ["USA", "JPN", "unknown"]
    assert portrait.summed(flows, "counterparty")["counterparty"].to_list() == ["Lines", "Harbour"]
    assert portrait.summed(flows, "scope")["scope"].to_list() == ["cross_border", "domestic"]


def test_what_was_settled_stands_against_what_was_received_and_bought_against_paid(flows):
    assert portrait.settled(flows).rows() == [
        (date(2026, 1, 1), Decimal("100.01"), Decimal("40.00"), 0.39996, Decimal("30.00"), Decimal("30.00"), 1.0),
        (date(2026, 2, 1), Decimal("0.00"), Decimal("0.00"), None, Decimal("0.00"), Decimal("0.00"), None),
        (date(2026, 3, 1), Decimal("0.02"), Decimal("0.00"), 0.0, Decimal("0.00"), Decimal("0.00"), None),
    ]


def test_an_entity_without_flows_has_empty_sums(flows):
    for by in portrait.BY:
        assert portrait.summed(flows.clear(), by).is_empty()
    assert portrait.settled(flows.clear()).is_empty()


def test_the_flows_of_an_entity_are_its_own_alone(home):
    found = portrait.flows_of(home, LAWYERS[0])
    assert sorted(found["flow_id"]) == ["OLD/1", "P1/1", "R1/1"]
    assert portrait.flows_of(home, IDLE).is_empty()


def test_sums_are_the_same_however_little_of_the_flows_is_read(home):
    flows = portrait.counted(portrait.flows_of(home, LAWYERS[0]))
    for by in portrait.BY:
        assert portrait.sums_of(home, LAWYERS[0], by).equals(portrait.summed(flows, by))
    assert portrait.settled_of(home, LAWYERS[0]).equals(portrait.settled(flows))
    assert portrait.states_of(home, LAWYERS[0]) == {"in_scope": 3, "unclassified": 0, "out_of_scope": 0, "deleted": 0}
    assert portrait.sums_of(home, IDLE, "month").is_empty()


def test_pages_of_flows_go_back_from_the_newest_and_may_be_narrowed(home):
    whole = portrait.flows_of(home, SHIP).sort("day", descending=True)
    pages = [portrait.newest_flows(home, SHIP, 2, skipped) for skipped in (0, 2, 4)]
    assert [len(page) for page in pages] == [2, 1, 0]
    assert pl.concat(pages).equals(whole)
    mixed = LAWYERS[0]
    assert portrait.newest_flows(home, mixed, 9, direction="payment")["flow_id"].to_list() == ["P1/1"]
    assert portrait.newest_flows(home, mixed, 9, item="consulting")["flow_id"].to_list() == ["R1/1", "OLD/1"]
    assert portrait.newest_flows(home, mixed, 9, direction="payment", item="consulting").is_empty()


def test_the_roll_says_who_it_is_and_who_is_a_transport_enterprise(home):
    ship, idle = portrait.entry_of(home, SHIP), portrait.entry_of(home, IDLE)
    assert (ship["division"], ship["transport_enterprise"], ship["since"]) == ("55", True, date(2010, 1, 1))
    assert (idle["division"], idle["transport_enterprise"]) == ("72", False)
    assert portrait.entry_of(home, coded(10000999)) is None


# ---- peers


def test_peers_are_those_of_the_division_that_moved_money_in_the_year(home):
    group = peers.group_of(home, "7231")
    assert (group.level, group.code, group.measured.height) == ("division", "72", 12)
    assert (group.months.start, group.months.end) == (date(2025, 4, 1), date(2026, 3, 31))


def test_its_place_counts_from_the_largest_and_quartiles_are_values_of_peers(home):
    found = peers.standing(peers.group_of(home, "7231"), LAWYERS[0])
    measures = {row[0]: row[1:] for row in found.measures.rows()}
    # 1500 in all; the others 2000 to 12000.
    assert measures["turnover_usd"] == (*(Decimal(n) for n in (1500, 4000, 7000, 9000)), 12, 0.0)
    assert measures["payments_usd"][-2:] == (1, 1.0)
    # Nobody has a hit: all share the first place, and nobody has less.
    assert measures["hits"][-2:] == (1, 0.0)
    assert measures["flows"][0] == 2
    top = peers.standing(peers.group_of(home, "7231"), LAWYERS[-1])
    assert top.measures.filter(measure="turnover_usd")["rank"].to_list() == [1]


def test_its_mix_of_items_stands_beside_that_of_its_peers(home):
    found = peers.standing(peers.group_of(home, "7231"), LAWYERS[0]).items
    rows = {row["item"]: row for row in found.iter_rows(named=True)}
    assert rows["royalties"]["share"] == pytest.approx(1 / 3, abs=1e-6)
    assert rows["royalties"]["peers_share"] == pytest.approx(500 / 78500, abs=1e-6)
    assert rows["royalties"]["share_of_item"] == 1.0
    assert rows["consulting"]["share_of_item"] == pytest.approx(1 / 78, abs=1e-6)


def test_an_entity_that_moved_nothing_has_no_place_but_sees_its_peers(home):
    found = peers.standing(peers.group_of(home, "72"), IDLE)
    assert found.peers == 12
    assert found.measures["rank"].to_list() == [None] * 5
    assert found.measures["below"].to_list() == [None] * 5
    assert found.measures["median"][0] == Decimal(7000)
    assert found.items["share"].to_list() == [None, None]


def test_a_small_division_is_compared_with_its_section_and_a_small_section_not_at_all(home, monkeypatch):
    assert peers.group_of(home, "7310") is None
    assert peers.group_of(home, "") is None
    assert peers.group_of(home, None) is None
    monkeypatch.setattr(peers, "ENOUGH", 12)
    assert peers.group_of(home, "7231").level == "division"
    assert peers.group_of(home, "L").level == "section"
    monkeypatch.setattr(peers, "ENOUGH", 13)
    assert peers.group_of(home, "7231") is None


def test_before_the_first_run_there_are_no_peers(tmp_path):
    assert peers.group_of(Session(make_home(tmp_path / "new", bare=True).path), "7231") is None


# ---- its line of time


def test_hits_and_acts_stand_in_one_line_the_newest_first(home):
    rule = "large_transport_transfer"
    ids = home.hits(entity=SHIP, rule=rule)["hit_id"].to_list()
    [first] = issue_notices(home, ids[:1], why="asked twice", on=date(2026, 3, 10))
    dismiss(home, ids[1:2], why="charter seen", on=date(2026, 3, 11))
    rescind_notice(home, first, why="the ship was another's", on=date(2026, 3, 12))
    record_breach(home, "B-9", entity_id=SHIP, day=date(2026, 3, 1), provision="39", on=date(2026, 3, 13))
    open_inquiries(home, [], entity_id=SHIP, question="Whose ship?", due=date(2026, 4, 1), on=date(2026, 3, 14))
    note(home, SHIP, "They called.", on=date(2026, 3, 15))
    events = timeline(home, SHIP).filter((pl.col("kind") != "hit") | (pl.col("subject") == rule))
    assert events.select("day", "kind", "what", "subject").rows() == [
        (date(2026, 3, 15), "note", "note_added", SHIP),
        (date(2026, 3, 14), "inquiry", "inquiry_opened", "Q1"),
        (date(2026, 3, 13), "breach", "breach_recorded", "B-9"),
        (date(2026, 3, 12), "notice", "notice_rescinded", "N1"),
        (date(2026, 3, 11), "dismissal", "hit_dismissed", ids[1]),
        (date(2026, 3, 10), "notice", "notice_issued", "N1"),
        (date(2026, 3, 4), "hit", "open", rule),
        (date(2026, 3, 3), "hit", "dismissed", rule),
        (date(2026, 3, 2), "hit", "dismissed", rule),
    ]
    assert counts(events) == {"hit": 3, "notice": 2, "dismissal": 1, "breach": 1, "inquiry": 1, "note": 1}
    assert events["hit_id"].drop_nulls().to_list() == ids[::-1]


def test_a_hit_says_its_sentence_in_the_language_and_an_act_its_reason(home):
    note(home, SHIP, "They called.")
    english, chinese = timeline(home, SHIP), timeline(home, SHIP, "zh")
    assert english["said"][0] == chinese["said"][0] == "They called."
    assert f"name of {SHIP}" in english["said"][1]
    assert "超过单笔限额" in chinese["said"][1]


def test_every_kind_of_act_on_an_entity_has_its_place_in_the_line(home):
    paper = home.file(SHIP, home.path / "tmp" / "file.json")
    assert timeline(home, SHIP).select("kind", "act").row(0) == ("paper", paper.act)


def test_of_an_entity_that_nothing_happened_to_the_line_is_empty(home):
    assert isinstance(timeline(home, IDLE), pl.DataFrame)
    assert timeline(home, IDLE).is_empty()


def test_what_was_settled_inside_accounts_is_added_to_its_month() -> None:
    flows = pl.DataFrame(
        {
            "day": [date(2025, 3, 5)],
            "direction": ["receipt"],
            "amount_usd": [Decimal("10.00")],
            "settled_usd": [Decimal("4.00")],
        }
    )
    inside = pl.DataFrame(
        {
            "month": [date(2025, 3, 1), date(2025, 5, 1)],
            "direction": ["receipt", "payment"],
            "settled_usd": [Decimal("8.00"), Decimal("1.00")],
        }
    )
    found = portrait.settled(flows, inside).select("month", "settled_usd", "settled_share", "purchased_usd")
    assert found.with_columns(pl.col("month", "settled_usd", "purchased_usd").cast(pl.String)).rows() == [
        ("2025-03-01", "12.00", 1.2, "0.00"),
        ("2025-04-01", "0.00", None, "0.00"),
        ("2025-05-01", "0.00", None, "1.00"),
    ]
