"""Grades as people ask for them: of everybody, of one entity with its reasons, over the years."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import RequestError
from fxwatch.grading import GRADE_PARAMETERS, documents, grade, window
from fxwatch.identifiers import entity_key
from fxwatch.policies import dated, monthly, monthly_issues
from fxwatch.reading import hits as reading
from fxwatch.register import Event
from fxwatch.terms import Grade, Language, label

if TYPE_CHECKING:
    from fxwatch.home import Home

COLUMNS = (
    "entity_id",
    "grade",
    "provisional_grade",
    "breaches",
    "notices",
    "open_hits",
    "window_from",
    "window_to",
    "full_year",
)
HISTORY: dict[str, pl.DataType | type[pl.DataType]] = {
    "known": pl.String,
    "from_day": pl.Date,
    "to_day": pl.Date,
    "grade": pl.String,
    "breaches": pl.Int64,
    "notices": pl.Int64,
    "because": pl.String,
}


def grades(
    home: "Home",
    on: date | None = None,
    known_at: datetime | None = None,
    *,
    open_hits: pl.DataFrame | None = None,
    terms: Mapping[str, str] = MappingProxyType({}),
) -> pl.DataFrame:
    """The grade of every entity on the roll.

    Args:
        home: where.
        on: the day on which the grade is asked; without it, today.
        known_at: as known at this moment (UTC); without it, now.
        open_hits: the open hits as they would be, in place of those that there are: entity_id, rule, raised_on, status, auto_notice.
        terms: values of `grade.window` and `grade.max_notices_for_b` in place of those in force.

    Returns:
        The columns `COLUMNS`, by entity_id. `provisional_grade` adds the notices that policy `monthly` would issue on
        today's open hits raised up to the day; `open_hits` are those raised in the window; `full_year` says whether the
        entity was on record for the whole window.
    """
    day = on or home.today()
    kind, most = (
        terms.get(name) or parameter(home, name, day, known_at) for name in ("grade.window", "grade.max_notices_for_b")
    )
    first, last = window(day, kind)
    hits = reading.hits_of(home, status="open", last=day, known_at=known_at) if open_hits is None else open_hits
    hits = hits.filter(pl.col("raised_on") <= day)
    roll = _on_record(home, known_at).select("entity_id", full_year=pl.col("since") <= first)
    counted = home.register.counted(known_at).filter(pl.col("day").is_between(first, last))
    by_kind = [counted.filter(pl.col("kind") == kind) for kind in ("breach", "notice")]
    plan = monthly_issues(hits, home.register.covered(known_at), day).filter(dated(pl.col("month"), day) >= first)
    parts = {
        "breaches": by_kind[0],
        "notices": by_kind[1],
        "open_hits": hits.filter(pl.col("raised_on") >= first),
        "expected": plan,
    }
    for name, rows in parts.items():
        sums = rows.group_by("entity_id").agg(pl.len().cast(pl.Int64).alias(name))
        roll = roll.join(sums, on="entity_id", how="left", maintain_order="left").with_columns(
            pl.col(name).fill_null(0)
        )
    return roll.with_columns(
        grade=_graded(roll.select("breaches", "notices"), int(most)),
        provisional_grade=_graded(roll.select("breaches", pl.col("notices") + pl.col("expected")), int(most)),
        window_from=pl.lit(first),
        window_to=pl.lit(last),
    ).select(COLUMNS)


def _on_record(home: "Home", known_at: datetime | None) -> pl.DataFrame:
    """Since when each entity of the roll is on record: kept until an entry of the roll changes."""
    if known_at is not None:
        return home.register.on_record(known_at)
    return home.kept.get("on record", home.register.roll_mark(), home.register.on_record)


def parameter(home: "Home", name: str, on: date, known_at: datetime | None = None) -> str:
    """A dated parameter of grading in force on a day."""
    return home.register.parameter(name, on, known_at) or GRADE_PARAMETERS[name].default


def _graded(counts: pl.DataFrame, max_notices_for_b: int) -> pl.Series:
    if counts.is_empty():
        return pl.Series(dtype=pl.String)
    from fxwatch.classifier import IntegrityClassifier

    rows = counts.to_numpy()
    return pl.Series(IntegrityClassifier(max_notices_for_b).fit(rows).predict(rows), dtype=pl.String)


def grade_of(home: "Home", entity_id: str, on: date | None = None) -> dict[str, Any]:
    """One entity's grade on a day with its reasons: for regulators; leaves no receipt.

    Args:
        home: where.
        entity_id: in either form.
        on: the day; without it, today.

    Returns:
        entity_id, name, grade, provisional_grade, on, window_from, window_to, full_year, documents, `max_notices_for_b`;
        `breaches` and `notices` that count, and those that do `not_count` with the reason; `open_hits`; `would_issue`,
        what policy `monthly` would do. Of an entity that is not on the roll the grade is `unknown` and all else empty.

    Raises:
        RequestError: the identifier has not its form.
    """
    key, day = _key(home, entity_id), on or home.today()
    first, last = window(day, parameter(home, "grade.window", day))
    most = int(parameter(home, "grade.max_notices_for_b", day))
    entry = home.register.enrolled(key)
    told: dict[str, Any] = {"entity_id": key, "name": entry["name"] if entry else "", "on": day}
    told |= {"window_from": first, "window_to": last, "max_notices_for_b": most}
    kept = {"notice": home.register.notices(entity_id=key), "breach": home.register.breaches(entity_id=key)}
    reasons = [_reason(kind, row, first, last) for kind, rows in kept.items() for row in rows.iter_rows(named=True)]
    counts = {kind: [r for r in reasons if r["kind"] == kind and r["counts"]] for kind in kept}
    hits = reading.hits_of(home, entity=key, status="open", last=day)
    plan = monthly(hits, home.register.covered(), day).with_columns(day=dated(pl.col("month"), day))
    more = len(plan.filter(pl.col("notice").is_null() & (pl.col("day") >= first)))
    found = provisional = Grade.UNKNOWN
    if entry is not None:
        found = grade(len(counts["breach"]), len(counts["notice"]), most)
        provisional = grade(len(counts["breach"]), len(counts["notice"]) + more, most)
    since = (entry["registered_on"] or entry["on_record_since"]) if entry else None
    return told | {
        "grade": found.value,
        "provisional_grade": provisional.value,
        "full_year": since is not None and since <= first,
        "documents": [d.value for d in documents(found, day, Grade(parameter(home, "grade.unknown_documents", day)))],
        "breaches": counts["breach"],
        "notices": counts["notice"],
        "not_counted": [r for r in reasons if not r["counts"]],
        "open_hits": hits.filter(pl.col("raised_on") >= first)["hit_id"].to_list(),
        "would_issue": plan.to_dicts(),
    }


def _reason(kind: str, row: dict[str, Any], first: date, last: date) -> dict[str, Any]:
    """One notice or breach and whether it counts; `because`: `in_window`, `rescinded`, `before` or `after` it."""
    is_in = first <= row["day"] <= last
    because = (
        "rescinded"
        if row["status"] == "rescinded"
        else "in_window"
        if is_in
        else "before"
        if row["day"] < first
        else "after"
    )
    named = {"number": row["notice" if kind == "notice" else "breach_no"], "day": row["day"], "act": row["act"]}
    detail = {"why": row["why"], "hits": row["hits"]} if kind == "notice" else {"provision": row["provision"]}
    return {"kind": kind, **named, **detail, "counts": because == "in_window", "because": because}


def say_grade(told: dict[str, Any], language: Language) -> str:
    """What `grade_of` found, in lines for people."""
    is_zh = language == "zh"
    name = told["name"] or ("不在名录" if is_zh else "not on the roll")
    lines = [
        (
            f"{told['entity_id']} {name}:{told['on']} 等级为 {label(told['grade'], language)}（预计 {label(told['provisional_grade'], language)}）"
            if is_zh
            else f"{told['entity_id']} {name}: grade {label(told['grade'], language)} on {told['on']} (provisional {label(told['provisional_grade'], language)})"
        ),
        (
            f"窗口 {told['window_from']} 至 {told['window_to']}：违规 {len(told['breaches'])} 项，预警提示 {len(told['notices'])} 次，待处理命中 {len(told['open_hits'])} 项"
            if is_zh
            else f"window {told['window_from']} to {told['window_to']}: breaches {len(told['breaches'])}, notices {len(told['notices'])}, open hits {len(told['open_hits'])}"
        ),
    ]
    lines += [_say_reason(r, language) for r in (*told["breaches"], *told["notices"], *told["not_counted"])]
    asked = ("、" if is_zh else ", ").join(label(d, language) for d in told["documents"])
    return "\n".join([*lines, f"付汇单证：{asked}" if is_zh else f"documents before a payment: {asked}"])


_BECAUSE = {
    "in_window": ("counts", "计入"),
    "rescinded": ("rescinded, does not count", "已撤销，不计"),
    "before": ("before the window, does not count", "早于窗口，不计"),
    "after": ("after the window, does not count", "晚于窗口，不计"),
}


def _say_reason(reason: dict[str, Any], language: Language) -> str:
    english, chinese = _BECAUSE[reason["because"]]
    what = reason.get("why") or reason.get("provision") or ""
    if language == "zh":
        kind = {"notice": "预警提示", "breach": "违规"}[reason["kind"]]
        return f"  {kind} {reason['number']}，{reason['day']}（第 {reason['act']} 项登记）：{chinese}。{what}"
    return f"  {reason['kind']} {reason['number']} of {reason['day']} (act {reason['act']}): {english}. {what}"


def history(home: "Home", entity_id: str) -> pl.DataFrame:
    """One entity's grades over time.

    As known `now`: with all that is on record today, what its grade was on each day since it was registered. As known
    `then`: what the bureau would have answered on each day, from the acts it had made by then.

    Args:
        home: where.
        entity_id: in either form.

    Returns:
        The columns `HISTORY`, `now` first. `to_day` is empty where the grade stands; `because` names the notices and
        breaches that count, each with its act.

    Raises:
        RequestError: the identifier has not its form.
    """
    key = _key(home, entity_id)
    entry = home.register.enrolled(key)
    if entry is None:
        return pl.DataFrame(schema=HISTORY)
    events, numbers = home.register.events(key), home.register.parameters()
    rows = []
    for known in ("now", "then"):
        since = entry["on_record_since"] if known == "then" else entry["registered_on"] or entry["on_record_since"]
        begins = min([since, *(e.day for e in events)]) if known == "now" else since
        rows += _stretches(events, numbers, known, min(begins, home.today()), home.today())
    return pl.DataFrame(rows, schema=HISTORY, orient="row")


def _stretches(
    events: list[Event], numbers: pl.DataFrame, known: str, begins: date, today: date
) -> list[tuple[Any, ...]]:
    """The grade on every day on which it may change, days of one answer put together."""
    turns = _turns(events, numbers, begins, today)
    told: list[tuple[Any, ...]] = []
    for day in turns:
        answer = _told_on(events, numbers, known, day)
        if not told or told[-1][3:] != answer:
            told = [*told[:-1], (*told[-1][:2], day - timedelta(days=1), *told[-1][3:])] if told else []
            told.append((known, day, None, *answer))
    return told


def _turns(events: list[Event], numbers: pl.DataFrame, begins: date, today: date) -> list[date]:
    marks = {d for e in events for d in (e.day, e.recorded_on, e.ended_on) if d}
    marks |= set(numbers["valid_from"]) | set(numbers["day"])
    # What is a year old leaves a rolling window; around 29 February that is a day sooner or later.
    years = range(begins.year, today.year + 1)
    leaving = {e.day + timedelta(days=n) for e in events for n in (364, 365, 366, 367)}
    marks |= leaving | {date(year, 1, 1) for year in years}
    return [begins, *sorted(d for d in marks if begins < d <= today)]


def _told_on(events: list[Event], numbers: pl.DataFrame, known: str, day: date) -> tuple[Any, ...]:
    if known == "then":
        events = [e for e in events if e.stood_on(day)]
        numbers = numbers.filter(pl.col("day") <= day)
    else:
        events = [e for e in events if e.ended_on is None]
    first, last = window(day, _in_force(numbers, "grade.window", day))
    counting = [e for e in events if first <= e.day <= last]
    breaches = sum(e.is_breach for e in counting)
    notices = len(counting) - breaches
    letter = grade(breaches, notices, int(_in_force(numbers, "grade.max_notices_for_b", day)))
    return letter.value, breaches, notices, ", ".join(e.what for e in counting)


def _in_force(numbers: pl.DataFrame, name: str, day: date) -> str:
    versions = numbers.filter((pl.col("name") == name) & (pl.col("valid_from") <= day)).sort("valid_from", "act")
    return versions["value"][-1] if len(versions) else GRADE_PARAMETERS[name].default


def _key(home: "Home", entity_id: str) -> str:
    key = entity_key(entity_id, verify=home.settings.verify_ids)
    if key is None:
        raise RequestError(
            f"{entity_id!r} is no entity identifier: its form or its check digit is wrong. Give the 9- or 18-character code.",
            f"{entity_id!r} 不是有效的主体代码：格式或校验位有误。请提供 9 位或 18 位代码。",
        )
    return key
