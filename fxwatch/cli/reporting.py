"""What is written on paper: the entity's file, the notice letter, the report on the bureau's own work."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fxwatch.cli.door import By, Door, Json, Limit, day_of, language_of
from fxwatch.cli.output import SHOWN, show
from fxwatch.terms import Language

report = typer.Typer(no_args_is_help=True, help="Reports for the bureau's own management.")
Lang = Annotated[str, typer.Option("--lang", help="Language of the document: en or zh; without it, as for sentences.")]
Purpose = Annotated[str, typer.Option("--why", help="What it is for, for the record.")]
Wholes = (".html", ".xlsx", ".json")


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.command("file")(entity_file)
    app.command()(letter)
    app.command()(papers)
    app.add_typer(report, name="report")


def entity_file(
    context: typer.Context,
    entity: Annotated[str, typer.Argument(help="The entity: 9 or 18 characters.")],
    out: Annotated[Path, typer.Option("--out", help="A file that ends in .html (for printing), .xlsx or .json.")],
    lang: Lang = "",
    why: Purpose = "",
    by: By = None,
) -> None:
    """Write an entity's file: who it is, flows, hits with evidence, acts, grades, parameters. Its digest goes on record."""
    door: Door = context.obj
    paper = door.home.file(entity, out, language=_language(door, lang), by=by, why=why)
    _said(door, "File", "档案", paper.path, paper.digest, paper.act)


def letter(
    context: typer.Context,
    notice: Annotated[str, typer.Argument(help="The notice's number.")],
    out: Annotated[Path, typer.Option("--out", help="A file that ends in .html (for printing) or .pdf.")],
    lang: Lang = "",
    why: Purpose = "",
    by: By = None,
) -> None:
    """Write the letter of a notice, from what its act keeps. Its digest goes on record."""
    door: Door = context.obj
    paper = door.home.letter(notice, out, language=_language(door, lang), by=by, why=why)
    _said(door, "Letter", "预警提示函", paper.path, paper.digest, paper.act)


def papers(
    context: typer.Context,
    digest: Annotated[str | None, typer.Option(help="Only papers whose digest begins like this.")] = None,
    entity: Annotated[str | None, typer.Option(help="Only papers about this entity.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write to FILE.csv, .parquet, .xlsx or .json.")] = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """List the files and letters that were produced; by its digest, whether a paper at hand is one of them."""
    from fxwatch.identifiers import entity_key

    door: Door = context.obj
    key = entity_key(entity, verify=False) or entity if entity else None
    frame = door.home.register.papers(digest=digest, entity_id=key)
    nothing = ("No such paper was produced here.", "本库未出具过这样的文书。")
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=nothing)


@report.command()
def work(
    context: typer.Context,
    first: Annotated[str | None, typer.Option("--from", help="Hits raised on this day or later.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Hits raised on this day or earlier.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="rule, month or account; without it, rule.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="FILE.html, .xlsx or .json: the whole report; with --by, and .csv: that table."),
    ] = None,
    lang: Lang = "",
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """From hits to notices to breaches: found, noticed, dismissed and why, ages, who decided how much, notices rescinded."""
    from fxwatch.reporting import produce_work

    door: Door = context.obj
    days = {"first": day_of(first), "last": day_of(last)}
    is_whole = out is not None and (out.suffix.lower() == ".html" or (by is None and out.suffix.lower() in Wholes))
    if out is not None and is_whole:
        produce_work(door.home, out, language=_language(door, lang), **days)
        print(door.say(f"The report was written to {out}.", f"报告已写入 {out}。"), file=sys.stderr)
        return
    frame = door.home.report_work(by or "rule", **days)
    nothing = ("No hits in that period.", "该期间没有预警命中。")
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=nothing)


def _language(door: Door, asked: str) -> Language:
    return language_of(asked, door.path) if asked else door.language


def _said(door: Door, what: str, what_zh: str, path: Path, digest: str, act: int) -> None:
    print(
        door.say(
            f"{what} written to {path}. Digest {digest} (act {act}).",
            f"{what_zh}已写入 {path}。摘要 {digest}（登记事项第 {act} 项）。",
        )
    )
