"""Grades: every entity's, one entity's with its reasons, its history, and the bank's question."""

from typing import Annotated

import typer

from fxwatch.cli.door import Door, Json, KnownAt, Limit, Out, day_of, moment_of
from fxwatch.cli.output import SHOWN, print_json, show

Entity = Annotated[str, typer.Argument(help="The entity: 9 or 18 characters.")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.command()(grades)
    app.command()(grade)
    app.command()(history)
    app.command()(check)


def grades(
    context: typer.Context,
    on: Annotated[str | None, typer.Option(help="The day; without it, today.")] = None,
    known_at: KnownAt = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """Grade every entity on the roll: what counts, and who would move."""
    door: Door = context.obj
    frame = door.home.grades(on=day_of(on), known_at=moment_of(known_at))
    nobody = ("The roll is empty: fxwatch load entities FILE", "名录为空：fxwatch load entities FILE")
    if known_at:
        nobody = (f"The roll as known at {known_at} is empty.", f"截至 {known_at} 所知，名录为空。")
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=nobody)


def grade(
    context: typer.Context,
    entity: Entity,
    on: Annotated[str | None, typer.Option(help="The day; without it, today.")] = None,
    as_json: Json = False,
) -> None:
    """One entity's grade with its reasons: for the regulator; leaves no receipt."""
    from fxwatch.reading.grades import say_grade

    door: Door = context.obj
    told = door.home.grade(entity, on=day_of(on))
    if as_json:
        print_json(told)
    else:
        print(say_grade(told, door.language))


def history(
    context: typer.Context, entity: Entity, out: Out = None, as_json: Json = False, limit: Limit = SHOWN
) -> None:
    """One entity's grades over time, as known now and as known then, with the acts that made them."""
    from fxwatch.reading.grades import history as history_of

    door: Door = context.obj
    show(door, history_of(door.home, entity), out=out, as_json=as_json, limit=limit)


def check(
    context: typer.Context,
    entity: Entity,
    bank: Annotated[str, typer.Option("--as", help="The bank that asks: its 12-character institution code.")],
    on: Annotated[str | None, typer.Option(help="The day; without it, today.")] = None,
    as_json: Json = False,
) -> None:
    """Ask as a bank before a payment: the grade and the documents. The question is put on record first."""
    from fxwatch.check import check as ask
    from fxwatch.home import Home
    from fxwatch.terms import label

    door: Door = context.obj
    answer = ask(Home(door.path), entity, bank, on=day_of(on))
    told = answer.as_dict()
    if as_json:
        print_json(told)
        return
    documents = ", ".join(label(d, door.language) for d in told["documents"])
    name = told["name"] or door.say("not on the roll", "不在名录")
    print(
        door.say(
            f"{told['entity_id']} {name}: grade {label(told['grade'], 'en')} on {told['on']}. Before a payment ask for: {documents}. Receipt {told['receipt']}.",
            f"{told['entity_id']} {name}:{told['on']} 等级为 {label(told['grade'], 'zh')}。付汇前应审核：{documents}。回执号 {told['receipt']}。",
        )
    )
