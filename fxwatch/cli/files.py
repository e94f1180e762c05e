"""Homes and files: init, load, loads, quarantine."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fxwatch.cli.door import By, Door, Json, Limit, Out
from fxwatch.cli.output import SHOWN, print_json, progress, show

quarantine = typer.Typer(invoke_without_command=True, help="Rows that were not taken: list, export, judge again.")


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.command()(init)
    app.command()(load)
    app.command()(loads)
    app.add_typer(quarantine, name="quarantine")


def init(
    context: typer.Context,
    simulation: Annotated[
        bool, typer.Option("--simulation", help="A home that may pin today and date acts in the past.")
    ] = False,
    bare: Annotated[bool, typer.Option("--bare", help="Without the shipped calendar and rates.")] = False,
) -> None:
    """Make an empty home with its settings file, calendar and rates."""
    from fxwatch.home import make_home, os_user

    door: Door = context.obj
    make_home(door.path, simulation=simulation, bare=bare)
    print(
        door.say(
            f"A home was made in {door.path}; account {os_user()} has every role but bank. Next: fxwatch --home {door.path} load entities FILE",
            f"已在 {door.path} 建库；账户 {os_user()} 拥有除银行外的全部角色。下一步：fxwatch --home {door.path} load entities FILE",
        )
    )


def load(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(help="flows, entities, rates, calendar, breaches, settlements, filings, totals or codes.")
    ],
    files: Annotated[list[Path], typer.Argument(help="CSV, .csv.gz, Parquet or XLSX files.")],
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of a CSV; without it: BOM, else UTF-8, else GB18030.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 when rows went to quarantine.")] = False,
    as_json: Json = False,
    by: By = None,
) -> None:
    """Load files of one kind. Every row is accounted for: accepted, duplicate, out of scope or quarantined."""
    from fxwatch.errors import FxwatchError
    from fxwatch.intake import load as load_file

    door: Door = context.obj
    reports, worst = [], 0
    for file in files:
        try:
            with progress(file.name) as bar:
                report = load_file(door.home, kind, file, by=by, encoding=encoding, progress=bar)
        except FxwatchError as fault:
            if len(files) == 1:
                raise
            # The other files are still worth loading; the worst exit code is kept.
            print(fault.say(door.language), file=sys.stderr)
            worst = max(worst, fault.exit_code)
            continue
        reports.append(report)
        worst = max(worst, 1 if strict and report.quarantined else 0)
        if not as_json:
            print(report.say(door.language))
    if as_json:
        told = [report.as_dict() for report in reports]
        print_json(told[0] if len(files) == 1 else told)
    raise typer.Exit(worst)


def loads(context: typer.Context, out: Out = None, as_json: Json = False, limit: Limit = SHOWN) -> None:
    """List the loads with their counts, the newest first."""
    from fxwatch.reading.operations import loads as listed

    door: Door = context.obj
    frame = listed(door.home)
    if out is None and not as_json:
        frame = frame.drop("sha256", "extra_columns")
    show(
        door,
        frame,
        out=out,
        as_json=as_json,
        limit=limit,
        empty=("Nothing was loaded yet: fxwatch load flows FILE", "尚未导入任何文件：fxwatch load flows FILE"),
    )


@quarantine.callback()
def listed(
    context: typer.Context,
    load_id: Annotated[int | None, typer.Option("--load", help="Only rows of this load.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only rows with this reason.")] = None,
    rows: Annotated[
        Path | None,
        typer.Option("--rows", help="Write the rows as they came to FILE.csv, to be corrected and loaded again."),
    ] = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """List the rows that wait in quarantine, each with its reason."""
    if context.invoked_subcommand:
        return
    from fxwatch.intake import export_quarantined, quarantined

    door: Door = context.obj
    if rows is not None:
        written = export_quarantined(door.home, rows, load=load_id, reason=reason)
        print(
            door.say(
                f"{written:,} rows written to {rows}; correct them and load the file.",
                f"已写入 {rows}，共 {written:,} 行；改正后可再次导入。",
            )
        )
        return
    frame = quarantined(door.home, load=load_id, reason=reason)
    if out is None and not as_json:
        sentence = "sentence_zh" if door.language == "zh" else "sentence"
        frame = frame.select("kind", "load_id", "file", "line", "declaration_no", "leg", "reason", sentence)
    show(
        door,
        frame,
        out=out,
        as_json=as_json,
        limit=limit,
        empty=("The quarantine is empty.", "隔离区为空。")
        if load_id is None and reason is None
        else ("No waiting row fits.", "没有符合条件的隔离行。"),
    )


@quarantine.command()
def retry(
    context: typer.Context,
    reason: Annotated[str | None, typer.Option(help="Only rows with this reason.")] = None,
    as_json: Json = False,
    by: By = None,
) -> None:
    """Judge the waiting rows again, in their order: after a missing rate or entity has arrived."""
    from fxwatch.intake import retry as judge_again

    door: Door = context.obj
    with progress("quarantine") as bar:
        report = judge_again(door.home, reason=reason, by=by, progress=bar)
    if as_json:
        print_json(report.as_dict())
    else:
        print(report.say(door.language))
