"""Risk: where to look first. Training, scores, reports, the model's card; and an evaluation on any folder of files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fxwatch.cli.door import By, Door, Json, Limit, Out, Why, language_of
from fxwatch.cli.output import SHOWN, progress, show

if TYPE_CHECKING:
    import polars as pl

risk = typer.Typer(
    no_args_is_help=True,
    help="A model's opinion of where to look first: for regulators alone, never a grade. train, score, report, card; evaluate on any files.",
)
Kind = Annotated[str, typer.Option(help="scorecard (its points add up exactly) or boosted (gradient-boosted trees).")]
Lang = Annotated[str, typer.Option("--lang", help="Language of the card: en or zh; without it, as for sentences.")]
Months = Annotated[int, typer.Option(min=1, max=24, help="How many months ahead is looked.")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.add_typer(risk, name="risk")


@risk.command()
def evaluate(
    context: typer.Context,
    flows: Annotated[list[Path], typer.Option(help="A flows file; give the option again for each further one.")],
    entities: Annotated[Path, typer.Option(help="The entities file.")],
    labels: Annotated[
        Path,
        typer.Option(
            help="CSV or Parquet with entity_id, day, label: 1 where it came true in the months after the day, else 0. All 1: things that happened on their day."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="A folder for card.md, card.html, model.json and test.csv.")],
    acts: Annotated[
        Path | None,
        typer.Option(help="CSV or Parquet with entity_id, day, act (notice, breach): what the bureau had done."),
    ] = None,
    model: Kind = "scorecard",
    months: Months = 6,
    any_ids: Annotated[bool, typer.Option(help="Take identifiers as they are, without check digits.")] = False,
    lang: Lang = "",
    as_json: Json = False,
) -> None:
    """Train out of time on any flows, entities and labels, judge beside three baselines, and report. Needs no home.

    The files are loaded into a home that is thrown away. Learned is from the days whose months are over before the first day of
    the test; both models and the baselines (open hits, total amount, last year's grade) are judged on the last days, with
    intervals from 400 resamples of entities.
    """
    from fxwatch.attention.evaluating import evaluate as judge_files

    door: Door = context.obj
    _kind(model)
    with progress("evaluate") as bar:
        found = judge_files(
            flows, entities, labels, out, acts=acts, kind=model, months=months, any_ids=any_ids,
            language=language_of(lang, door.path) if lang else door.language, progress=bar,
        )  # fmt: skip
    for line in found.loaded:
        print(line, file=sys.stderr)
    _verdict(door, found.verdict, as_json)
    print(
        door.say(f"The card and the model were written to {out}.", f"模型说明书和模型已写入 {out}。"), file=sys.stderr
    )


def _kind(model: str) -> None:
    from fxwatch.errors import RequestError
    from fxwatch.terms import RISK_KINDS

    if model not in RISK_KINDS:
        raise RequestError(
            f"There is no model {model}; there are {', '.join(RISK_KINDS)}.",
            f"没有模型 {model}，可用：{'、'.join(RISK_KINDS)}。",
        )


def _verdict(door: Door, verdict: Any, as_json: bool) -> None:
    from fxwatch.attention.describing import measures_table, verdict_sentence

    table: pl.DataFrame = measures_table(verdict, door.language)
    show(door, table, as_json=as_json)
    print(verdict_sentence(verdict, door.language), file=sys.stderr if as_json else sys.stdout)


@risk.command()
def train(
    context: typer.Context, model: Kind = "scorecard", why: Why = "", by: By = None, as_json: Json = False
) -> None:
    """Train both models, judge them out of time beside three baselines, and put the better one in force.

    It is put in force only if its average precision is above that of the best baseline beyond doubt (the whole 95 % interval of the
    difference is above 0), and only by an approver; else what was in force stays.
    """
    from fxwatch.attention.training import train as train_model

    door: Door = context.obj
    _kind(model)
    with progress("train") as bar:
        found = train_model(door.home, kind=model, by=by, why=why, progress=bar)
    _verdict(door, found.verdict, as_json)
    told = (
        door.say(f"{found.name} is in force (act {found.act}).", f"{found.name} 已启用（登记事项第 {found.act} 项）。")
        if found.act is not None
        else door.say(
            f"{found.name} is kept and not in force. {found.why_not[0]}",
            f"{found.name} 已保存，未启用。{found.why_not[1]}",
        )
    )
    print(told, file=sys.stderr if as_json else sys.stdout)


@risk.command()
def adopt(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The model's name, as train said it.")],
    why: Why = "",
    by: By = None,
) -> None:
    """Put a trained model in force: an approver's act. One that was not better than the baselines is refused."""
    from fxwatch.attention.adopting import adopt as put

    door: Door = context.obj
    act = put(door.home, name, by=by, why=why)
    print(door.say(f"{name} is in force (act {act.number}).", f"{name} 已启用（登记事项第 {act.number} 项）。"))


@risk.command()
def retire(context: typer.Context, why: Why = "", by: By = None) -> None:
    """Take the model in force out of force: the queue goes back to its own order, by the day it is due, then by amount."""
    from fxwatch.attention.adopting import retire as take

    door: Door = context.obj
    act = take(door.home, by=by, why=why)
    print(door.say(f"No risk model is in force (act {act.number}).", f"已停用风险模型（登记事项第 {act.number} 项）。"))


@risk.command()
def score(
    context: typer.Context,
    entity: Annotated[
        str | None, typer.Option(help="One entity: every feature with its points, and what would lower them.")
    ] = None,
    sampled: Annotated[
        bool, typer.Option(help="Only this month's random sample of 2 %, to be looked at whatever the score.")
    ] = False,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
    by: By = None,
) -> None:
    """Score every entity with the model in force and publish; or explain one entity's score. Every run scores, too."""
    door: Door = context.obj
    if entity is not None:
        _explain(door, entity, out, as_json, limit)
        return
    import polars as pl

    from fxwatch.attention.explaining import meaning, together
    from fxwatch.attention.scores import score as score_all
    from fxwatch.reading.names import with_names

    rows = score_all(door.home, by=by)
    if sampled:
        rows = rows.filter("sampled")
    told = ("place", "entity_id", "name", "probability", "score", "reasons", "anomaly", "odd", "sampled", "as_of")
    rows = with_names(door.home, rows).select(told)
    if out is None and not as_json:  # for people: features in words
        rows = rows.head(limit or rows.height).with_columns(
            pl.col(c).map_elements(
                lambda names: together([meaning(n, door.language) for n in names], door.language), pl.String
            )
            for c in ("reasons", "odd")
        )
    show(door, rows, out=out, as_json=as_json, limit=limit)


def _explain(door: Door, entity: str, out: Path | None, as_json: bool, limit: int) -> None:
    from fxwatch.attention.explaining import explain
    from fxwatch.identifiers import entity_key

    found = explain(door.home, entity_key(entity, verify=False) or entity, door.language)
    weighs = found.parts if out is not None else found.parts.filter(found.parts["points"] != 0)
    show(door, weighs.drop("feature") if out is None and not as_json else weighs, out=out, as_json=as_json, limit=limit)
    added = door.say(
        f"Score {found.score}: {found.base} of everybody and the points above. "
        if found.is_exact
        else f"Score {found.score}. ",
        f"评分 {found.score}：基础分 {found.base} 与以上各项之和。" if found.is_exact else f"评分 {found.score}。",
    )
    told = door.say(
        f"{added}A notice or breach within six months: {100 * found.probability:.1f} %. Place {found.place:,} of {found.entities:,}; above {100 * found.above_peers:.0f} % of {found.peers:,} peers; odder than {100 * found.anomaly:.0f} % of them.",
        f"{added}六个月内被提示或认定违规的概率 {100 * found.probability:.1f}%。在 {found.entities:,} 个主体中列第 {found.place:,}；高于 {found.peers:,} 家同业中的 {100 * found.above_peers:.0f}%；异常程度高于其中 {100 * found.anomaly:.0f}%。",
    )
    print(told, file=sys.stderr if as_json else sys.stdout)


@risk.command()
def report(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A model's name; without it, the one in force.")] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            help="area, industry, size or economic_type: how groups fare; sample: the random sample beside the rest; month: stability.",
        ),
    ] = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """How a model was judged: measures with intervals beside the baselines; how groups fare; stability; the random sample."""
    from fxwatch.attention.reporting import report_table, sentence

    door: Door = context.obj
    show(door, report_table(door.home, name, by, door.language), out=out, as_json=as_json, limit=limit)
    if by is None:
        print(sentence(door.home, name, door.language), file=sys.stderr if as_json else sys.stdout)


@risk.command()
def card(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", help="A file that ends in .html or .md.")],
    name: Annotated[str | None, typer.Argument(help="A model's name; without it, the one in force.")] = None,
    lang: Lang = "",
) -> None:
    """Write a model's card: data, features, judgement, groups, limits, and who put it in force when."""
    from fxwatch.attention.reporting import write_card

    door: Door = context.obj
    write_card(door.home, out, name, language_of(lang, door.path) if lang else door.language)
    print(door.say(f"The model card was written to {out}.", f"模型说明书已写入 {out}。"))
