"""Risk: where to look first. Training, scores, reports, the model's card; and an evaluation on any folder of files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fxwatch.cli.door import Door, Json, language_of
from fxwatch.cli.output import progress, show

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
