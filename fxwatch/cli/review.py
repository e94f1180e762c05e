"""What the bureau does about hits: notices, dismissals, rescissions, breaches."""

from typing import TYPE_CHECKING, Annotated

import typer

from fxwatch.cli.door import By, Door, Json, KnownAt, Limit, On, Out, Why, date_of, day_of, moment_of
from fxwatch.cli.output import SHOWN, show

if TYPE_CHECKING:
    from fxwatch.register import Act

notice = typer.Typer(no_args_is_help=True, help="Issue, dismiss, rescind; the policy that issues by month.")
breach = typer.Typer(no_args_is_help=True, help="Record or rescind a violation.")
Hits = Annotated[list[str], typer.Argument(help="Ids of hits.")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.add_typer(notice, name="notice")
    app.command()(notices)
    app.add_typer(breach, name="breach")
    app.command()(breaches)


@notice.command()
def issue(context: typer.Context, hits: Hits, why: Why, by: By = None, on: On = None) -> None:
    """Issue one notice per entity, naming all its hits given."""
    from fxwatch.review import issue_notices

    door: Door = context.obj
    for made in issue_notices(door.home, hits, by=by, why=why, on=day_of(on)):
        if made.startswith("P"):
            say_waiting(door, made)
        else:
            print(door.say(f"Notice {made} issued.", f"已发出预警提示 {made}。"))


@notice.command()
def dismiss(
    context: typer.Context,
    hits: Hits,
    why: Why,
    explains_until: Annotated[
        str | None, typer.Option(help="Further hits of the same rule and entity raised up to this day are explained.")
    ] = None,
    by: By = None,
    on: On = None,
) -> None:
    """Dismiss hits: looked at and found in order."""
    from fxwatch.review import dismiss as dismiss_hits

    door: Door = context.obj
    dismiss_hits(door.home, hits, by=by, why=why, explains_until=day_of(explains_until), on=day_of(on))
    print(door.say(f"{len(hits)} hits dismissed.", f"已排除 {len(hits)} 项预警命中。"))


@notice.command()
def rescind(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NOTICE", help="The notice's number.")],
    why: Why,
    to: Annotated[str, typer.Option(help="What its hits become: dismissed or open.")] = "dismissed",
    by: By = None,
) -> None:
    """Take a notice back; it no longer counts toward the grade."""
    from fxwatch.review import rescind_notice

    door: Door = context.obj
    act = rescind_notice(door.home, number, by=by, why=why, to=to)
    if not waits(door, act):
        print(door.say(f"Notice {number} rescinded.", f"已撤销预警提示 {number}。"))


@notice.command()
def auto(
    context: typer.Context,
    policy: Annotated[
        str, typer.Option(help="monthly, or a policy that the bureau adopted: see policies.")
    ] = "monthly",
    through: Annotated[str | None, typer.Option(help="Hits raised up to this day; without it, today.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be issued; write nothing.")] = False,
    backdate: Annotated[
        bool, typer.Option("--backdate", help="Date each notice on the last day of its month (simulation homes only).")
    ] = False,
    by: By = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """Issue by policy. monthly: at most one notice per entity, rule and month, naming all its open hits."""
    from fxwatch.review import auto_notices

    door: Door = context.obj
    frame = auto_notices(door.home, policy, by=by, through=day_of(through), dry_run=dry_run, backdate=backdate)
    show(
        door,
        frame,
        out=out,
        as_json=as_json,
        limit=limit,
        empty=("No open hits that the policy covers.", "没有该策略涵盖的待处理命中。"),
    )


def notices(
    context: typer.Context,
    entity: Annotated[str | None, typer.Option(help="Only notices to this entity.")] = None,
    known_at: KnownAt = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """List the notices, rescinded ones included."""
    import polars as pl

    door: Door = context.obj
    frame = door.home.register.notices(moment_of(known_at))
    if entity is not None:
        from fxwatch.identifiers import entity_key

        frame = frame.filter(pl.col("entity_id") == (entity_key(entity, verify=False) or entity))
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=("No notices yet.", "尚无预警提示。"))


@breach.command()
def record(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="BREACH", help="The breach's number.")],
    entity: Annotated[str, typer.Option(help="The entity.")],
    day: Annotated[str, typer.Option(help="The day of the decision.")],
    provision: Annotated[str, typer.Option(help="The provision that was breached.")],
    description: Annotated[str, typer.Option(help="What was done.")] = "",
    reference: Annotated[str, typer.Option(help="The decision's reference.")] = "",
    by: By = None,
) -> None:
    """Record a violation of FX rules."""
    from fxwatch.review import record_breach

    door: Door = context.obj
    outcome = record_breach(
        door.home,
        number,
        entity_id=entity,
        day=date_of(day),
        provision=provision,
        description=description,
        reference=reference,
        by=by,
    )
    sentences = {
        "accepted": (f"Breach {number} recorded.", f"已登记违规 {number}。"),
        "duplicate": (f"Breach {number} is on record just so.", f"违规 {number} 已按此登记。"),
        "proposed": (
            f"Breach {number} waits for another account's approval, see: fxwatch approvals",
            f"违规 {number} 待另一账户批准，见 fxwatch approvals。",
        ),
    }
    print(door.say(*sentences[outcome]))


@breach.command("rescind")
def rescind_one(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="BREACH", help="The breach's number.")],
    why: Why,
    by: By = None,
) -> None:
    """Take a breach back: its decision was annulled."""
    from fxwatch.review import rescind_breach

    door: Door = context.obj
    act = rescind_breach(door.home, number, by=by, why=why)
    if not waits(door, act):
        print(door.say(f"Breach {number} rescinded.", f"已撤销违规 {number}。"))


def waits(door: Door, act: "Act") -> bool:
    """Whether an act waits for approval; then it says so."""
    if act.kind != "proposed":
        return False
    say_waiting(door, act.payload["proposal"])
    return True


def say_waiting(door: Door, proposal: str) -> None:
    """The sentence about a proposal."""
    print(
        door.say(
            f"{proposal} waits for another account's approval: fxwatch approve {proposal}",
            f"{proposal} 待另一账户批准：fxwatch approve {proposal}",
        )
    )


def breaches(
    context: typer.Context, known_at: KnownAt = None, out: Out = None, as_json: Json = False, limit: Limit = SHOWN
) -> None:
    """List the recorded violations, rescinded ones included."""
    door: Door = context.obj
    frame = door.home.register.breaches(moment_of(known_at))
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=("No breaches on record.", "没有违规记录。"))
