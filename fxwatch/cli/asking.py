"""Asking: hits, one hit explained, monitors."""

from typing import Annotated, Any

import typer

from fxwatch.cli.door import Door, Json, Limit, Out, day_of
from fxwatch.cli.output import SDMX, SHOWN, print_json, show
from fxwatch.terms import label


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.command()(hits)
    app.command()(explain)
    app.command()(monitor)


def hits(
    context: typer.Context,
    rule: Annotated[str | None, typer.Option(help="Only hits of this rule.")] = None,
    entity: Annotated[str | None, typer.Option(help="Only hits of this entity.")] = None,
    status: Annotated[str | None, typer.Option(help="open, noticed, dismissed, explained or withdrawn.")] = None,
    severity: Annotated[str | None, typer.Option(help="article or supplementary.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="Raised on this day or later.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Raised on this day or earlier.")] = None,
    flows: Annotated[bool, typer.Option("--flows", help="Add flow_ids, the flows behind each hit.")] = False,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """List what the rules found, with what the bureau did about it."""
    door: Door = context.obj
    if entity is not None:
        from fxwatch.identifiers import entity_key

        entity = entity_key(entity, verify=False) or entity
    frame = door.home.hits(
        rule=rule,
        entity=entity,
        status=status,
        severity=severity,
        first=day_of(first),
        last=day_of(last),
        with_flows=flows,
    )
    if out is None and not as_json:
        columns = [
            "hit_id",
            "entity_id",
            "direction",
            "item",
            "first_day",
            "last_day",
            "raised_on",
            "value",
            "unit",
            "limit_value",
            "flow_count",
            "status",
        ]
        frame = frame.select(*columns, *(["flow_ids"] if flows else []))
    nothing = (
        "No hits fit. If files were loaded since the last run: fxwatch run",
        "没有符合条件的预警命中。如有新导入的文件，请先运行：fxwatch run",
    )
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=nothing)


def explain(
    context: typer.Context,
    hit: Annotated[str, typer.Argument(help="The hit_id.")],
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """Show one hit: its sentence, the flows behind it, the parameters, the rate months, the acts on it."""
    from fxwatch.reading.hits import explained

    door: Door = context.obj
    told = explained(door.home, hit)
    if as_json:
        print_json({**told, "flows": told["flows"].to_dicts(), "acts": told["acts"].to_dicts()})
        return
    print(told["sentence_zh" if door.language == "zh" else "sentence"])
    print(_facts(door, told["hit"], told["found_by"]))
    parameters = ", ".join(f"{name} = {value}" for name, value in told["parameters"].items())
    print(
        door.say(
            f"Parameters in force on {told['hit']['raised_on']}: {parameters}",
            f"{told['hit']['raised_on']} 有效的参数：{parameters}",
        )
    )
    months = ", ".join(told["rate_months"]) or door.say("none, all in USD", "无，均为美元")
    print(door.say(f"Rate tables used: {months}", f"所用折算表：{months}"))
    print()
    show(door, told["flows"].drop("hit_id"), limit=limit)
    if told["acts"].height:
        print()
        show(door, told["acts"].select("number", "at", "day", "kind", "by", "why"), limit=limit)


def _facts(door: Door, hit: dict[str, Any], run: int | None) -> str:
    english = f"{hit['rule']} · {hit['status']} · first found on {hit['found_on']}" + (f" by run {run}" if run else "")
    chinese = f"{hit['rule']} · {label(hit['status'], 'zh')} · {hit['found_on']} " + (
        f"由第 {run} 批次首次发现" if run else "首次发现"
    )
    if hit["supersedes"]:
        english += f" · supersedes {', '.join(hit['supersedes'])}"
        chinese += f" · 取代 {'、'.join(hit['supersedes'])}"
    if hit["evidence_changed"]:
        english += " · the evidence has changed since the decision"
        chinese += " · 决定之后证据有变"
    return door.say(english, chinese)


def monitor(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="top_items, top_entities, trends, surges, concentration or balance.")],
    period: Annotated[str | None, typer.Option(help="2025, 2025Q3, 2025-07, ytd or 2025-01-15..2025-06-30.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Flows after this day are left out; without it, the newest flow's day.")
    ] = None,
    every: Annotated[str | None, typer.Option(help="month or quarter.")] = None,
    top: Annotated[int | None, typer.Option(help="How many to show.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Inside each item, industry, area, economy, bank or scope.")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option("--where", help="Only flows with DIM=VALUE; may be given more than once.")
    ] = None,
    scheme: Annotated[str, typer.Option(help="Items of the article or of bpm6.")] = "article",
    scope: Annotated[str, typer.Option(help="cross_border, domestic or both.")] = "both",
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """Show a monitor: what moved, who is behind it, how concentrated it is.

    --out FILE.sdmx.csv writes SDMX-CSV 2.0 for statisticians, in heads of BPM6 whatever the scheme.
    """
    door: Door = context.obj
    as_sdmx = out is not None and out.name.lower().endswith(SDMX)
    frame = (door.home.sdmx if as_sdmx else door.home.monitor)(
        name,
        period=period,
        as_of=day_of(as_of),
        every=every,
        top=top,
        by=by,
        where=tuple(where or ()),
        scheme=scheme,
        scope=scope,
    )
    show(
        door, frame, out=out, as_json=as_json, limit=limit, empty=("No flows in that period.", "该期间没有收付汇记录。")
    )
