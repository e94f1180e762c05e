"""Inquiries, objections, whose work a hit is, notes, and how old the open hits are."""

import sys
from typing import Annotated

import typer

from fxwatch.cli.door import By, Door, Json, KnownAt, Limit, On, Out, Why, date_of, day_of, moment_of
from fxwatch.cli.output import SHOWN, show
from fxwatch.cli.review import waits

inquiry = typer.Typer(no_args_is_help=True, help="Ask an entity about hits, take its answer, close with a finding.")
objection = typer.Typer(no_args_is_help=True, help="An entity objects to a notice; an approver decides.")
Entity = Annotated[str | None, typer.Option(help="Only those of this entity.")]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only those whose day is past.")]
Inquiry = Annotated[str, typer.Argument(metavar="INQUIRY", help="The inquiry's number, like Q1.")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.add_typer(inquiry, name="inquiry")
    app.command()(inquiries)
    app.add_typer(objection, name="objection")
    app.command()(objections)
    app.command()(assign)
    app.command()(note)
    app.command()(notes)
    app.command()(ageing)


@inquiry.command("open")
def open_inquiry(
    context: typer.Context,
    question: Annotated[str, typer.Option(help="What is to be explained.")],
    due: Annotated[str, typer.Option(help="The day by which the entity is to answer.")],
    hits: Annotated[list[str] | None, typer.Argument(help="Ids of hits; one inquiry per entity.")] = None,
    entity: Annotated[str | None, typer.Option(help="In place of hits: the entity.")] = None,
    by: By = None,
    on: On = None,
) -> None:
    """Open an inquiry (跟踪调查) on hits, or on an entity without any."""
    door: Door = context.obj
    opened = door.home.open_inquiries(
        hits or (), entity_id=entity, question=question, due=date_of(due), by=by, on=day_of(on)
    )
    for number in opened:
        print(door.say(f"Inquiry {number} opened, due on {due}.", f"已立案调查 {number}，期限 {due}。"))


@inquiry.command()
def answer(
    context: typer.Context,
    number: Inquiry,
    text: Annotated[str, typer.Option("--answer", help="What the entity answered.")],
    by: By = None,
    on: On = None,
) -> None:
    """Put the entity's answer on record."""
    door: Door = context.obj
    door.home.answer_inquiry(number, answer=text, by=by, on=day_of(on))
    print(door.say(f"The answer to {number} is on record.", f"已登记对 {number} 的答复。"))


@inquiry.command()
def close(
    context: typer.Context,
    number: Inquiry,
    finding: Annotated[str, typer.Option(help="What was found.")],
    by: By = None,
    on: On = None,
) -> None:
    """Close an inquiry with its finding."""
    door: Door = context.obj
    door.home.close_inquiry(number, finding=finding, by=by, on=day_of(on))
    print(door.say(f"Inquiry {number} closed.", f"调查 {number} 已结案。"))


def inquiries(
    context: typer.Context,
    entity: Entity = None,
    overdue: Overdue = False,
    known_at: KnownAt = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """List the inquiries with their questions, due days, answers and findings."""
    door: Door = context.obj
    frame = door.home.inquiries(entity=entity, overdue=overdue, known_at=moment_of(known_at))
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=("No such inquiries.", "没有符合条件的调查。"))


@objection.command()
def lodge(
    context: typer.Context,
    notice: Annotated[str, typer.Argument(metavar="NOTICE", help="The notice's number.")],
    why: Annotated[str, typer.Option("--why", help="The entity's grounds.")],
    late_because: Annotated[
        str | None, typer.Option(help="Why a late objection is admitted all the same; an approver's act.")
    ] = None,
    by: By = None,
    on: On = None,
) -> None:
    """Record an entity's objection (异议) to a notice; one a notice, within register.objection_days working days."""
    door: Door = context.obj
    told = door.home.lodge_objection(notice, why=why, late_because=late_because, by=by, on=day_of(on)).payload
    print(
        door.say(
            f"Objection {told['objection']} to notice {notice} lodged; to be decided by {told['decide_by']}.",
            f"已登记对预警提示 {notice} 的异议 {told['objection']}，应于 {told['decide_by']} 前决定。",
        )
    )


@objection.command()
def decide(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="OBJECTION", help="The objection's number, or its notice's.")],
    outcome: Annotated[str, typer.Argument(help="upheld or rejected.")],
    why: Why,
    to: Annotated[str, typer.Option(help="Upheld: what the notice's hits become, dismissed or open.")] = "dismissed",
    by: By = None,
    on: On = None,
) -> None:
    """Decide an objection: upheld, its notice is rescinded; rejected, it stands. An approver's act."""
    door: Door = context.obj
    act = door.home.decide_objection(number, outcome, why=why, to=to, by=by, on=day_of(on))
    if waits(door, act):
        return
    told = act.payload
    rescinded = (f"; notice {told['notice']} does not stand", f"，预警提示 {told['notice']} 已撤销")
    more = (
        rescinded
        if told["outcome"] == "upheld"
        else (f"; notice {told['notice']} stands", f"，预警提示 {told['notice']} 维持")
    )
    outcome_zh = {"upheld": "采纳", "rejected": "驳回"}[told["outcome"]]
    print(
        door.say(
            f"Objection {told['objection']} {told['outcome']}{more[0]}.",
            f"异议 {told['objection']} 已{outcome_zh}{more[1]}。",
        )
    )


def objections(
    context: typer.Context,
    entity: Entity = None,
    overdue: Overdue = False,
    known_at: KnownAt = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """List the objections with the days by which they are to be decided."""
    door: Door = context.obj
    frame = door.home.objections(entity=entity, overdue=overdue, known_at=moment_of(known_at))
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=("No such objections.", "没有符合条件的异议。"))


def assign(
    context: typer.Context,
    hits: Annotated[list[str], typer.Argument(help="Ids of open hits.")],
    to: Annotated[str, typer.Option(help="The account whose work they become.")],
    due: Annotated[
        str | None, typer.Option(help="The day by which they are to be decided; without it, the general term.")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="The reason, for the record.")] = "assigned",
    by: By = None,
    on: On = None,
) -> None:
    """Give open hits to an account; the newest assignment holds."""
    door: Door = context.obj
    given = len(door.home.assign(hits, to, due=day_of(due), why=why, by=by, on=day_of(on)))
    print(door.say(f"{given} hits assigned to {to}.", f"已将 {given} 项命中分派给 {to}。"))


def note(
    context: typer.Context,
    subject: Annotated[
        str, typer.Argument(help="A hit, an entity, a breach, or the number of a notice, inquiry, objection, proposal.")
    ],
    text: Annotated[str, typer.Argument(help="The note.")],
    by: By = None,
    on: On = None,
) -> None:
    """Put a note on record. Notes are read with: notes, explain HIT, audit acts."""
    door: Door = context.obj
    act = door.home.note(subject, text, by=by, on=day_of(on))
    print(door.say(f"Note on {act.subject} on record.", f"已为 {act.subject} 登记备注。"))


def notes(
    context: typer.Context,
    subject: Annotated[str | None, typer.Argument(help="Only notes on this.")] = None,
    entity: Entity = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """List the notes, the oldest first."""
    door: Door = context.obj
    frame = door.home.notes(subject, entity=entity)
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=("No such notes.", "没有符合条件的备注。"))


def ageing(
    context: typer.Context,
    by: Annotated[str | None, typer.Option("--by", help="In groups: rule, entity or account.")] = None,
    one_by_one: Annotated[
        bool, typer.Option("--hits", help="The open hits one by one, what is due first before the others.")
    ] = False,
    account: Annotated[str | None, typer.Option(help="Only hits assigned to this account.")] = None,
    overdue: Overdue = False,
    since: Annotated[str, typer.Option(help="Ages count from found_on or raised_on.")] = "found_on",
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """Show how old the open hits are and which are overdue: register.due_days working days, or the day they were assigned for."""
    from fxwatch.reading.cases import aged, worklist

    door: Door = context.obj
    work = worklist(door.home, account=account, overdue=overdue, since=since)
    frame = work.hits if one_by_one else aged(work.hits, by)
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=("No open hits.", "没有待处理的命中。"))
    if work.uncovered:
        years = ", ".join(map(str, work.uncovered))
        print(
            door.say(
                f"Some due days cannot be counted: the calendar does not cover {years}. Load it: fxwatch load calendar FILE",
                f"部分期限无法计算：日历未涵盖 {years} 年。请导入：fxwatch load calendar 文件",
            ),
            file=sys.stderr,
        )
        raise typer.Exit(1)
