"""Keeping a home: backup, restore, doctor, upgrade."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fxwatch.cli.door import By, Door, Json
from fxwatch.cli.output import print_json


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    for command in (backup, restore, doctor, upgrade):
        app.command()(command)


def backup(
    context: typer.Context,
    place: Annotated[Path, typer.Argument(metavar="DEST", help="A file ending in .tar, .tar.gz or .tgz, or a folder.")],
    why: Annotated[str, typer.Option("--why", help="The reason, for the record.")] = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Copy warehouse, register and settings while the home is in use, with a manifest; the act is put on record."""
    door: Door = context.obj
    made = door.home.backup(place, by=by, why=why)
    if as_json:
        print_json({"place": str(made.place), "digest": made.digest, **made.manifest})
        return
    size = sum(int(file["bytes"]) for file in made.manifest["files"].values())
    told = made.manifest
    print(
        door.say(
            f"Backed up to {made.place}: {told['snapshot']} and a register of {told['acts']:,} acts, {size:,} bytes before packing. Its manifest has the digest {made.digest}.",
            f"已备份至 {made.place}:{told['snapshot']} 及登记簿 {told['acts']:,} 项，打包前共 {size:,} 字节。清单摘要为 {made.digest}。",
        )
    )


def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help="What backup wrote: a file or a folder.")],
    register_url: Annotated[
        str | None,
        typer.Option(help="Put the register into this empty database of PostgreSQL, or into a file in the home: file."),
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Make a home out of a backup, in an empty folder named by --home; digests and the whole chain are verified first."""
    from fxwatch.upkeep import restore as restore_home

    door: Door = context.obj
    made = restore_home(source, door.path, by=by, register_url=register_url)
    if as_json:
        print_json({"home": str(made.path), "acts": made.acts, "head": made.head, "made_at": made.manifest["made_at"]})
        return
    print(
        door.say(
            f"Restored into {made.path}: {made.acts:,} acts as of {made.manifest['made_at']}, every digest and link holds. What was done after that moment is not in it.",
            f"已恢复至 {made.path}：截至 {made.manifest['made_at']} 的 {made.acts:,} 项登记，摘要与链均完整。其后的内容不在其中。",
        )
    )


def doctor(
    context: typer.Context,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every byte and compare the digests kept at publication.")
    ] = False,
    mend: Annotated[
        bool, typer.Option("--repair", help="Mend what can be made again from what is whole; put on record.")
    ] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Find and name damage, and say what to do. Exit codes: 0 all is well, 1 something needs attention, 3 damage."""
    from fxwatch.upkeep import examine

    door: Door = context.obj
    done = door.home.repair(deep=deep, by=by) if mend else []
    found = examine(door.path, deep=deep)
    if as_json:
        print_json(
            {
                "exit_code": found.exit_code,
                "looked_at": found.looked_at,
                "done": [door.say(*what) for what in done],
                "findings": [finding.as_dict(door.language) for finding in found.findings],
            }
        )
        raise typer.Exit(found.exit_code)
    for what in done:
        print(door.say(*what))
    if mend and not done:
        print(door.say("There was nothing to mend.", "没有可修复的内容。"))
    names = {
        "damage": door.say("DAMAGE", "损坏"),
        "attention": door.say("attention", "注意"),
        "note": door.say("note", "提示"),
    }
    for finding in found.findings:
        print(f"{names[finding.severity]} · {finding.where}\n  {finding.say(door.language)}", file=sys.stderr)
    if not found.exit_code:
        seen = found.looked_at
        print(
            door.say(
                f"All is well: {seen.get('loads', '?')} loads, {seen.get('runs', '?')} runs, {seen.get('snapshot')}, {seen.get('acts', 0):,} acts with every link; fxwatch {seen['fxwatch']}, register version {seen['register_version']}, warehouse version {seen['warehouse_version']}.",
                f"一切正常：导入 {seen.get('loads', '?')} 次、运行 {seen.get('runs', '?')} 次，{seen.get('snapshot')}，登记 {seen.get('acts', 0):,} 项且链完整；fxwatch {seen['fxwatch']}，登记簿版本 {seen['register_version']}，数据仓库版本 {seen['warehouse_version']}。",
            )
        )
    raise typer.Exit(found.exit_code)


def upgrade(context: typer.Context, by: By = None, as_json: Json = False) -> None:
    """Bring a home of an older version up to this one; the act is put on record."""
    door: Door = context.obj
    taken = door.home.upgrade(by=by)
    if as_json:
        print_json({"register": list(taken.register), "warehouse": list(taken.warehouse)})
        return
    if not (taken.register or taken.warehouse):
        print(door.say("The home is of this version already.", "该库已是当前版本。"))
    for store, steps in ((("register", "登记簿"), taken.register), (("warehouse", "数据仓库"), taken.warehouse)):
        for step in steps:
            print(door.say(f"{store[0]}, version {step}", f"{store[1]}，版本 {step}"))
