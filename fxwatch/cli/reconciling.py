"""Reconciling: what was declared, held against settlements, filings, contracts and banks' totals."""

from typing import Annotated, Any

import typer

from fxwatch.cli.door import Door, Json, Limit, Out
from fxwatch.cli.output import SHOWN, show

reconcile = typer.Typer(
    no_args_is_help=True,
    help="Hold what was declared against what others say: settlements, filings, contracts, banks' own totals.",
)

Period = Annotated[str | None, typer.Option(help="2025, 2025Q3, 2025-07, ytd or 2025-01-15..2025-06-30.")]
Entity = Annotated[str | None, typer.Option(help="Only this entity.")]
Scope = Annotated[str, typer.Option(help="Flows that are cross_border, domestic or both.")]
Every = Annotated[bool, typer.Option("--all", help="Also what agrees.")]
_AGREE = ("Nothing differs.", "没有差异。")


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.add_typer(reconcile, name="reconcile")


@reconcile.command()
def settlements(
    context: typer.Context,
    period: Period = None,
    entity: Entity = None,
    group: Annotated[str | None, typer.Option(help="Only this settlement group: 121-126, 321-326.")] = None,
    scope: Scope = "both",
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """Declared received against settled, paid against purchased, by entity, group and month and over twelve months.

    Without --period, the newest month. Settled is the settled part of flows and settlements inside accounts, each once; the entities
    that settle most beyond what they declared come first. Groups: 121 transport, 122 travel, 123 financial and insurance,
    124 royalties, 125 consulting, 126 the rest; 321 to 326 alike for purchases.
    """
    _show(context, "settlements", out, as_json, limit, period=period, entity=entity, group=group, scope=scope)


@reconcile.command()
def filings(
    context: typer.Context,
    period: Period = None,
    entity: Entity = None,
    scope: Scope = "both",
    limit_usd: Annotated[
        int | None,
        typer.Option(
            "--limit-usd",
            min=0,
            help="Payments above this many USD need a filing; else above the limit of payment_without_filing on their day.",
        ),
    ] = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """Payments that need a filing with the tax authority and had none on their day. Without --period, this year to date.

    Column filed_later: the day of a filing that came after the payment.
    """
    _show(context, "filings", out, as_json, limit, period=period, entity=entity, scope=scope, limit_usd=limit_usd)


@reconcile.command()
def contracts(
    context: typer.Context,
    as_of: Annotated[str | None, typer.Option(help="Payments and filings up to this day.")] = None,
    entity: Entity = None,
    scope: Scope = "both",
    every: Annotated[bool, typer.Option("--all", help="Also contracts that are not overpaid.")] = False,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """Contracts on which more was paid than was filed of them, the most overpaid first."""
    _show(context, "contracts", out, as_json, limit, as_of=as_of, entity=entity, scope=scope, every=every)


@reconcile.command()
def totals(
    context: typer.Context,
    period: Period = None,
    bank: Annotated[str | None, typer.Option(help="Only this bank.")] = None,
    every: Every = False,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """Banks' own totals (load totals) tied to what was loaded, by bank, month and direction; the differences listed.

    Beside a difference: flows that wait for their code (they count as loaded), that are out of scope, that wait in quarantine.
    """
    _show(context, "totals", out, as_json, limit, period=period, bank=bank, every=every)


def _show(context: typer.Context, what: str, out: Any, as_json: bool, limit: int, **asked: Any) -> None:
    door: Door = context.obj
    show(door, door.home.reconcile(what, **asked), out=out, as_json=as_json, limit=limit, empty=_AGREE)
