"""The invented sample and the real slice through the real intake: every row ends where the truth says it must."""

from collections import Counter
from pathlib import Path

import pytest

from fxwatch.home import make_home
from fxwatch.intake import LoadReport
from fxwatch.sample import invent, write
from fxwatch.sample.uk_payments import map_payments
from fxwatch.session import Session

SLICE = Path(__file__).parent.parent / "real" / "payments_uk_slice.csv.gz"


def new_home(path: Path, **settings: str) -> Session:
    make_home(path, simulation=True)
    home = Session(path)
    for name, value in settings.items():
        home.change_setting(name, value)
    return home


def load_flows(home: Session, files: tuple[Path, ...]) -> tuple[Counter[str], Counter[str], list[LoadReport]]:
    """Counts by outcome, reasons, reports."""
    counts, reasons, reports = Counter[str](), Counter[str](), []
    for file in files:
        report = home.load("flows", file)
        counts.update(
            {name: getattr(report, name) for name in ("read", "accepted", "duplicate", "out_of_scope", "quarantined")}
        )
        reasons.update(report.reasons)
        reports.append(report)
    return counts, reasons, reports


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return new_home(tmp_path_factory.mktemp("sample") / "home", today="2026-10-31")


def test_a_load_of_the_sample_gives_exactly_the_outcomes_of_its_truth(home: Session, tmp_path: Path) -> None:
    sample = invent(5_000, seed=7)
    written = write(sample, tmp_path)
    entities = home.load("entities", written.entities)
    counts, reasons, reports = load_flows(home, written.flows)
    told = Counter(sample.truth["outcomes"]["outcome"].to_list())
    assert (entities.read, entities.accepted) == (len(sample.entities), len(sample.entities))
    assert counts["read"] == len(sample.flows)
    assert (counts["out_of_scope"], counts["duplicate"]) == (told.pop("out_of_scope"), told.pop("duplicate"))
    assert reasons == told
    assert counts["read"] == counts["accepted"] + counts["duplicate"] + counts["out_of_scope"] + counts["quarantined"]
    assert [report.encoding for report in reports] == ["utf-8", "gb18030", None, "utf-8"]
    assert home.load("breaches", written.breaches).quarantined == 0


def test_a_load_of_the_real_slice_loses_nothing(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", verify_ids="false")
    map_payments(SLICE, tmp_path)
    home.load("entities", tmp_path / "entities.csv")
    counts, reasons, _ = load_flows(home, (tmp_path / "flows.csv",))
    assert counts == {"read": 3_005, "accepted": 2_246, "out_of_scope": 415, "quarantined": 344, "duplicate": 0}
    assert reasons == {"BAD_AMOUNT": 266, "BAD_DATE": 72, "BAD_ID": 6}
