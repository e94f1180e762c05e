"""What-if: parameters tried on what is known, before anybody adopts them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fxwatch.cli.door import Door, Json, Limit, day_of
from fxwatch.cli.output import SHOWN, print_json, progress, show
from fxwatch.terms import label

if TYPE_CHECKING:
    import polars as pl

    from fxwatch.comparing import Compared

BAR = 48  # characters of the longest bar
LISTS = ("steps", "changes", "moves", "near")
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="FILE.html, .xlsx or .json: all of it; .svg or .png: the picture; with --list, and .csv: that table.",
    ),
]
Listed = Annotated[
    str | None,
    typer.Option(
        "--list",
        help="One table whole: steps, changes (hits that are new or lost), moves (of grades) or near (who comes near the limit).",
    ),
]


def register(app: typer.Typer) -> None:
    """Hang the command on the program."""
    app.command("what-if")(what_if)


def what_if(
    context: typer.Context,
    assignments: Annotated[
        list[str],
        typer.Argument(
            metavar="RULE.PARAM=VALUE...",
            help="A value (large_daily_total.limit_usd=800000), several (=10,12,15) or a sweep (=500000..1500000:100000).",
        ),
    ],
    first: Annotated[str | None, typer.Option("--from", help="Only hits raised on this day or later.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Only hits raised on this day or earlier.")] = None,
    listed: Listed = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """Try parameters on what is known: hits, entities, grades that would move, work, near misses. Nothing is written.

    A value holds throughout time in a trial, and several parameters hold together. One of them may have several values: a step
    each. Beside the rules' own parameters, grade.window and grade.max_notices_for_b may be tried. `new` and `lost` are hits that
    are not in both; `worse` and `better` count entities whose provisional grade would be another; `near` counts what lies within
    10 % below the limit. When a value is to be adopted: fxwatch rules set; to watch it beside the present one: fxwatch rules shadow.
    """
    door: Door = context.obj
    with progress("what-if") as bar:
        found = door.home.what_if(*assignments, first=day_of(first), last=day_of(last), progress=bar)
    tell(door, found, listed, out, as_json=as_json, limit=limit)


def tell(
    door: Door, found: "Compared", listed: str | None, out: Path | None, *, as_json: bool, limit: int = SHOWN
) -> None:
    """A comparison to where it was asked for."""
    from fxwatch.errors import RequestError

    if listed is not None and listed not in LISTS:
        raise RequestError(
            f"There is no list {listed}. There are {', '.join(LISTS)}.", f"没有表 {listed}。可用：{'、'.join(LISTS)}。"
        )
    if listed is not None or (out is not None and out.suffix.lower() in (".csv", ".parquet")):
        show(door, getattr(found, listed or "steps"), out=out, as_json=as_json, limit=limit)
        return
    if out is not None:
        from fxwatch.reporting.trying import produce_comparison

        produce_comparison(door.home, found, out, language=door.language)
        print(door.say(f"Written to {out}.", f"已写入 {out}。"), file=sys.stderr)
    if as_json:
        tables = {name: getattr(found, name).to_dicts() for name in LISTS}
        about = {"about": found.about, "first": found.first, "last": found.last, "months": found.months}
        without = {rule: door.say(*why) for rule, why in found.no_near.items()}
        print_json({**about, "decided_per_month": found.decided_per_month, **tables, "no_near": without})
    elif out is None:
        _say(door, found, limit)


def _say(door: Door, found: "Compared", limit: int) -> None:
    # Shadows know no near misses.
    show(door, found.steps if found.about else found.steps.drop("near", "near_entities"), limit=0)
    print()
    print(bars(door, found.steps))
    print()
    print(found.say(door.language))
    shown = found.steps["step"][1 if found.steps.height == 2 else 0]
    if found.steps.height == 2:  # one step: what it changes is the question
        for name, title in (("changes", ("Hits new or lost", "新增或消失的命中")), ("moves", ("Grades", "等级变动"))):
            _table(door, getattr(found, name).drop("step"), title, limit)
    title = (f"Near misses, {label(shown, 'en')}", f"接近限额（{label(shown, 'zh')}）")
    _table(door, found.near.filter(step=shown).drop("step"), title, limit)


def _table(door: Door, frame: "pl.DataFrame", title: tuple[str, str], limit: int) -> None:
    if not frame.is_empty():
        print(f"\n{door.say(*title)}")
        show(door, frame, limit=limit)


def bars(door: Door, steps: "pl.DataFrame") -> str:
    """The hits of each step as bars of characters: those found now as well in full, new ones in half tone."""
    from fxwatch.reporting.step_bars import spoken

    most = max(steps["hits"].max() or 0, 1)
    names = [spoken(step, door.language) for step in steps["step"]]
    wide = max(map(_width, names))
    lines = []
    for name, row in zip(names, steps.to_dicts(), strict=True):
        whole = round(row["hits"] / most * BAR)
        new = round(row["new"] / most * BAR)
        blanks = " " * (wide - _width(name))
        lines.append(f"{blanks}{name} {'█' * (whole - new)}{'▒' * new} {row['hits']:,}")
    return "\n".join(lines)


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: a Chinese character takes two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)
