"""On any folder of flows, entities and labels: sentences for what is wrong, and on the invented sample better than every baseline."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl
import pytest

from fxwatch.attention.evaluating import _acts, _are_about, _labels, _split, evaluate
from fxwatch.errors import RequestError
from fxwatch.risk.judging import average_precision
from fxwatch.sample import invent, write


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("entity_id,day\nx,2026-01-31\n", "has no column label"),
        ("entity_id,day,label\nx,January,1\n", "1 rows with a day that is none"),
        ("entity_id,day,label\nx,2026-01-31,2\n", "a label that is neither 0 nor 1"),
        ("", "cannot be read"),
        ("entity_id,day,label\n", "has 0 labels and none of them is 1"),
        ("entity_id,day,label\nx,2026-01-31,0\ny,2026-01-31,0.0\n", "has 2 labels and none of them is 1"),
        ("entity_id,day,label\nx,2026-01-31,\n", "or nothing at all"),
        ("entity_id,day,label\nx,0001-01-01,1\n", "1 rows with a day that is none from 1900 to 2999"),
        ("entity_id,day,label\nx,9999-12-31,1\n", "1 rows with a day that is none from 1900 to 2999"),
    ],
)
def test_labels_that_are_none_are_refused_before_anything_is_loaded(text: str, sentence: str, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text(text)
    with pytest.raises(RequestError, match=sentence):
        evaluate([tmp_path / "none.csv"], tmp_path / "none.csv", labels, tmp_path / "out")


def test_labels_and_acts_are_taken_as_data_frames_write_them(tmp_path: Path) -> None:
    for name, days, values in (
        ("text.csv", ["2026-01-31", "2026-02-28"], ["True", "0.0"]),
        ("frame.parquet", [datetime(2026, 1, 31), datetime(2026, 2, 28)], [1.0, 0.0]),
        ("truth.parquet", [date(2026, 1, 31), date(2026, 2, 28)], [True, False]),
    ):
        frame = pl.DataFrame({"entity_id": [1, 2], "day": days, "label": values})
        frame.write_csv(tmp_path / name) if name.endswith("csv") else frame.write_parquet(tmp_path / name)
        found = _labels(tmp_path / name)
        assert found.rows() == [("1", date(2026, 1, 31), 1), ("2", date(2026, 2, 28), 0)], name
    wrong = tmp_path / "acts.parquet"
    pl.DataFrame({"entity_id": ["x"], "day": [20260131], "act": ["arrest"]}).write_parquet(wrong)
    with pytest.raises(RequestError, match=r"1 rows with a day that is none.*neither notice nor breach"):
        _acts(wrong)


@pytest.mark.parametrize(
    ("column", "values", "sentence"),
    [
        ("day", [time(12)], r"holds Time in its column day; it must hold days"),
        ("day", [timedelta(days=1)], r"holds Duration.* in its column day; it must hold days"),
        ("day", [[date(2026, 1, 31)]], r"holds List\(Date\) in its column day"),
        ("entity_id", [["x"]], r"holds List\(String\) in its column entity_id; it must hold texts or numbers"),
        ("entity_id", [b"x"], r"holds Binary in its column entity_id"),
        ("entity_id", [date(2026, 1, 31)], r"holds Date in its column entity_id"),
        ("label", [{"is": 1}], r"holds Struct.* in its column label"),
    ],
)
def test_a_column_that_cannot_hold_labels_is_named(
    column: str, values: list[object], sentence: str, tmp_path: Path
) -> None:
    sound: dict[str, list[object]] = {"entity_id": ["x"], "day": [date(2026, 1, 31)], "label": [1]}
    pl.DataFrame(sound).write_parquet(tmp_path / "labels.parquet")
    assert _labels(tmp_path / "labels.parquet").height == 1
    pl.DataFrame(sound | {column: values}).write_parquet(tmp_path / "labels.parquet")
    with pytest.raises(RequestError, match=sentence) as found:
        _labels(tmp_path / "labels.parquet")
    assert found.value.chinese


def test_a_folder_is_no_file_of_labels_and_an_act_is_an_act(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="is a folder; give a CSV or Parquet file"):
        _labels(tmp_path)
    (tmp_path / "acts.csv").write_text("entity_id,day,act\nx,2026-01-31,arrest\n")
    with pytest.raises(RequestError, match="an act that is neither notice nor breach"):
        _acts(tmp_path / "acts.csv")


def test_of_days_whose_months_run_into_the_test_nothing_is_learned_that_came_after_it_began() -> None:
    days = [
        date(2025, 9, 30),
        date(2025, 10, 31),
        date(2025, 11, 30),
        date(2026, 1, 31),
        date(2026, 5, 31),
        date(2026, 6, 30),
    ]
    rows = pl.DataFrame({"entity": [1, 2]}).join(pl.DataFrame({"as_of": days}), how="cross")
    rows = rows.with_columns(label=pl.lit(1, pl.Int8), seen=pl.lit(1.0))
    before = pl.DataFrame({"entity": [1], "day": [date(2026, 5, 31)]})
    after = pl.concat([before, pl.DataFrame({"entity": [2], "day": [date(2026, 6, 1)]})])
    for acts in (before, after):
        learn, test = _split(rows, days, 6, acts)
        assert test["as_of"].unique().sort().to_list() == days[-2:]
        assert (test["label"] == 1).all(), "what came true is what the test is about"
        partly = learn.filter(pl.col("seen") < 1).sort("entity")
        assert partly.select("entity", "as_of", "label").rows() == [
            (1, date(2026, 1, 31), 1),
            (2, date(2026, 1, 31), 0),
        ]


@pytest.mark.parametrize(("same", "expected"), [(19, True), (18, False)])
def test_acts_tell_what_labels_would_say_where_both_say_nearly_the_same(same: int, expected: bool) -> None:
    day = date(2026, 3, 31)
    truth = pl.DataFrame(
        {"entity": range(20), "as_of": [day] * 20, "label": [1] * 20}, schema_overrides={"label": pl.Int8}
    )
    acts = pl.DataFrame({"entity": range(same), "day": [date(2026, 4, 1)] * same, "ended_on": [None] * same})
    acts = acts.with_columns(pl.col("ended_on").cast(pl.Date))
    assert _are_about(truth, acts, [day], 6) is expected


def small(folder: Path) -> tuple[list[Path], Path]:
    written = write(invent(1_500, 5), folder / "sample")
    return list(written.flows), written.entities


@pytest.mark.slow
def test_labels_of_nobody_and_of_few_are_told_in_one_sentence(tmp_path: Path) -> None:
    flows, entities = small(tmp_path)
    known = pl.read_csv(entities, infer_schema=False)["entity_id"]
    days = [date(2025, 6, 30), date(2025, 7, 31), date(2025, 8, 31), date(2026, 4, 30)]
    labels = tmp_path / "labels.parquet"
    for ids, sentence in ((["nobody"], "No label is of an entity"), (known[:4].to_list(), "Too little to learn from")):
        told = pl.DataFrame({"entity_id": ids}).join(pl.DataFrame({"day": days}), how="cross")
        told = told.with_columns(label=(pl.int_range(pl.len()) % 2 == 0).cast(pl.Int8))
        told.write_parquet(labels)
        with pytest.raises(RequestError, match=sentence) as fault:
            evaluate(flows, entities, labels, tmp_path / "out")
        assert fault.value.chinese
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_labels_alone_are_enough(tmp_path: Path) -> None:
    """What the bureau did before is then told by the labels whose months are over; the figures are those of the rows that are written."""
    written = write(invent(60_000, 5), tmp_path / "sample")
    found = evaluate(
        list(written.flows), written.entities, written.truth / "labels.parquet", tmp_path / "out", language="zh"
    )
    rows = pl.read_csv(tmp_path / "out" / "test.csv")
    value = found.verdict.judgement.values["scorecard"]["ap"].value
    assert average_precision(rows["chance"], rows["label"]) == pytest.approx(value)
    assert average_precision(rows["grade"], rows["label"]) > rows["label"].mean()  # type: ignore[operator]
    assert found.verdict.is_better
    assert max(found.verdict.split.learn) < min(found.verdict.split.test)


@pytest.mark.slow
def test_on_the_invented_sample_the_model_is_twice_as_good_as_any_baseline(tmp_path: Path) -> None:
    written = write(invent(400_000, 5), tmp_path / "sample")
    truth = written.truth
    found = evaluate(
        list(written.flows), written.entities, truth / "labels.parquet", tmp_path / "out", acts=truth / "bureau.csv"
    )
    values = found.verdict.judgement.values
    best = values[found.verdict.best_baseline]["ap"]
    assert values["scorecard"]["ap"].value >= 2 * best.value
    assert values["scorecard"]["ap"].low > best.high
    assert max(found.verdict.split.learn) < min(found.verdict.split.test)
    assert pl.read_csv(tmp_path / "out" / "test.csv").height == found.verdict.judgement.rows
    assert (tmp_path / "out" / "card.html").stat().st_size > 0
