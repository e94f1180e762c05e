"""The invented sample: the same for a seed, calibrated, with its truth complete."""

import hashlib
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from fxwatch.errors import RequestError
from fxwatch.facts import facts
from fxwatch.sample import STAGES, Sample, Written, invent, write
from fxwatch.sample.patterns import KINDS

SMALL, MIDDLING = 5_000, 30_000


@pytest.fixture(scope="module")
def small() -> Sample:
    return invent(SMALL, seed=7)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return invent(MIDDLING, seed=7)


@pytest.fixture(scope="module")
def standing(sample: Sample) -> pl.DataFrame:
    """The flows as they stand in the end, in scope and classified, with `key`, `item`, `usd`."""
    outcomes = sample.truth["outcomes"].filter(pl.col("outcome") != "duplicate")
    rows = sample.flows.join(outcomes, on="declaration_no", how="anti")
    last = rows.unique(["declaration_no", "leg"], keep="last", maintain_order=True).filter(
        pl.col("action") != "D", pl.col("code") != ""
    )
    by_prefix = sorted(((r["code"], r["item"]) for r in facts("codes.csv")), key=lambda pair: -len(pair[0]))
    items = {
        code: next(item for prefix, item in by_prefix if code.startswith(prefix)) for code in last["code"].unique()
    }
    rates = {(r["month"], r["currency"]): float(r["usd_per_unit"]) for r in facts("rates.csv")}
    months = last["day"].str.to_date().dt.offset_by("-1mo").dt.strftime("%Y-%m")
    rate = [1.0 if c == "USD" else rates[m, c] for m, c in zip(months, last["currency"], strict=True)]
    return last.with_columns(
        pl.col("day").str.to_date(),
        pl.col("amount").cast(pl.Float64),
        key=pl.when(pl.col("entity_id").str.len_chars() == 18)
        .then(pl.col("entity_id").str.slice(8, 9))
        .otherwise("entity_id"),
        item=pl.col("code").replace_strict(items),
    ).with_columns(usd=pl.col("amount") * pl.Series(rate))


@pytest.fixture(scope="module")
def written(small: Sample, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(small, tmp_path_factory.mktemp("sample"))


def digests(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def planted(sample: Sample, standing: pl.DataFrame, kind: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """The entity and the flows of each pattern of a kind."""
    for pattern in sample.truth["patterns"].filter(pl.col("kind") == kind).iter_rows(named=True):
        yield pattern["entity_id"], standing.filter(pl.col("declaration_no").is_in(pattern["declarations"]))


def test_the_same_seed_gives_the_same_bytes(written: Written, tmp_path: Path) -> None:
    write(invent(SMALL, seed=7), tmp_path)
    assert digests(tmp_path) == digests(written.entities.parent)


def test_another_seed_gives_another_sample(small: Sample) -> None:
    assert not invent(SMALL, seed=8).flows.equals(small.flows)


def test_as_many_flows_are_declared_as_were_asked_for(small: Sample) -> None:
    repeated = small.truth["outcomes"].filter(pl.col("outcome") == "duplicate")
    first = small.flows.filter(~pl.col("action").is_in(["C", "D"]) | pl.col("declaration_no").is_in(_unknown(small)))
    assert len(first) - len(repeated) == SMALL


def _unknown(sample: Sample) -> list[str]:
    return sample.truth["outcomes"].filter(pl.col("outcome") == "UNKNOWN_KEY")["declaration_no"].to_list()


def test_items_have_their_shares_of_each_direction(standing: pl.DataFrame) -> None:
    wanted = {
        (r["direction"], r["item"]): float(r["value"])
        for r in facts("sample_calibration.csv")
        if r["measure"] == "share" and r["item"]
    }
    totals = dict(standing.group_by("direction").agg(pl.col("usd").sum()).iter_rows())
    for direction, item, usd in standing.group_by("direction", "item").agg(pl.col("usd").sum()).iter_rows():
        assert usd / totals[direction] == pytest.approx(wanted[direction, item], abs=0.02), (direction, item)


@pytest.mark.parametrize(
    ("direction", "items"),
    [
        ("receipt", ["transport", "consulting", "computer_information"]),
        ("payment", ["transport", "royalties", "consulting"]),
    ],
)
def test_the_top_three_items_are_those_of_the_statistics(
    standing: pl.DataFrame, direction: str, items: list[str]
) -> None:
    sums = (
        standing.filter(pl.col("direction") == direction)
        .group_by("item")
        .agg(pl.col("usd").sum())
        .sort("usd", descending=True)
    )
    assert sums["item"].head(3).to_list() == items


def test_amounts_and_activity_have_heavy_tails(standing: pl.DataFrame) -> None:
    flows = standing.group_by("key").len()["len"].sort(descending=True)
    usd = standing["usd"].sort(descending=True)
    assert flows.head(len(flows) // 100).sum() > 0.1 * flows.sum()
    assert usd.head(len(usd) // 100).sum() > 0.2 * usd.sum()


def test_few_flows_fall_on_days_off(standing: pl.DataFrame) -> None:
    off = {r["day"] for r in facts("calendar.csv") if r["is_workday"] == "0"}
    assert 0.005 < standing["day"].cast(pl.String).is_in(list(off)).mean() < 0.03


def valid_organisation_code(code: str) -> bool:
    """GB 11714, written down once more."""
    values = [int(c, 36) for c in code[:8]]
    check = 11 - sum(v * w for v, w in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return code[8] == {10: "X", 11: "0"}.get(check, str(check))


def valid_credit_code(code: str) -> bool:
    """GB 32100, written down once more."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(c) * pow(3, n, 31) for n, c in enumerate(code[:17]))
    return alphabet.index(code[17]) == (31 - total) % 31 and valid_organisation_code(code[8:17])


def test_the_two_check_digits_are_known_to_this_test() -> None:
    assert valid_organisation_code("600037341")
    assert not valid_organisation_code("600037342")
    assert valid_credit_code("91110000600037341L")


def test_every_identifier_on_the_roll_is_valid_and_nobody_is_there_twice(sample: Sample) -> None:
    ids = sample.entities["entity_id"].to_list()
    assert all(valid_credit_code(i) if len(i) == 18 else valid_organisation_code(i.replace("-", "")) for i in ids)
    keys = [i[8:17] if len(i) == 18 else i.replace("-", "") for i in ids]
    assert sorted(keys) == sorted(sample.truth["entities"]["entity_id"])
    assert len(set(keys)) == len(keys)
    assert "000000000" not in keys
    assert {len(i) for i in ids} == {9, 10, 18}


def test_every_flow_that_stands_is_of_an_entity_on_the_roll(sample: Sample, standing: pl.DataFrame) -> None:
    assert set(standing["key"]) <= set(sample.truth["entities"]["entity_id"])
    assert {len(i) for i in standing["entity_id"]} == {9, 18}


def test_names_are_in_both_languages_and_unlike(sample: Sample) -> None:
    names = sample.entities["name"]
    assert names.str.contains(r"^[\u4e00-\u9fff\d]+ [A-Z][A-Za-z' .\d]+$").all()
    assert names.n_unique() == len(names)


def test_a_declaration_number_is_bank_day_and_running_number(standing: pl.DataFrame) -> None:
    number = standing["declaration_no"]
    assert number.str.contains(r"^\d{22}$").all()
    assert (number.str.slice(12, 6) == standing["day"].dt.strftime("%y%m%d")).all()
    assert 20 <= number.str.slice(0, 12).n_unique() <= 40


def test_some_declarations_have_two_legs_that_agree(standing: pl.DataFrame) -> None:
    second = standing.filter(pl.col("leg") == "2")
    both = second.join(standing.filter(pl.col("leg") == "1"), on="declaration_no", suffix="_1")
    assert 0.01 < len(second) / len(standing) < 0.05
    for column in ("key", "direction", "day", "currency"):
        assert (both[column] == both[f"{column}_1"]).all()
    assert (both["code"] != both["code_1"]).all()


def test_a_change_or_deletion_comes_after_what_it_changes(sample: Sample) -> None:
    rows = sample.flows.with_row_index("place")
    first = rows.filter(pl.col("action") == "A").unique(["declaration_no", "leg"], keep="first", maintain_order=True)
    later = rows.filter(pl.col("action").is_in(["C", "D"]), ~pl.col("declaration_no").is_in(_unknown(sample)))
    met = later.join(first, on=["declaration_no", "leg"], how="left", suffix="_first")
    assert (met["place"] > met["place_first"].fill_null(10**9)).all()
    assert sample.flows["reported"].is_sorted()


def test_most_late_codes_arrive_and_some_wait_at_the_end(sample: Sample) -> None:
    rows = sample.flows.filter(pl.col("action") != "D").unique(
        ["declaration_no", "leg"], keep="last", maintain_order=True
    )
    waiting = rows.filter(pl.col("code") == "")
    late = sample.flows.filter(pl.col("action") == "A", pl.col("code") == "")
    assert 0.02 < len(late) / MIDDLING < 0.06
    assert 0 < len(waiting) < len(late) / 10


def test_two_to_five_in_a_hundred_misbehave(sample: Sample, small: Sample) -> None:
    for truth in (sample.truth["entities"], small.truth["entities"]):
        assert 0.02 <= truth["misbehaves"].mean() <= 0.05


def test_who_misbehaves_is_likelier_than_the_others_but_no_certainty(sample: Sample) -> None:
    means = dict(sample.truth["entities"].group_by("misbehaves").agg(pl.col("propensity").mean()).iter_rows())
    assert means[False] < means[True] < 0.9
    assert means[True] > 2 * means[False]


def test_misbehaving_and_dishonest_patterns_go_together(sample: Sample) -> None:
    guilty = set(sample.truth["entities"].filter("misbehaves")["entity_id"])
    patterns = sample.truth["patterns"]
    assert set(patterns.filter(~pl.col("honest"))["entity_id"]) == guilty
    assert not set(patterns.filter("honest")["entity_id"]) & guilty


def test_every_kind_is_planted_and_the_articles_three_by_the_honest_too(sample: Sample) -> None:
    """Two years are too short for what needs two years before it."""
    patterns = sample.truth["patterns"]
    every = {kind.rule for kind in KINDS}
    assert set(patterns["kind"]) == every - {"new_item_large"}
    assert set(invent(24_000, seed=5, months=30).truth["patterns"]["kind"]) == every
    assert {"large_transport_transfer", "large_daily_total", "consecutive_days"} <= set(
        patterns.filter("honest")["kind"]
    )


@pytest.mark.parametrize("size", ["small", "sample"])
def test_every_planted_pattern_names_declarations_of_its_entity(size: str, request: pytest.FixtureRequest) -> None:
    sample: Sample = request.getfixturevalue(size)
    owner = dict(
        sample.flows.filter(pl.col("action") == "A")
        .select("declaration_no", pl.col("entity_id").str.slice(-9))
        .iter_rows()
    )
    days = dict(sample.flows.filter(pl.col("action") == "A").select("declaration_no", "day").iter_rows())
    for pattern in sample.truth["patterns"].iter_rows(named=True):
        declarations = pattern["declarations"]
        assert len(declarations) == pattern["flows"] > 0
        assert {owner[d] for d in declarations} == {pattern["entity_id"]}
        assert min(days[d] for d in declarations) == pattern["first_day"].isoformat()
        assert max(days[d] for d in declarations) == pattern["last_day"].isoformat()


def test_split_payments_are_each_below_and_together_above(sample: Sample, standing: pl.DataFrame) -> None:
    for _, flows in planted(sample, standing, "split_below_document_limit"):
        assert flows["usd"].is_between(25_000, 50_000).all()
        assert flows["usd"].sum() > 50_000
        assert flows["contract_no"].n_unique() == 1
        assert len(flows) >= 3


def test_large_transport_is_above_half_a_million(sample: Sample, standing: pl.DataFrame) -> None:
    for _, flows in planted(sample, standing, "large_transport_transfer"):
        assert (flows["usd"] > 500_000).all()
        assert set(flows["item"]) == {"transport"}


def test_a_days_total_is_above_a_million(sample: Sample, standing: pl.DataFrame) -> None:
    for _, flows in planted(sample, standing, "large_daily_total"):
        assert flows["usd"].sum() > 1_000_000
        assert flows["day"].n_unique() == 1
        assert "transport" not in set(flows["item"])


def test_a_streak_is_at_least_ten_working_days_in_a_row(sample: Sample, standing: pl.DataFrame) -> None:
    working = [date.fromisoformat(r["day"]) for r in facts("calendar.csv") if r["is_workday"] == "1"]
    for _, flows in planted(sample, standing, "consecutive_days"):
        numbers = sorted(working.index(day) for day in flows["day"].unique())
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert len(numbers) >= 10
        assert flows["item"].n_unique() == 1


def test_a_dormant_entity_was_silent_for_a_year_after_earlier_flows(sample: Sample, standing: pl.DataFrame) -> None:
    for entity, flows in planted(sample, standing, "dormant_then_active"):
        before = standing.filter(pl.col("key") == entity, pl.col("day") < flows["day"].min())["day"]
        assert len(before) > 0
        assert before.max() < flows["day"].min() - timedelta(days=365)
        assert flows["usd"].sum() > 500_000


def test_a_new_entity_is_large_within_a_year_of_its_registration(sample: Sample, standing: pl.DataFrame) -> None:
    roll = sample.entities.with_columns(key=pl.col("entity_id").str.replace("-", "").str.slice(-10, 9))
    for entity, flows in planted(sample, standing, "new_entity_large"):
        found = roll.filter(pl.col("entity_id").str.replace("-", "").str.contains(entity))["registered_on"].item()
        registered = date.fromisoformat(found)
        assert registered < flows["day"].min()
        assert flows["day"].max() < registered + timedelta(days=365)
        assert flows["usd"].sum() > 1_000_000


def test_a_ring_pays_one_payee_within_days(sample: Sample, standing: pl.DataFrame) -> None:
    patterns = sample.truth["patterns"].filter(pl.col("kind") == "fan_in")
    for ring in patterns["ring"].unique():
        members = patterns.filter(pl.col("ring") == ring)
        flows = standing.filter(pl.col("declaration_no").is_in(members["declarations"].explode().to_list()))
        payees = {
            re.sub(r"[\W_]", "", re.sub(r"^\(J[WN]\)", "", name)).upper() for name in flows["counterparty"] if name
        }
        assert members["entity_id"].n_unique() >= 5
        assert len(payees) == 1
        assert flows["day"].max() - flows["day"].min() <= timedelta(days=12)


def test_an_invoice_is_paid_twice_to_the_cent(sample: Sample, standing: pl.DataFrame) -> None:
    for _, flows in planted(sample, standing, "invoice_paid_twice"):
        twice = flows.group_by("invoice_no").agg(pl.len(), pl.col("amount").n_unique(), pl.col("currency").n_unique())
        assert set(twice["len"]) == {2}
        assert set(twice["amount"]) == set(twice["currency"]) == {1}


def test_what_goes_out_came_in_shortly_before(sample: Sample, standing: pl.DataFrame) -> None:
    for _, flows in planted(sample, standing, "pass_through"):
        sums = dict(flows.group_by("direction").agg(pl.col("usd").sum()).iter_rows())
        assert sums["payment"] < sums["receipt"] < sums["payment"] / 0.95
        assert sums["payment"] > 500_000


def test_the_bureau_is_late_blind_and_sometimes_wrong(sample: Sample) -> None:
    acts = sample.truth["bureau"].join(sample.truth["patterns"], on="pattern", how="left", suffix="_pattern")
    about = acts.filter(pl.col("pattern").is_not_null())
    dishonest = sample.truth["patterns"].filter(~pl.col("honest"))
    assert ((about["day"] - about["first_day"]).dt.total_days() >= 7).all()
    assert 0.2 < about.filter("right")["pattern"].n_unique() / len(dishonest) < 0.7
    assert 0 < acts.filter(~pl.col("right"))["act"].len() < len(acts) / 3


def test_notices_and_breaches_are_those_of_the_bureau(sample: Sample) -> None:
    acts = sample.truth["bureau"]
    assert sample.notices.columns == ["entity_id", "day", "rule", "why"]
    assert sample.notices.equals(acts.filter(pl.col("act") == "notice").select("entity_id", "day", "rule", "why"))
    assert (
        sample.breaches.filter(pl.col("action") == "A")["entity_id"].to_list()
        == acts.filter(pl.col("act") == "breach")["entity_id"].to_list()
    )
    assert sample.notices["day"].max() <= sample.last_day


def test_every_reason_that_a_single_row_can_give_is_among_the_dirt(small: Sample) -> None:
    reasons = set(small.truth["outcomes"]["outcome"])
    assert reasons >= {
        "BAD_KEY",
        "BAD_ACTION",
        "UNKNOWN_KEY",
        "BAD_ID",
        "UNKNOWN_ENTITY",
        "BAD_DATE",
        "FUTURE_DAY",
        "BAD_DIRECTION",
    }
    assert reasons >= {
        "UNKNOWN_CODE",
        "BAD_AMOUNT",
        "BAD_CURRENCY",
        "NO_RATE",
        "BAD_FIELD",
        "out_of_scope",
        "duplicate",
    }


def test_the_flows_are_written_in_four_forms_that_together_hold_every_row(small: Sample, written: Written) -> None:
    assert [path.name.split(".", 1)[1] for path in written.flows] == ["csv", "gb18030.csv", "parquet", "csv.gz"]
    read = [
        pl.read_csv(written.flows[0], infer_schema=False),
        pl.read_csv(written.flows[1].read_bytes().decode("gb18030").encode(), infer_schema=False),
        pl.read_parquet(written.flows[2]),
        pl.read_csv(written.flows[3], infer_schema=False),
    ]
    assert sum(map(len, read)) == len(small.flows)
    assert read[2].schema["amount"] == pl.Decimal(18, 2)
    assert read[2].schema["day"] == pl.Date
    with pytest.raises(UnicodeDecodeError):
        written.flows[1].read_bytes().decode("utf-8")


def test_the_folder_says_that_everything_is_invented_and_keeps_the_truth_apart(written: Written) -> None:
    folder = written.entities.parent
    assert "Everything in this folder is invented" in (folder / "README.md").read_text("utf-8")
    assert sorted(p.name for p in written.truth.iterdir()) == [
        "bureau.csv",
        "entities.csv",
        "labels.parquet",
        "outcomes.csv",
        "patterns.parquet",
        "truth.json",
    ]
    assert "misbehaves" not in written.entities.read_text("utf-8")


def test_progress_is_told_stage_by_stage() -> None:
    told: list[tuple[str, int, int]] = []
    invent(1_000, seed=1, progress=lambda *step: told.append(step))
    assert told == [(stage, n, len(STAGES)) for n, stage in enumerate(STAGES, 1)]


def test_another_span_is_kept_to() -> None:
    sample = invent(2_000, seed=3, last_day=date(2020, 6, 15), months=8)
    days = sample.flows.filter(pl.col("reported").is_not_null())["reported"]
    assert (sample.first_day, sample.last_day) == (date(2019, 11, 1), date(2020, 6, 15))
    assert sample.first_day <= days.min()
    assert days.max() <= sample.last_day
    assert "dormant_then_active" not in set(sample.truth["patterns"]["kind"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"flows": 999}, "at least 1000"),
        ({"flows": 2_000, "seed": -1}, "seed"),
        ({"flows": 2_000, "months": 5}, "6 months"),
        ({"flows": 2_000, "last_day": date(2027, 1, 1)}, "calendar does not have 2027-01-01"),
    ],
)
def test_what_cannot_be_invented_is_refused_with_a_sentence(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(RequestError, match=says):
        invent(**arguments)  # type: ignore[arg-type]
