"""Four eyes and policies: what an approver approves, refuses, adopts and ends."""

from pathlib import Path
from typing import Annotated

import typer

from fxwatch.cli.door import By, Door, Json, KnownAt, Limit, On, Out, Why, day_of, moment_of
from fxwatch.cli.output import SHOWN, show
from fxwatch.terms import label

policy = typer.Typer(no_args_is_help=True, help="Adopt or end a policy for issuing notices.")
Proposals = Annotated[list[str], typer.Argument(metavar="NUMBER...", help="Numbers of proposals, like P1.")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.command()(approvals)
    app.command()(approve)
    app.command()(refuse)
    app.add_typer(policy, name="policy")
    app.command()(policies)


def approvals(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also what was approved or refused.")] = False,
    known_at: KnownAt = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """List what waits for another account's approval (register.require_approval)."""
    door: Door = context.obj
    frame = door.home.approvals(everything=everything, known_at=moment_of(known_at))
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=("Nothing waits.", "没有待批事项。"))


def approve(
    context: typer.Context,
    numbers: Proposals,
    why: Annotated[str, typer.Option("--why", help="The reason, for the record.")] = "approved",
    by: By = None,
    on: On = None,
) -> None:
    """Approve proposals of others: all those named or none. They take effect, and count, from today."""
    door: Door = context.obj
    for act in door.home.approve(numbers, why=why, by=by, on=day_of(on)):
        print(
            door.say(
                f"{act.payload['proposal']} approved: {label(act.kind, 'en')}, {act.subject}.",
                f"已批准 {act.payload['proposal']}:{label(act.kind, 'zh')}，{act.subject}。",
            )
        )


def refuse(context: typer.Context, numbers: Proposals, why: Why, by: By = None, on: On = None) -> None:
    """Refuse proposals; nothing of them takes effect. Who proposed takes back the same way."""
    door: Door = context.obj
    for act in door.home.refuse(numbers, why=why, by=by, on=day_of(on)):
        print(door.say(f"{act.payload['proposal']} refused.", f"未批准 {act.payload['proposal']}。"))


@policy.command()
def adopt(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The policy's TOML file.")],
    by: By = None,
    on: On = None,
) -> None:
    """Adopt a policy: an approver's act.

    The file's keys: name, title, title_zh, rules (a list), consolidate (entity_rule_month, entity_month or hit), minimum_usd,
    except_entities (a list), from (the first day of raised_on that it covers), why, why_zh. The three in the middle, minimum_usd,
    except_entities and from, may be left out. Then: notice auto --policy NAME --dry-run shows what it would do.
    """
    door: Door = context.obj
    adopted = door.home.adopt_policy(file, by=by, on=day_of(on))
    print(
        door.say(
            f"Policy {adopted.name} adopted. See what it would do: fxwatch notice auto --policy {adopted.name} --dry-run",
            f"已采用策略 {adopted.name}。试算：fxwatch notice auto --policy {adopted.name} --dry-run",
        )
    )


@policy.command()
def end(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The policy's name.")],
    why: Why,
    by: By = None,
    on: On = None,
) -> None:
    """End a policy: nothing more is issued by it; what was issued stands."""
    door: Door = context.obj
    door.home.end_policy(name, why=why, by=by, on=day_of(on))
    print(door.say(f"Policy {name} ended.", f"策略 {name} 已停用。"))


def policies(
    context: typer.Context, known_at: KnownAt = None, out: Out = None, as_json: Json = False, limit: Limit = SHOWN
) -> None:
    """List the policies: the built-in one and those that the bureau adopted, ended ones included."""
    door: Door = context.obj
    frame = door.home.policies(language=door.language, known_at=moment_of(known_at))
    show(door, frame, out=out, as_json=as_json, limit=limit)
