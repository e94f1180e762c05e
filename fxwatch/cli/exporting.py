"""Exporting: flows as Parquet, for a cluster or whatever else reads it."""

from pathlib import Path
from typing import Annotated

import typer

from fxwatch.cli.door import Door, Json
from fxwatch.cli.output import print_json, progress

export = typer.Typer(no_args_is_help=True, help="Flows as Parquet, for a cluster.")


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.add_typer(export, name="export")


@export.command()
def flows(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made, or replaced if it is an export already.")],
    as_json: Json = False,
) -> None:
    """Write the classified flows in scope, as published, to DIR/month=2025-07/flows.parquet and so on, whole or not at all.

    DIR/_manifest.json names the newest load, every file with its SHA-256, and the columns. Amounts are whole cents; direction, item,
    bpm6, payment_type and scope are positions, counted from 0, in the order of the words in the README.
    """
    from fxwatch.engines.exported import export_flows

    door: Door = context.obj
    with progress("export") as bar:
        manifest = export_flows(door.home, folder, bar)
    if as_json:
        print_json({"folder": folder, "load": manifest.load, "flows": manifest.flows, "files": len(manifest.files), "bytes": manifest.bytes(), "digest": manifest.digest})  # fmt: skip
        return
    print(
        door.say(
            f"{manifest.flows:,} flows up to load {manifest.load} written to {folder}: {len(manifest.files)} files, {manifest.bytes():,} bytes.",
            f"已将截至第 {manifest.load} 次导入的 {manifest.flows:,} 笔收付汇记录写入 {folder}：{len(manifest.files)} 个文件，{manifest.bytes():,} 字节。",
        )
    )
