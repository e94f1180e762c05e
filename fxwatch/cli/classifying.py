"""Classifications: what cannot be mapped, the concordances in force, those that wait to be loaded."""

import typer

from fxwatch.cli.door import Door, Json, Limit, Out
from fxwatch.cli.output import SHOWN, show

codes = typer.Typer(
    invoke_without_command=True,
    help="Transaction codes: what cannot be mapped; the lists in force; older concordances that can be loaded.",
)


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.add_typer(codes, name="codes")


@codes.callback()
def unmapped(context: typer.Context, out: Out = None, as_json: Json = False, limit: Limit = SHOWN) -> None:
    """What cannot be mapped, by code.

    unknown_code: rows in quarantine whose code no list knows (load codes FILE, then quarantine retry). no_head: flows whose item has
    two heads in BPM6, unallocated there until a change brings their code. no_code: flows that wait for their code.
    """
    if context.invoked_subcommand:
        return
    from fxwatch.reading.codes import unmapped as found

    door: Door = context.obj
    nothing = ("Every code has its item and its head.", "所有编码均已对应项目和 BPM6 类别。")
    show(door, found(door.home), out=out, as_json=as_json, limit=limit, empty=nothing)


@codes.command("list")
def listed(context: typer.Context, out: Out = None, as_json: Json = False, limit: Limit = SHOWN) -> None:
    """The lines by which codes are read now: the longest beginning of a code wins, loaded lines before shipped ones."""
    from fxwatch.reading.codes import concordance

    door: Door = context.obj
    show(door, concordance(door.home), out=out, as_json=as_json, limit=limit)


@codes.command()
def files(context: typer.Context, as_json: Json = False) -> None:
    """Concordances of older generations that come with fxwatch; load one with: fxwatch load codes FILE."""
    from fxwatch.reading.codes import shipped_files

    door: Door = context.obj
    frame = shipped_files()
    if not as_json:
        about = "about_zh" if door.language == "zh" else "about"
        frame = frame.select("file", "lines", about)
    show(door, frame, as_json=as_json)
