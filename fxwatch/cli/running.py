"""Running: the batch that computes everything and publishes, and looks into the past that publish nothing."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fxwatch.cli.door import By, Door, Json, KnownAt, Limit, Out, day_of, moment_of
from fxwatch.cli.output import print_json, progress, show, write
from fxwatch.errors import RequestError
from fxwatch.terms import BOTH, Scope

if TYPE_CHECKING:
    from fxwatch.engines.spark import Spark

runs = typer.Typer(invoke_without_command=True, help="The runs with their numbers, and by which parameters one judged.")


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.command()(run)
    app.add_typer(runs, name="runs")


def run(
    context: typer.Context,
    as_of: Annotated[
        str | None, typer.Option(help="A look into the past: flows up to this day; publishes nothing.")
    ] = None,
    known_at: KnownAt = None,
    scope: Annotated[
        str | None,
        typer.Option(help="What the rules find in cross_border or in domestic flows alone; publishes nothing."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the tables of a look into the past.")] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="How much memory the run may take, such as 4GiB: it then looks at as many whole entities at a time as fit. "
            "Without it half of what the machine, or the control group, has.",
        ),
    ] = None,
    profile: Annotated[
        bool, typer.Option("--profile", help="Show where time and memory went, stage by stage.")
    ] = False,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Compute everything, also what nothing changed in since the last run; finds the same."
        ),
    ] = False,
    engine: Annotated[str, typer.Option(help="What runs the rules: local (this machine) or spark.")] = "local",
    master: Annotated[
        str, typer.Option(help="With --engine spark: local[4], spark://HOST:7077, yarn or k8s://HOST:PORT.")
    ] = "local[*]",
    flows: Annotated[
        Path | None,
        typer.Option(help="With --engine spark: the export of flows that all workers see (fxwatch export flows DIR)."),
    ] = None,
    spark_conf: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A setting of Spark's own; can be repeated.")
    ] = None,
    as_json: Json = False,
    by: By = None,
) -> None:
    """Compute every rule and monitor for everything known, write the hits, publish.

    What the last run found stands where nothing changed since: flows, the roll, the calendar, rules and parameters. The runs
    command tells what each run computed again, and why.

    On a cluster: fxwatch export flows DIR, then fxwatch run --engine spark --master spark://HOST:7077 --flows DIR. Each worker
    needs this fxwatch (pip install the wheel), the same Polars, and DIR under the same path.
    """
    door: Door = context.obj
    elsewhere = _spark(engine, master, flows, spark_conf or [])
    if as_of or known_at or scope:
        if elsewhere:
            raise RequestError(
                "A look into the past or at one scope runs on this machine: leave out --engine spark, or --as-of, --known-at and --scope.",
                "回看过去或只看一种范围在本机运行：请去掉 --engine spark，或去掉 --as-of、--known-at 与 --scope。",
            )
        _look_back(door, as_of, known_at, scope, out, as_json)
        return
    from fxwatch.batch import run as run_batch
    from fxwatch.engines.memory import memory_of
    from fxwatch.stages import profile_of

    size = memory_of(memory) if memory else None
    with progress("run") as bar:
        report = run_batch(door.home, by=by, progress=bar, memory=size, one_by_one=profile, full=full, engine=elsewhere)
    if as_json:
        stages = {"stages": [asdict(stage) for stage in report.stages]} if profile else {}
        print_json(report.as_dict() | stages)
    else:
        print(report.say(door.language))
        if profile:
            show(door, profile_of(report.stages), as_json=False, empty=("", ""))
    if report.not_computed:
        print(report.complaint(door.language), file=sys.stderr)
        raise typer.Exit(1)


def _spark(engine: str, master: str, flows: Path | None, conf: list[str]) -> "Spark | None":
    """The engine asked for; None for this machine's cores."""
    if engine not in ("local", "spark"):
        raise RequestError(
            f"There is no engine {engine}; there are local, spark.", f"没有引擎 {engine}，可用：local、spark。"
        )
    if engine == "local":
        return None
    if flows is None:
        raise RequestError(
            "Spark reads the flows from an export: fxwatch export flows DIR, then --flows DIR.",
            "Spark 从导出文件读取收付汇记录：先运行 fxwatch export flows DIR，再加 --flows DIR。",
        )
    from fxwatch.engines.spark import Spark

    settings = [word.partition("=") for word in conf]
    for name, sign, _ in settings:
        if not name or not sign:
            raise RequestError(
                f"{name!r} is no setting of Spark; write it like spark.executor.memory=4g.",
                f"{name!r} 不是 Spark 设置，请写成 spark.executor.memory=4g。",
            )
    return Spark(master, flows, {name: value for name, _, value in settings})


def _look_back(
    door: Door, as_of: str | None, known_at: str | None, scope: str | None, out: Path | None, as_json: bool
) -> None:
    from fxwatch.batch import look_back

    past = look_back(door.home, as_of=day_of(as_of), known_at=moment_of(known_at), scope=_scope_of(scope))
    if out is not None:
        out.mkdir(exist_ok=True)
        for name, frame in past.tables.items():
            write(frame, out / f"{name}.csv")
        print(
            door.say(
                f"{len(past.tables)} tables written to {out}; nothing was published.",
                f"已在 {out} 写入 {len(past.tables)} 个表；未发布。",
            )
        )
    else:
        show(door, past.tables["hits"], as_json=as_json, empty=("No hits then.", "当时没有预警命中。"))
    if past.complaint_en:
        print(door.say(past.complaint_en, past.complaint_zh), file=sys.stderr)
        raise typer.Exit(1)


@runs.callback()
def run_table(context: typer.Context, as_json: Json = False) -> None:
    """List the runs with their numbers, the newest first."""
    if context.invoked_subcommand:
        return
    from fxwatch.reading.operations import recomputed
    from fxwatch.reading.operations import runs as listed

    door: Door = context.obj
    frame = listed(door.home).with_columns(recomputed=recomputed(door.language)).drop("scope", "basis")
    show(
        door,
        frame if as_json else frame.drop("rules", "fingerprint"),
        as_json=as_json,
        empty=("Nothing was run yet: fxwatch run", "尚未运行：fxwatch run"),
    )


@runs.command("show")
def show_run(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="RUN", help="The run's number.")],
    out: Out = None,
    as_json: Json = False,
    limit: Limit = 0,
) -> None:
    """Show by which versions of the rules' parameters a run judged, whatever was entered since."""
    from fxwatch.reading.operations import judged_by

    door: Door = context.obj
    show(door, judged_by(door.home, number), out=out, as_json=as_json, limit=limit)


@runs.command("left-out")
def left_out(
    context: typer.Context,
    rule: Annotated[str | None, typer.Option("--rule", help="One rule alone.")] = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = 0,
) -> None:
    """List what the last run could not judge: what rules passed over, with the reason and how many; inputs that are not loaded.

    A rule passes over what misses what it needs: a counterparty, a day of registration, a year of flows before. Days of years that
    the calendar does not cover are counted, too. An empty number means that nothing of an input is loaded.
    """
    from fxwatch.reading.left_out import left_out as listed

    door: Door = context.obj
    frame = listed(door.home, door.language, rule)
    empty = ("The last run left nothing out.", "上一批次没有未能判断的内容。")
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=empty)


def _scope_of(word: str | None) -> Scope | None:
    """The scope asked for; None for both.

    Raises:
        RequestError: it is none.
    """
    if word in (None, BOTH):
        return None
    if word not in list(Scope):
        words = ", ".join([*Scope, BOTH])
        raise RequestError(
            f"{word!r} is no scope. Possible are {words}.", f"{word!r} 不是有效的范围。可用的有：{words}。"
        )
    return Scope(word)
