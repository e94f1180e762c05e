"""A run looks again at what changed alone, and finds what a run of everything finds."""

import csv
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import fxwatch
from fxwatch.amending import amend
from fxwatch.home import make_home
from fxwatch.increment import Scope, told
from fxwatch.reading.operations import runs_told
from fxwatch.rule import EarlyWarning
from fxwatch.rulebook import rules
from fxwatch.session import Session
from fxwatch.touched import within_of
from fxwatch.warehouse.findings import found_hits

FLOWS = ("declaration_no", "leg", "action", "entity_id", "direction", "day", "code", "currency", "amount", "bank", "counterparty", "payment_type", "contract_no")  # fmt: skip
BANK = "120000000001"
MARCH = [f"2026-03-{day:02d}" for day in (2, 3, 4, 5, 6, 9)]  # working days in a row
Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the calendar, where three days make a streak and four flows a part."""
    folder = tmp_path_factory.mktemp("bare") / "home"
    home = make_home(folder, simulation=True)
    toml = "today = 2026-10-31\nverify_ids = false\nadmit_unknown = true\npart_rows = 4\nkeep_snapshots = 1\n"
    (folder / "fxwatch.toml").write_text(toml, "utf-8")
    session = Session(folder)
    amend(session, "consecutive_days.min_days", "3", valid_from=date(2020, 1, 1), basis="a test")
    session.register.close()
    home.register.close()
    return folder


@pytest.fixture
def home(bare: Path, tmp_path: Path) -> Iterator[Session]:
    opened = fxwatch.open(shutil.copytree(bare, tmp_path / "home"))
    yield opened
    opened.register.close()


def load(home: Session, kind: str, columns: tuple[str, ...], rows: list[Row]) -> None:
    file = home.path.parent / f"{kind}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([columns, *rows])
    home.load(kind, file)


def flow(number: str, day: str = MARCH[0], **other: Any) -> Row:
    sound = {"leg": 1, "action": "A", "entity_id": "E1", "direction": "payment", "code": "228021", "currency": "USD"}
    row = {**sound, "amount": 600_000, "bank": BANK, "declaration_no": number, "day": day, **other}
    return tuple(row.get(name, "") for name in FLOWS)


def tables(home: Session) -> dict[str, pl.DataFrame]:
    """What a run leaves, but for its number."""
    con = home.snapshot().con
    named = {
        name: con.sql(f"SELECT {columns} FROM {name} ORDER BY ALL").pl()
        for name, columns in {
            "hits": "* EXCLUDE (run_id)",
            "hit_flows": "*",
            "not_computed": "*",
            "skipped": "*",
            "sums": "*",
            "channel_sums": "*",
        }.items()
    }
    hits = found_hits(con)
    newest = con.sql("SELECT max(run_id) FROM runs").fetchall()[0][0]
    assert set(hits.filter(~pl.col("is_gone"))["run_id"]) <= {newest}
    assert newest not in set(hits.filter("is_gone")["run_id"])
    last_run = con.sql(
        "SELECT flows, first_day, last_day, hits, rules, fingerprint, basis FROM runs ORDER BY run_id DESC LIMIT 1"
    )
    named["run"] = last_run.pl()
    for bank in (BANK, "120000000002"):
        with home.register._store.reading() as connection:
            from fxwatch.register.taken import entities_of

            since = [date(1, 1, 1), *map(date.fromisoformat, MARCH)]
            known = [(day, one.entity_id) for day in since for one in entities_of(connection, bank, day)]
        named[bank] = pl.DataFrame(known, schema={"since": pl.Date, "entity_id": pl.String}, orient="row")
    return named


def same_as_full(home: Session, folder: Path) -> None:
    """A run of everything after this one changes nothing."""
    copy = fxwatch.open(shutil.copytree(home.path, folder / "full"))
    copy.run(full=True)
    ours, theirs = tables(home), tables(copy)
    copy.register.close()
    shutil.rmtree(folder / "full")
    for name, table in theirs.items():
        assert_frame_equal(ours[name], table)


def scope(home: Session) -> str:
    return str(runs_told(home)["recomputed"][0])


def streak(home: Session) -> None:
    load(home, "flows", FLOWS, [flow(f"D{n}", day) for n, day in enumerate(MARCH)])
    home.run()


CHANGES: list[tuple[str, Callable[[Session], None], str]] = [
    ("nothing", lambda home: None, "nothing changed"),
    ("a late flow that joins two stretches", lambda home: load(home, "flows", FLOWS, [flow("L1", "2026-03-10")]), "consecutive_days (1 group)"),
    ("a flow of another entity", lambda home: load(home, "flows", FLOWS, [flow("L1", entity_id="E2", amount=2_000_000)]), "1 flow changed"),
    ("a deletion in the middle", lambda home: load(home, "flows", FLOWS, [flow("D2", MARCH[2], action="D")]), "1 flow changed"),
    ("a change of entity", lambda home: load(home, "flows", FLOWS, [flow("D0", action="C", entity_id="E2")]), "large_daily_total (2 groups)"),
    ("a change of item", lambda home: load(home, "flows", FLOWS, [flow("D0", action="C", code="222011")]), "large_transport_transfer (1 group)"),
    ("a change of scope", lambda home: load(home, "flows", FLOWS, [flow("D5", MARCH[5], action="C", code="121010")]), "1 flow changed"),
    ("a bank that changed", lambda home: load(home, "flows", FLOWS, [flow("D0", action="C", bank="120000000002")]), "1 flow changed"),
    ("a new limit", lambda home: amend(home, "large_daily_total.limit_usd", "500000", valid_from=date(2026, 3, 4), basis="x"), "large_daily_total (all: the rule or its parameters changed)"),
    ("a day off", lambda home: load(home, "calendar", ("day", "is_workday"), [("2026-03-11", 0)]), "consecutive_days (all: the calendar changed)"),
    ("a transport enterprise", lambda home: load(home, "entities", ("entity_id", "name", "transport_enterprise"), [("E1", "Lines", "true")]), "consecutive_days (1 group)"),
]  # fmt: skip


# These go with every change of the code; the others with the slow tests.
QUICK = ("a late flow that joins two stretches", "a change of entity", "a new limit", "a transport enterprise")


@pytest.mark.parametrize(
    ("change", "words"),
    [pytest.param(*c[1:], id=c[0], marks=[] if c[0] in QUICK else pytest.mark.slow) for c in CHANGES],
)
def test_a_run_after_a_change_finds_what_a_run_of_everything_finds(
    home: Session, tmp_path: Path, change: Callable[[Session], None], words: str
) -> None:
    streak(home)
    assert scope(home) == "everything: it is the first run"
    assert home.hits(rule="consecutive_days").height == 1
    change(home)
    home.run()
    assert words in scope(home)
    same_as_full(home, tmp_path)


def test_hits_of_one_id_that_an_older_version_left_become_one(home: Session, tmp_path: Path) -> None:
    streak(home)
    with home.writing("test") as warehouse:
        warehouse.con.execute("UPDATE hits SET flow_count = 2")
        warehouse.con.execute("INSERT INTO hits SELECT * REPLACE (3 AS flow_count) FROM hits")
    home.run(full=True)
    con = home.snapshot().con
    assert con.execute("SELECT flow_count FROM hits WHERE rule = 'consecutive_days'").fetchall() == [(6,)]
    assert con.execute("SELECT count(*) - count(DISTINCT hit_id) FROM hits").fetchall() == [(0,)]
    same_as_full(home, tmp_path)


def found(home: Session, rule: str) -> list[str]:
    asked = "SELECT hit_id FROM hits WHERE rule = ? AND gone_at IS NULL ORDER BY 1"
    return [hit for (hit,) in home.snapshot().con.execute(asked, [rule]).fetchall()]


def test_a_payment_that_comes_late_explains_its_refund(home: Session, tmp_path: Path) -> None:
    paid = flow("P1", "2025-06-03", counterparty="Acme", amount=80_000)
    back = flow("R1", "2026-03-02", counterparty="Acme", amount=80_000, direction="receipt", payment_type="R")
    load(home, "flows", FLOWS, [paid, back])
    home.run()
    assert len(found(home, "refund_unmatched")) == 1  # nine months are late
    load(home, "flows", FLOWS, [flow("P2", "2026-02-02", counterparty="(JW) acme", amount=80_000)])
    home.run()
    assert found(home, "refund_unmatched") == []
    same_as_full(home, tmp_path)


def test_pieces_under_one_contract_are_looked_at_together_whoever_is_paid(home: Session, tmp_path: Path) -> None:
    pieces = [flow(f"D{n}", day, counterparty=name, contract_no="HT1", amount=40_000) for n, (day, name) in enumerate(zip(MARCH, ("Acme", "Bolt"), strict=False))]  # fmt: skip
    load(home, "flows", FLOWS, pieces)
    home.run()
    assert len(found(home, "split_below_document_limit")) == 1
    load(home, "flows", FLOWS, [flow("L1", "2026-02-27", counterparty="Core", contract_no="HT1", amount=40_000)])
    home.run()
    same_as_full(home, tmp_path)


def test_a_payee_becomes_new_where_an_old_payment_goes_and_is_none_where_one_comes_late(
    home: Session, tmp_path: Path
) -> None:
    new_payees(home)
    paid = [("P0", "2024-01-02", "V"), ("P1", "2025-05-30", "V"), ("P2", "2026-03-02", "V"), ("P3", "2026-03-03", "W")]
    load(home, "flows", FLOWS, [flow(number, day, counterparty=payee, amount=900) for number, day, payee in paid])
    home.run()
    assert found(home, "fan_out_new_payees") == []
    load(home, "flows", FLOWS, [flow("P1", "2025-05-30", action="D", counterparty="V", amount=900)])
    home.run()
    assert len(found(home, "fan_out_new_payees")) == 1
    load(home, "flows", FLOWS, [flow("P4", "2025-06-04", counterparty="V", amount=900)])
    home.run()
    assert found(home, "fan_out_new_payees") == []
    load(home, "flows", FLOWS, [flow("P5", "2026-03-04", counterparty="X", amount=900)])
    home.run()
    assert len(found(home, "fan_out_new_payees")) == 1  # of W and X: V was paid in June
    same_as_full(home, tmp_path)


def new_payees(home: Session) -> None:
    """Two payees that are new are many, and USD 1,000 are much."""
    for name, value in (("limit_usd", "1000"), ("payees_count", "2")):
        amend(home, f"fan_out_new_payees.{name}", value, valid_from=date(2020, 1, 1), basis="a test")


def test_the_last_day_that_a_bank_reported_goes_back_with_the_newest_flow_and_stays_when_an_old_one_comes(
    home: Session, tmp_path: Path
) -> None:
    def reported() -> list[tuple[Any, ...]]:
        return home.register.reported_of(pl.DataFrame({"bank": [BANK], "entity_id": ["E1"]})).rows()

    load(home, "flows", FLOWS, [flow("D1", MARCH[0]), flow("D2", MARCH[5])])
    home.run()
    assert reported() == [(BANK, "E1", date(2026, 3, 9))]
    load(home, "flows", FLOWS, [flow("D3", "2026-02-27")])
    home.run()
    assert reported() == [(BANK, "E1", date(2026, 3, 9))]
    load(home, "flows", FLOWS, [flow("D2", MARCH[5], action="D")])
    home.run()
    assert reported() == [(BANK, "E1", date(2026, 3, 2))]
    same_as_full(home, tmp_path)


@pytest.mark.parametrize(
    ("rule", "within"),
    [
        ("invoice_paid_twice", ("counterparty", "invoice", "direction")),
        ("payment_without_filing", ("entity", "payee", "quarter")),
    ],
)
def test_a_key_may_have_words_and_periods_beside_an_identity(
    home: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str, within: tuple[str, ...]
) -> None:
    monkeypatch.setattr(rules()[rule], "within", within)
    columns = (*FLOWS, "invoice_no")
    first, second, third = (
        (*flow(f"D{n}", day, counterparty="Acme", amount=60_000), "I1") for n, day in enumerate(("2026-03-02", "2026-03-31", "2026-04-01"))
    )  # fmt: skip
    load(home, "flows", columns, [first, third])
    home.run()
    load(home, "flows", columns, [second])
    home.run()
    assert found(home, rule)
    same_as_full(home, tmp_path)


def test_legs_that_a_change_has_put_into_two_quarters_are_still_one_payment(home: Session, tmp_path: Path) -> None:
    legs = [flow("D1", "2026-03-31", leg=leg, counterparty="Acme", amount=30_000) for leg in (1, 2)]
    load(home, "flows", FLOWS, legs)
    load(home, "flows", FLOWS, [flow("D1", "2026-04-01", leg=2, action="C", counterparty="Acme", amount=30_000)])
    home.run()
    assert len(found(home, "payment_without_filing")) == 1  # of USD 60,000
    load(home, "flows", FLOWS, [flow("L1", "2026-04-02", counterparty="Acme", amount=70_000)])
    home.run()
    assert len(found(home, "payment_without_filing")) == 2
    same_as_full(home, tmp_path)


def test_legs_with_different_payees_are_still_one_payment(home: Session, tmp_path: Path) -> None:
    to_acme, to_beta = (flow("D1", leg=n, counterparty=who, amount=30_000) for n, who in ((1, "Acme"), (2, "Beta")))
    load(home, "flows", FLOWS, [to_acme, to_beta])
    home.run()
    assert len(found(home, "payment_without_filing")) == 1  # of USD 60,000, to the first
    load(home, "flows", FLOWS, [flow("D2", "2026-03-03", counterparty="Beta", amount=70_000)])
    home.run()
    assert len(found(home, "payment_without_filing")) == 2
    same_as_full(home, tmp_path)


def test_a_payment_to_nobody_known_is_counted_until_one_of_its_legs_names_a_payee(
    home: Session, tmp_path: Path
) -> None:
    counts = "SELECT rule, count FROM skipped WHERE rule = 'payment_without_filing'"
    load(home, "flows", FLOWS, [flow("D1", leg=leg, counterparty="", amount=30_000) for leg in (1, 2)])
    home.run()
    load(home, "flows", FLOWS, [flow("D2", "2026-03-03", counterparty="Beta", amount=70_000)])
    home.run()
    assert home.snapshot().con.execute(counts).fetchall() == [("payment_without_filing", 1)]
    load(home, "flows", FLOWS, [flow("D1", leg=2, action="C", counterparty="Beta", amount=30_000)])
    home.run()
    assert home.snapshot().con.execute(counts).fetchall() == []
    assert len(found(home, "payment_without_filing")) == 1, "one payee and quarter: both payments"
    same_as_full(home, tmp_path)


def test_an_episode_that_is_found_again_was_found_when_it_was_found_first(home: Session, tmp_path: Path) -> None:
    told = "SELECT hit_id, found_at, gone_at IS NULL FROM hits WHERE rule = 'near_limit'"
    load(home, "flows", FLOWS, [flow(f"D{n}", MARCH[n], amount=950_000) for n in range(3)])
    home.run()
    ((hit, found_at, stands),) = home.snapshot().con.execute(told).fetchall()
    assert stands
    load(home, "flows", FLOWS, [flow("D2", MARCH[2], action="D")])
    home.run()
    assert home.snapshot().con.execute(told).fetchall() == [(hit, found_at, False)]
    load(home, "flows", FLOWS, [flow("D3", MARCH[2], amount=950_000)])
    home.run()
    assert home.snapshot().con.execute(told).fetchall() == [(hit, found_at, True)]
    same_as_full(home, tmp_path)


def test_legs_of_days_far_apart_still_come_close_to_the_limit_together(home: Session, tmp_path: Path) -> None:
    legs = [flow(f"D{n}", MARCH[n], leg=leg, code="222011", amount=237_500) for n in range(3) for leg in (1, 2)]
    load(home, "flows", FLOWS, legs)
    load(home, "flows", FLOWS, [flow("D0", "2026-07-01", leg=2, action="C", code="222011", amount=237_500)])
    home.run()
    assert len(found(home, "near_limit")) == 1  # three times USD 475,000 of 500,000
    load(home, "flows", FLOWS, [flow("L1", MARCH[3], code="222011", amount=1_000)])
    home.run()
    assert len(found(home, "near_limit")) == 1
    same_as_full(home, tmp_path)


@pytest.mark.slow
def test_a_lost_finding_is_named_by_the_one_that_took_its_place(home: Session, tmp_path: Path) -> None:
    streak(home)
    load(home, "flows", FLOWS, [flow("D0", action="D")])
    home.run()
    hits = (
        home.snapshot()
        .con.execute("SELECT hit_id, supersedes, gone_at IS NULL FROM hits ORDER BY first_day")
        .fetchall()
    )
    assert hits == [
        ("consecutive_days:E1:consulting:both:2026-03-02", [], False),
        ("consecutive_days:E1:consulting:both:2026-03-03", ["consecutive_days:E1:consulting:both:2026-03-02"], True),
    ]
    load(home, "flows", FLOWS, [flow("D9", "2026-02-27", entity_id="E9")])
    home.run()
    same_as_full(home, tmp_path)


def test_everything_is_computed_when_it_is_asked_for_or_the_program_changed(home: Session) -> None:
    streak(home)
    home.run(full=True)
    assert scope(home) == "everything: it was asked for"
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr("fxwatch.increment._program", lambda: "another")
        home.run()
    assert scope(home) == "everything: the program or its facts changed"
    assert told(runs_scope(home), "zh") == "全部：程序或其资料有变"


def test_everything_is_computed_in_shares_where_what_is_touched_takes_too_much_memory(
    home: Session, tmp_path: Path
) -> None:
    streak(home)
    load(home, "flows", FLOWS, [flow("L1", "2026-03-10")])
    with pytest.MonkeyPatch.context() as changed:
        asked: list[int] = []
        changed.setattr("fxwatch.increment.shares_for", lambda flows, *_: asked.append(flows) or 2)
        home.run()
    assert asked == [7]  # the streak's six and the new one, all of E1
    assert scope(home) == "everything: the flows of whom it touches take more memory than a run may"
    same_as_full(home, tmp_path)


def runs_scope(home: Session) -> str:
    return str(home.snapshot().con.sql("SELECT scope FROM runs ORDER BY run_id DESC LIMIT 1").fetchall()[0][0])


def test_a_scope_says_in_both_languages_what_was_looked_at() -> None:
    text = Scope("", 3, {"large_daily_total": 2, "consecutive_days": "calendar"}).text()
    assert (
        told(text, "en")
        == "3 flows changed: consecutive_days (all: the calendar changed), large_daily_total (2 groups)"
    )
    assert told(text, "zh") == "3 笔变动：consecutive_days（全部：工作日历有变）、large_daily_total（2 组）"
    assert told(None, "en") == ""


def test_a_rule_that_says_nothing_is_looked_at_by_whole_partitions() -> None:
    assert within_of(EarlyWarning()) == ("entity",)
    assert within_of(rules()["large_daily_total"]()) == ("entity", "direction", "day")


# ---- whatever happens

NUMBERS, ENTITIES = ("D1", "D2", "D3", "D4", "D5", "D6"), ("E1", "E2")
_FLOW = st.builds(
    lambda number, leg, action, entity, direction, day, code, amount, bank: flow(
        number, MARCH[day], leg=leg, action=action, entity_id=entity, direction=direction, code=code, amount=amount, bank=bank
    ),
    st.sampled_from(NUMBERS), st.sampled_from((1, 1, 2)), st.sampled_from("AAACCD"), st.sampled_from(ENTITIES),
    st.sampled_from(("receipt", "payment")), st.integers(0, 5), st.sampled_from(("222011", "228021", "228021", "", "121010")),
    st.sampled_from((300_000, 480_000, 600_000, 950_000, 1_200_000)), st.sampled_from((BANK, "120000000002")),
)  # fmt: skip
_STEP = st.one_of(
    st.lists(_FLOW, min_size=1, max_size=8).map(lambda rows: ("flows", FLOWS, rows)),
    st.lists(_FLOW, min_size=1, max_size=8).map(lambda rows: ("flows", FLOWS, rows)),
    st.tuples(st.sampled_from(MARCH), st.integers(0, 1)).map(lambda row: ("calendar", ("day", "is_workday"), [row])),
    st.tuples(st.sampled_from(ENTITIES), st.just("N"), st.sampled_from(("true", "false"))).map(
        lambda row: ("entities", ("entity_id", "name", "transport_enterprise"), [row])
    ),
    st.sampled_from((("large_daily_total.limit_usd", "500000"), ("consecutive_days.min_days", "2"))),
    st.just(("run",)),
)  # fmt: skip


def follow(bare: Path, folder: Path, steps: list[Any]) -> None:
    home = fxwatch.open(shutil.copytree(bare, folder / "home"))
    load(home, "flows", FLOWS, [flow(f"S{n}", day) for n, day in enumerate(MARCH)])
    for step in [("run",), *steps, ("run",)]:
        if step == ("run",):
            home.run()
        elif len(step) == 2:
            amend(home, step[0], step[1], valid_from=date(2026, 3, 4), basis="a test")
        else:
            load(home, *step)
    same_as_full(home, folder)
    home.register.close()
    shutil.rmtree(folder / "home")


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEP, min_size=2, max_size=10))
def test_runs_of_changes_end_where_a_run_of_everything_does(bare: Path, tmp_path: Path, steps: list[Any]) -> None:
    shutil.rmtree(tmp_path / "home", ignore_errors=True)
    follow(bare, tmp_path, steps)


# A payee is new who was not paid for a year: what comes, goes or changes far away bears on it.
PAID_ON = ("2024-06-03", "2025-05-30", "2025-06-03", "2025-06-04", "2025-06-05", "2026-02-27", "2026-03-02", "2026-03-03", "2026-06-04", "2026-06-05")  # fmt: skip
_PAYMENT = st.builds(
    lambda number, action, entity, day, payee: flow(
        f"P{number}", day, action=action, entity_id=entity, counterparty=payee, amount=900
    ),
    st.integers(1, 12), st.sampled_from("AAAACD"), st.sampled_from(("E1", "E1", "E1", "E2")), st.sampled_from(PAID_ON), st.sampled_from("VWXYZ"),
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    known=st.lists(_PAYMENT, min_size=6, max_size=24),
    days=st.lists(st.lists(_PAYMENT, min_size=1, max_size=4), min_size=1, max_size=3),
)
def test_payees_are_new_after_changes_as_a_run_of_everything_has_them(
    bare: Path, tmp_path: Path, known: list[Row], days: list[list[Row]]
) -> None:
    shutil.rmtree(tmp_path / "home", ignore_errors=True)
    home = fxwatch.open(shutil.copytree(bare, tmp_path / "home"))
    new_payees(home)
    load(home, "flows", FLOWS, [flow("P0", "2024-01-02", amount=1), *known])
    home.run()
    for rows in days:
        load(home, "flows", FLOWS, rows)
        home.run()
    same_as_full(home, tmp_path)
    home.register.close()
    shutil.rmtree(tmp_path / "home")
