"""Training and report on any folder of flows, entities and labels: how the models do on data that nobody here has seen."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.attention.card import card, html, markdown
from fxwatch.attention.describing import about
from fxwatch.attention.gathering import gather
from fxwatch.errors import RequestError
from fxwatch.identifiers import entity_key
from fxwatch.periods import EARLIEST_YEAR, LATEST_YEAR
from fxwatch.reporting.html import page
from fxwatch.risk import artefact
from fxwatch.risk.features import features
from fxwatch.risk.labels import HORIZON_MONTHS, labels
from fxwatch.risk.learning import TooFew, Verdict, between, fitted, learn_and_judge, split_days
from fxwatch.terms import Language
from fxwatch.warehouse.known import entity_numbers

if TYPE_CHECKING:
    from fxwatch.home import Home

Progress = Callable[[int, int], Any]
MOST_DAYS = 60
# Entities for which it came true, in learning and in the test. Fewer than a home needs: nothing is put in force, and intervals tell
# how little is known.
ENOUGH = (10, 5)
# So many of what labels and acts tell must be the same for acts to tell what labels would say before their months are over.
ALIKE = 0.95


@dataclass(frozen=True)
class Evaluated:
    """What an evaluation found: the verdict, where its files lie, and what was loaded (a line a file)."""

    verdict: Verdict
    folder: Path
    loaded: tuple[str, ...]


def evaluate(
    flows: Sequence[Path],
    entities: Path,
    labels_file: Path,
    out: Path,
    *,
    acts: Path | None = None,
    kind: str = "scorecard",
    months: int = HORIZON_MONTHS,
    any_ids: bool = False,
    language: Language = "en",
    progress: Progress | None = None,
) -> Evaluated:
    """Load a folder's files into a home of its own that is thrown away, train out of time, judge, and write what was found.

    Args:
        flows, entities: files in the forms that `load` takes.
        labels_file: CSV or Parquet with entity_id, day, label: 1 where what is to be foreseen happened in the `months` after the
            day, else 0. Where every label is 1, a row is a thing that happened on its day, and month ends are the days asked about.
        out: a folder for card.md, card.html, model.json, test.csv.
        acts: CSV or Parquet with entity_id, day, act (`notice`, `breach`): what the bureau did; without it what is past is told by
            labels whose months are over.
        kind: which of the two models is the contender.
        months: how far ahead labels look.
        any_ids: take identifiers as they are, without check digits.
        language: of the card.
        progress: is told what is done of what.

    Raises:
        RequestError: a file is wrong, or there is too little to learn from.
    """
    tell = progress or (lambda done, total: None)
    told = _labels(labels_file)
    acted = None if acts is None else _acts(acts)
    with tempfile.TemporaryDirectory(prefix="fxwatch-") as folder:
        home, loaded = _filled(Path(folder) / "home", flows, entities, any_ids, language, lambda n: tell(n, 6))
        numbers = entity_numbers(home.snapshot().con)
        named = _named(told, numbers, any_ids)
        happened = None if acted is None else _named(acted, numbers, any_ids)
        rows, days, told_by = _rows(home, named, happened, months)
        tell(4, 6)
        learn, test = _split(rows, days, months, told_by)
        try:
            verdict = learn_and_judge(learn, test, kind, enough=ENOUGH)
        except TooFew as fault:
            raise RequestError(fault.english, fault.chinese) from fault
        tell(5, 6)
        model = fitted(rows, kind)
        who = home.register.roll().join(numbers, on="entity_id").select("entity", "area", "economic_type", "industry")
        source = f"{', '.join(p.name for p in flows)}; {entities.name}; {labels_file.name}"
        text = artefact.pack(model, about(verdict, rows, _sections(who), horizon_months=months, source=source))
    _write(out, text, verdict, rows, numbers, language)
    tell(6, 6)
    return Evaluated(verdict, out, tuple(loaded))


def _filled(
    path: Path, flows: Sequence[Path], entities: Path, any_ids: bool, language: Language, tell: Callable[[int], Any]
) -> "tuple[Home, list[str]]":
    from fxwatch.batch import run
    from fxwatch.home import make_home
    from fxwatch.intake import load

    home = make_home(path, simulation=True)
    home.change_setting("admit_unknown", "true")
    if any_ids:
        home.change_setting("verify_ids", "false")
    reports = []
    for kind, files in (("entities", [entities]), ("flows", list(flows))):
        reports += [load(home, kind, file).say(language) for file in files]
    tell(1)
    run(home)
    tell(2)
    return home, reports


def _table(file: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    if file.is_dir():
        raise RequestError(
            f"{file} is a folder; give a CSV or Parquet file.", f"{file} 是文件夹，请给出 CSV 或 Parquet 文件。"
        )
    try:
        found = pl.read_parquet(file) if file.suffix == ".parquet" else pl.read_csv(file, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as fault:
        said = str(fault).splitlines()[0]
        raise RequestError(f"{file} cannot be read: {said}", f"无法读取 {file}：{said}") from fault
    if missing := [c for c in columns if c not in found.columns]:
        raise RequestError(
            f"{file} has no column {missing[0]}; it needs {', '.join(columns)}.",
            f"{file} 缺少列 {missing[0]}，须有 {'、'.join(columns)}。",
        )
    for column in columns:
        held = found.schema[column]
        if not (held.is_numeric() or held in _TEXTS or (column == "day" and held in (pl.Date, pl.Datetime))):
            wanted = ("days", "日期") if column == "day" else ("texts or numbers", "文本或数字")
            raise RequestError(
                f"{file} holds {held} in its column {column}; it must hold {wanted[0]}.",
                f"{file} 的列 {column} 为 {held} 类型，应为{wanted[1]}。",
            )
    third = pl.col(columns[2]).cast(pl.String).str.strip_chars().str.to_lowercase().replace_strict(_WORDS, default=None)
    is_day = found.schema["day"] in (pl.Date, pl.Datetime)
    day = pl.col("day").dt.date() if is_day else pl.col("day").cast(pl.String)
    found = found.select(pl.col("entity_id").cast(pl.String), day, third)
    if not is_day:
        found = found.with_columns(pl.col("day").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False))
    is_far = ~pl.col("day").is_between(date(EARLIEST_YEAR, 1, 1), date(LATEST_YEAR, 12, 31))
    wrong = pl.any_horizontal(pl.all().is_null()) | is_far | ~pl.col(columns[2]).is_in(_ALLOWED[columns[2]])
    if bad := found.filter(wrong).height:
        allowed, named = _ALLOWED[columns[2]], {"label": "a label", "act": "an act"}[columns[2]]
        raise RequestError(
            f"{file} has {bad:,} rows with a day that is none from {EARLIEST_YEAR} to {LATEST_YEAR} (write 2026-03-31), {named} that is neither {allowed[0]} nor {allowed[1]}, or nothing at all. Correct them.",
            f"{file} 有 {bad:,} 行的日期无效（应在 {EARLIEST_YEAR} 至 {LATEST_YEAR} 年间，如 2026-03-31）、{columns[2]} 非 {allowed[0]} 或 {allowed[1]}、或为空，请更正。",
        )
    return found


# How labels and acts are written in files; floats and truth values are what data frames make of a column of 0 and 1.
_WORDS = {"0": "0", "1": "1", "0.0": "0", "1.0": "1", "false": "0", "true": "1", "notice": "notice", "breach": "breach"}
_TEXTS = (pl.String, pl.Boolean, pl.Categorical, pl.Enum, pl.Null)
_ALLOWED = {"label": ("0", "1"), "act": ("notice", "breach")}


def _labels(file: Path) -> pl.DataFrame:
    found = _table(file, ("entity_id", "day", "label")).with_columns(pl.col("label").cast(pl.Int8))
    if not (found["label"] == 1).any():
        raise RequestError(
            f"{file} has {found.height:,} labels and none of them is 1: there is nothing to learn. Label what came true with 1.",
            f"{file} 共有 {found.height:,} 个标签，没有一个为 1，无可学习。请将其后属实者标为 1。",
        )
    return found


def _acts(file: Path) -> pl.DataFrame:
    return _table(file, ("entity_id", "day", "act"))


def _named(rows: pl.DataFrame, numbers: pl.DataFrame, any_ids: bool) -> pl.DataFrame:
    """With the number of the entity; whoever has neither flows nor an entry is left out."""
    ids = rows["entity_id"].unique()
    keys = pl.DataFrame(
        {"entity_id": ids, "key": [i if any_ids else entity_key(i, verify=False) or i for i in ids.to_list()]},
        schema={"entity_id": pl.String, "key": pl.String},
    )
    return rows.join(keys, on="entity_id").drop("entity_id").rename({"key": "entity_id"}).join(numbers, on="entity_id")


def _rows(
    home: "Home", told: pl.DataFrame, happened: pl.DataFrame | None, months: int
) -> tuple[pl.DataFrame, list[date], pl.DataFrame]:
    """The features of every labelled entity and day, with the label; the days; entity and day of what labels are about."""
    if told.is_empty():
        raise RequestError(
            "No label is of an entity that has flows or an entry.", "标签中没有任何主体出现在收付汇记录或名录中。"
        )
    is_events = bool((told["label"] == 1).all())
    con = home.snapshot().con
    if is_events:
        days = _month_ends(con, told, months)
        if not days:
            raise RequestError(
                f"The flows do not span the {months} months before and after a day that labels of what happened need.",
                f"以事件为标签时，收付汇记录须涵盖前后各 {months} 个月。",
            )
    else:
        days = sorted(told["day"].unique().to_list())
        if len(days) > MOST_DAYS:
            raise RequestError(
                f"The labels are of {len(days)} days; at most {MOST_DAYS} are asked about, such as month ends.",
                f"标签涉及 {len(days)} 个日期，最多 {MOST_DAYS} 个，例如各月末。",
            )
        _within(con, days)
    known = gather(home, days[0])
    past = happened.rename({"act": "kind"}) if happened is not None else _past(told, is_events, months)
    acts = past.select("entity", "kind", "day", known_on="day", ended_on=pl.lit(None, pl.Date))
    known = type(known)(**{**known.__dict__, "acts": acts})
    if is_events:
        truth = labels(told.with_columns(ended_on=pl.lit(None, pl.Date)), known.entities, days, months)
    else:
        truth = told.group_by("entity", pl.col("day").alias("as_of")).agg(pl.col("label").max(), seen=pl.lit(1.0))
    rows = [features(known, [day]).join(truth, on=["entity", "as_of"]) for day in days]
    if is_events or (happened is not None and _are_about(truth, acts, days, months)):
        return pl.concat(rows), days, told if is_events else acts
    return pl.concat(rows), days, _past(told, is_events, months)


def _are_about(truth: pl.DataFrame, acts: pl.DataFrame, days: list[date], months: int) -> bool:
    """Whether labels say what acts say, on the days of learning: nearly always both, where either says that something followed."""
    split = split_days(days, months)
    learn = truth.filter(pl.col("as_of").is_in(days if split is None else list(split.learn)))
    told = labels(acts, learn.select("entity"), learn["as_of"].unique().to_list(), months)
    both = learn.join(told, on=["entity", "as_of"], suffix="_by_acts")
    either = both.filter((pl.col("label") == 1) | (pl.col("label_by_acts") == 1))
    return int((either["label"] == either["label_by_acts"]).sum()) >= max(1.0, ALIKE * either.height)


def _within(con: Any, days: list[date]) -> None:
    """Refuse labels of days before the first flow: of nobody anything was known then."""
    from fxwatch.warehouse.known import span_of_flows

    first, _ = span_of_flows(con)
    early = [day for day in days if first is None or day < first]
    if early:
        raise RequestError(
            f"The labels of {len(early)} of {len(days)} days, from {early[0]} on, are older than the first flow ({first or 'none'}): nothing was known of anybody then. Give the flows before them too, or leave those labels out.",
            f"{len(days)} 个标签日期中有 {len(early)} 个（自 {early[0]} 起）早于首笔收付汇记录（{first or '无'}），当时一无所知。请一并提供更早的记录，或去掉这些标签。",
        )


def _month_ends(con: Any, told: pl.DataFrame, months: int) -> list[date]:
    from fxwatch.warehouse.known import span_of_flows

    first, last = span_of_flows(con)
    if first is None or last is None:
        return []
    happened: list[date] = told["day"].to_list()
    first_asked = pl.Series([first]).dt.offset_by(f"{months}mo")[0]
    last_asked = pl.Series([max(last, *happened)]).dt.offset_by(f"-{months}mo")[0]
    if first_asked > last_asked:
        return []
    # Nobody is asked about after the last flow, however late something happened.
    ends = pl.date_range(first_asked, min(last_asked, last), "1d", eager=True)
    return [d for d in ends.to_list() if pl.Series([d]).dt.month_end()[0] == d]


def _past(told: pl.DataFrame, is_events: bool, months: int) -> pl.DataFrame:
    """What the labels tell of the past: an event on its day; an outcome when its months are over, once while it goes on."""
    if is_events:
        return told.select("entity", "day", kind=pl.lit("notice"))
    ordered = told.sort("entity", "day")
    begins = (pl.col("label") == 1) & (pl.col("label").shift(1).over("entity").fill_null(0) == 0)
    return ordered.filter(begins).select("entity", pl.col("day").dt.offset_by(f"{months}mo"), kind=pl.lit("notice"))


def _split(
    rows: pl.DataFrame, days: list[date], months: int, told_by: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    split = split_days(days, months)
    if split is not None:
        learn = rows.filter(pl.col("as_of").is_in(split.learn))
        partly = rows.filter(pl.col("as_of").is_in(between(days, split)))
        # What labels say of these days was known when their months were over: of them nothing but what was seen by the test.
        acts = told_by.select("entity", "day", ended_on=pl.lit(None, pl.Date))
        seen = labels(acts, partly.select("entity"), partly["as_of"].unique().to_list(), months, known_on=split.test[0])
        told = partly.drop("label", "seen").join(seen, on=["entity", "as_of"]).select(learn.columns)
        return pl.concat([learn, told]), rows.filter(pl.col("as_of").is_in(split.test))
    # Too few days for learning to be over before the test: half of the entities each, which the card says.
    half = pl.col("entity").hash(1) % 2 == 0
    return rows.filter(half), rows.filter(~half)


def _sections(who: pl.DataFrame) -> pl.DataFrame:
    from fxwatch.risk.features import section_number

    letters = {n: chr(ord("A") + n) for n in range(26)}
    number = section_number(pl.col("industry"))
    return who.with_columns(industry=number.replace_strict(letters, default="unknown", return_dtype=pl.String))


def _write(
    out: Path, text: str, verdict: Verdict, rows: pl.DataFrame, numbers: pl.DataFrame, language: Language
) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "model.json").write_text(text, "utf-8")
        model = artefact.read(out / "model.json")
        from fxwatch.attention.phrases import phrase

        blocks = card(model, [phrase("not_in_force", language)], language)
        (out / "card.md").write_text(markdown(blocks), "utf-8")
        (out / "card.html").write_text(page(blocks[0].heading, html(blocks), language, foot=model.name), "utf-8")
        named = verdict.test.join(numbers, on="entity", how="left", maintain_order="left")
        named.select("entity_id", "as_of", "label", "chance", "open_hits", "total_amount", "grade").write_csv(
            out / "test.csv"
        )
    except OSError as fault:
        raise RequestError(
            f"{out} cannot be written: {fault.strerror}.", f"无法写入 {out}：{fault.strerror}。"
        ) from fault
