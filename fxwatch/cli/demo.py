"""The demo: an invented sample goes the whole way, from files to grades, and says what was found."""

import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fxwatch.cli.door import Door
from fxwatch.cli.output import progress
from fxwatch.terms import Grade, label
from fxwatch.words import heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fxwatch.session import Session

LAST_DAY = date(2026, 10, 31)
BANK = "120000000001"
COUNTS = ("read", "accepted", "duplicate", "out_of_scope", "quarantined")


def register(app: typer.Typer) -> None:
    """Hang the command on the program."""
    app.command()(demo)


def demo(
    context: typer.Context,
    flows: Annotated[int, typer.Option(help="How many flows to invent, about.")] = 60_000,
    seed: Annotated[int, typer.Option(help="Another seed, another sample.")] = 20261031,
) -> None:
    """Invent a calibrated sample, load it, run it, issue some notices, and show what was found.

    Everything in it is invented: names, identifiers, amounts, misconduct. The home is a simulation home whose today is 2026-10-31.
    """
    door: Door = context.obj
    _fill(door, flows, seed)
    tell = _Teller(door)
    tell.flows()
    tell.items()
    tell.loudest()
    tell.grades()
    tell.bank()
    tell.sign_in()
    tell.next_steps()


def _fill(door: Door, flows: int, seed: int) -> None:
    from fxwatch.home import make_home
    from fxwatch.intake import load
    from fxwatch.sample import invent, write
    from fxwatch.sample.enacting import enact

    say = door.say
    with _step(say("Making a simulation home", "建立模拟库")):
        make_home(door.path, simulation=True)
        door.home.change_setting("today", LAST_DAY.isoformat())
    with _step(say(f"Inventing about {flows:,} flows", f"虚构约 {flows:,} 笔收付汇记录")), progress("sample") as bar:
        sample = invent(flows, seed, last_day=LAST_DAY, progress=lambda stage, done, total: bar(done, total))
        written = write(sample, door.path / "sample")
    for kind, files in (
        ("entities", [written.entities]),
        ("flows", written.flows),
        ("breaches", [written.breaches]),
        *((kind, [getattr(written, kind)]) for kind in ("settlements", "filings", "totals")),
    ):
        with _step(say(f"Loading {kind}", f"导入{label(kind, 'zh')}")) as done, progress(kind) as bar:
            reports = [load(door.home, kind, file, progress=bar) for file in files]
            counts = {c: sum(getattr(r, c) for r in reports) for c in COUNTS}
            done(", ".join(f"{n:,} {heading(c, door.language).replace('_', ' ')}" for c, n in counts.items()))
    with _step(say("Running the rules and monitors", "运行预警指标和监管指标")) as done:
        report = door.home.run()
        done(", ".join(f"{rule} {count:,}" for rule, count in report.hits.items()))
    with (
        _step(say("Issuing the invented bureau's notices", "发出虚构监管部门的预警提示")) as done,
        progress("notices") as bar,
    ):
        done(f"{enact(door.home, sample.notices, bar):,}")


@contextmanager
def _step(what: str) -> "Iterator[Callable[[str], None]]":
    began = time.monotonic()
    notes: list[str] = []
    typer.echo(f"{what} … ", nl=False)
    yield notes.append
    typer.echo(f"{'; '.join(notes)}{' ' if notes else ''}({time.monotonic() - began:.1f} s)")


class _Teller:
    """What the demo found, in words."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.home: Session = door.home
        self.language = door.language

    def title(self, english: str, chinese: str) -> None:
        typer.echo(f"\n{self.door.say(english, chinese)}")

    def flows(self) -> None:
        from fxwatch.reading.operations import totals

        self.title("Flows", "收付汇")
        for row in totals(self.home).iter_rows(named=True):
            typer.echo(
                f"  {label(row['direction'], self.language):<10} {row['flows']:>10,}  USD {row['amount_usd']:>22,}"
            )

    def items(self) -> None:
        self.title("The top three items, this year to date", "本年累计前三项")
        table = self.home.monitor("top_items")
        for direction in ("receipt", "payment"):
            rows = [r for r in table.iter_rows(named=True) if r["direction"] == direction]
            shares = ", ".join(f"{label(r['item'], self.language)} {_percent(r['share'])}" for r in rows)
            together = _percent(rows[0]["top_share"]) if rows else ""
            typer.echo(
                f"  {label(direction, self.language)}: {shares} "
                + self.door.say(f"(together {together})", f"（合计 {together}）")
            )

    def loudest(self) -> None:
        from fxwatch.reading.hits import loudest, sentence

        self.title("The loudest entities and what was last found", "命中最多的主体及最近的命中")
        for row in loudest(self.home, 5):
            name, count = row["entity"], row["hits"]
            typer.echo(
                f"  {name} ({row['entity_id']}): "
                + self.door.say(f"{count} hits; the last: ", f"{count} 项命中；最近一项：")
                + sentence(row, self.language)
            )

    def grades(self) -> None:
        self.title("Grades today", "今日等级")
        counts = dict(self.home.grades().group_by("grade").len().iter_rows())
        for grade in (Grade.A, Grade.B, Grade.C):
            typer.echo(f"  {label(grade, self.language):<12} {counts.get(grade.value, 0):>8,}")

    def bank(self) -> None:
        self.title("A bank asks before a payment", "银行在付汇前查询")
        table = self.home.grades()
        for grade in (Grade.A, Grade.B, Grade.C):
            for entity in table.filter(table["grade"] == grade.value)["entity_id"].head(1):
                told = self.home.check(entity, bank=BANK).as_dict()
                documents = ", ".join(label(d, self.language) for d in told["documents"])
                typer.echo(f"  {told['entity_id']} {told['name']}: {label(told['grade'], self.language)} → {documents}")

    def sign_in(self) -> None:
        from fxwatch.sample.accounts import open_accounts

        self.title(
            f"Sign in at the dashboards ({_program()} --home {self.door.path} serve dashboard)",
            f"登录看板（{_program()} --home {self.door.path} serve dashboard）",
        )
        for name, password in open_accounts(self.home, bank=BANK).items():
            typer.echo(f"  {name:<14} {password}")
        typer.echo(
            self.door.say(
                "  These passwords are told once; others are set with: users password NAME",
                "  以上密码只显示一次；重新设置：users password 账户名",
            )
        )

    def next_steps(self) -> None:
        path = self.door.path
        hit = self.home.hits(status="open").sort("raised_on").tail(1)["hit_id"].to_list()
        self.title("Go on", "下一步")
        for words in (
            "hits --status open", f"explain {hit[0]}" if hit else "rules", "monitor surges", "grades --out grades.xlsx", "rules", "audit verify", "--help",
        ):  # fmt: skip
            typer.echo(f"  {_program()} --home {path} {words}")


def _percent(share: Any) -> str:
    return f"{Decimal(str(share)) * 100:.2f} %"


def _program() -> str:
    import sys

    return sys.argv[0] if Path(sys.argv[0]).name == "fxwatch" and Path(sys.argv[0]).exists() else "fxwatch"
