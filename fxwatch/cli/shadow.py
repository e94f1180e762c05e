"""Shadows: what runs beside the rule book, from begin to comparison to end."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from fxwatch.cli.door import By, Door, Json, Limit, Out, Why, date_of, day_of
from fxwatch.cli.output import SHOWN, show
from fxwatch.cli.what_if import Listed, tell
from fxwatch.cli.what_if import Out as ComparedOut

Number = Annotated[str, typer.Argument(metavar="SHADOW", help="The shadow's number, like S1.")]


class _BeginsAtOnce(TyperGroup):
    """`rules shadow RULE.PARAM VALUE …` is `rules shadow begin RULE.PARAM VALUE …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["begin", *args]
        return super().parse_args(ctx, args)


shadow = typer.Typer(
    cls=_BeginsAtOnce,
    no_args_is_help=True,
    help="Let a version or a whole rule run in shadow, compare what it finds, end it. `shadow RULE.PARAM VALUE` begins one.",
)


@shadow.command(context_settings={"ignore_unknown_options": True})
def begin(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(metavar="RULE[.PARAM]", help="A parameter, like large_daily_total.limit_usd, or a whole rule."),
    ],
    valid_from: Annotated[str, typer.Option("--from", help="Hits raised from this day on are the shadow's.")],
    basis: Annotated[str, typer.Option(help="The basis: the decision or plan.")],
    value: Annotated[str | None, typer.Argument(help="The parameter's value; none for a whole rule.")] = None,
    by: By = None,
) -> None:
    """Run a version of a parameter, or a whole rule, in shadow: each run computes its hits and keeps them from the work.

    An approver's act, never for the past. A whole rule that runs in shadow raises no new work from the next run on; what it raised
    before stays. To adopt a version: fxwatch rules set RULE.PARAM VALUE, which ends its shadow as promoted.
    """
    door: Door = context.obj
    act = door.home.begin_shadow(what, value, valid_from=date_of(valid_from), basis=basis, by=by)
    told = f"{what} = {value}" if value is not None else what
    if act.kind == "proposed":
        proposal = act.payload["proposal"]
        print(
            door.say(
                f"{proposal}: {told} in shadow from {valid_from} on waits for another account's approval: fxwatch approve {proposal}",
                f"{proposal}：{told}（自 {valid_from} 起影子运行）待另一账户批准：fxwatch approve {proposal}",
            )
        )
        return
    number = act.payload["shadow"]
    print(
        door.say(
            f"{number}: {told} runs in shadow from {valid_from} on. Compare later with: fxwatch rules shadow compare {number}",
            f"{number}：{told} 自 {valid_from} 起影子运行。日后对照：fxwatch rules shadow compare {number}",
        )
    )


@shadow.command("list")
def list_shadows(context: typer.Context, out: Out = None, as_json: Json = False, limit: Limit = SHOWN) -> None:
    """List what runs, or ever ran, in shadow, with how many hits it found."""
    door: Door = context.obj
    nothing = ("Nothing ever ran in shadow: fxwatch rules shadow --help", "没有影子运行：fxwatch rules shadow --help")
    show(door, door.home.shadows(), out=out, as_json=as_json, limit=limit, empty=nothing)


@shadow.command()
def compare(
    context: typer.Context,
    number: Number,
    first: Annotated[
        str | None, typer.Option("--from", help="Hits raised on this day or later; without it, the shadow's first day.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Hits raised on this day or earlier.")] = None,
    listed: Listed = None,
    out: ComparedOut = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """Compare what a shadow found with what is in force: hits of both and of one alone, entities, grades, work."""
    door: Door = context.obj
    found = door.home.compare_shadow(number, first=day_of(first), last=day_of(last))
    tell(door, found, listed, out, as_json=as_json, limit=limit)


@shadow.command()
def end(
    context: typer.Context,
    number: Number,
    why: Why,
    valid_from: Annotated[
        str | None,
        typer.Option("--from", help="Of a whole rule: from which day on its hits are work; without it, today."),
    ] = None,
    by: By = None,
) -> None:
    """End a shadow; what it found stays to be compared. A whole rule is in force again from a day on."""
    door: Door = context.obj
    act = door.home.end_shadow(number, why=why, valid_from=day_of(valid_from), by=by)
    if act.kind == "proposed":
        proposal = act.payload["proposal"]
        print(
            door.say(
                f"{proposal}: the end of {number} waits for another account's approval: fxwatch approve {proposal}",
                f"{proposal}：结束 {number} 待另一账户批准：fxwatch approve {proposal}",
            )
        )
        return
    print(door.say(f"{act.payload['shadow']} ended.", f"{act.payload['shadow']} 已结束。"))
