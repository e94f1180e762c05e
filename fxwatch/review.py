"""What a regulator does about hits: notices, dismissals, rescissions, breaches; who, when, why.

Every function checks and writes inside one write transaction of the register, so that two reviewers cannot both decide:
the second is told who was first. The register checks the role of each act where it writes it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import Decided, NotFound, RequestError
from fxwatch.policies import dated, monthly
from fxwatch.reading import hits as reading
from fxwatch.register import Act, Kind, Writing
from fxwatch.terms import Role, Status

if TYPE_CHECKING:
    from fxwatch.home import Home

_SHANGHAI = timedelta(hours=8)
_AT_A_TIME = 1_000  # notices of a policy in one transaction: others wait a fraction of a second
_TO = ("dismissed", "open")
_BREACH = ("breach_no", "entity_id", "day", "provision", "description", "reference")


def issue_notices(
    home: "Home", hit_ids: Sequence[str], *, by: str | None = None, why: str, on: date | None = None
) -> list[str]:
    """Issue one notice per entity, naming all its hits given; each keeps a copy of them.

    Args:
        home: where.
        hit_ids: open hits, or explained ones.
        by: an account with the role regulator; without it, the operating-system user's.
        why: for the record.
        on: the day of the notices, in a simulation home; else today.

    Returns:
        The notices' numbers, in the order of the hits.

    Raises:
        NotFound: there is no such hit.
        Decided: a hit is noticed or dismissed already; the sentence says by whom and when.
        RequestError: a hit is withdrawn; no reason is given; a past day in a home that is no simulation.
        Forbidden: the account is no regulator.
    """
    actor, day, why = home.actor(by), _day(home, on), _reason(why)
    hit_ids = _distinct(hit_ids)
    kept = reading.frozen(home, hit_ids)
    made = []
    with home.register.writing("notices") as writing:
        hits = _undecided(home, writing, hit_ids, also=(Status.EXPLAINED,))
        for entity_id in hits["entity_id"].unique(maintain_order=True):
            named = hits.filter(pl.col("entity_id") == entity_id)["hit_id"].to_list()
            made.append(_issue(writing, entity_id, [kept[h] for h in named], by=actor, day=day, why=why, policy=None))
    return made


def dismiss(
    home: "Home",
    hit_ids: Sequence[str],
    *,
    by: str | None = None,
    why: str,
    explains_until: date | None = None,
    on: date | None = None,
) -> list[Act]:
    """Dismiss open hits: looked at and found in order. One act a hit.

    Args:
        home: where.
        hit_ids: open hits.
        by: an account with the role regulator.
        why: for the record.
        explains_until: further hits of the same rule and entity raised up to this day are `explained`.
        on: the day of the acts, in a simulation home; else today.

    Raises:
        as `issue_notices`; RequestError also where `explains_until` lies before every hit.
    """
    actor, day, why = home.actor(by), _day(home, on), _reason(why)
    hit_ids = _distinct(hit_ids)
    kept = reading.frozen(home, hit_ids)
    with home.register.writing("dismissals") as writing:
        hits = _undecided(home, writing, hit_ids)
        first = hits["raised_on"].min()
        if explains_until is not None and isinstance(first, date) and explains_until < first:
            raise RequestError(
                f"A dismissal up to {explains_until} explains nothing: the hit was raised on {first}. Name that day or a later one.",
                f"排除说明期至 {explains_until} 不起作用:该命中发生于 {first}。请指定该日或其后的日期。",
            )
        return [
            writing.append(
                Kind.HIT_DISMISSED,
                by=actor,
                role=Role.REGULATOR,
                subject=f"hit:{hit['hit_id']}",
                day=day,
                why=why,
                payload={
                    "hit": kept[hit["hit_id"]],
                    "explains_until": explains_until.isoformat() if explains_until else None,
                },
                entity_id=hit["entity_id"],
            )
            for hit in hits.select("hit_id", "entity_id").iter_rows(named=True)
        ]


def rescind_notice(
    home: "Home", notice: str, *, by: str | None = None, why: str, to: str = "dismissed", on: date | None = None
) -> Act:
    """Take a notice back: it counts no longer, and its hits are dismissed, or open again.

    Args:
        home: where.
        notice: its number, as `notices` lists it.
        by: an account with the role approver.
        why: for the record.
        to: `dismissed` or `open`.
        on: the day of the act, in a simulation home; else today.

    Raises:
        NotFound: there is no such notice.
        Decided: it is rescinded already.
    """
    if to not in _TO:
        raise RequestError(
            f"A notice's hits become dismissed or open, not {to!r}.",
            f"撤销后命中只能为 dismissed 或 open,不能是 {to!r}。",
        )
    actor, day, why = home.actor(by), _day(home, on), _reason(why)
    with home.register.writing("a rescission") as writing:
        found = writing.notice(notice)
        if found is None:
            raise NotFound(
                f"There is no notice {notice}. List them with: fxwatch notices",
                f"没有预警提示 {notice}。可用 fxwatch notices 列出。",
            )
        if found["rescinded_at"]:
            raise _first(
                f"Notice {notice}",
                f"预警提示 {notice}",
                "rescinded",
                "撤销",
                found["rescinded_by"],
                found["rescinded_at"],
            )
        return writing.append(
            Kind.NOTICE_RESCINDED,
            by=actor,
            role=Role.APPROVER,
            subject=f"notice:{notice}",
            day=day,
            why=why,
            payload={"notice": notice, "to": to},
            entity_id=found["entity_id"],
        )


def auto_monthly(
    home: "Home",
    *,
    by: str | None = None,
    through: date | None = None,
    dry_run: bool = False,
    backdate: bool = False,
    why: str = "policy monthly",
) -> pl.DataFrame:
    """Issue by policy: at most one notice per entity, rule and calendar month of `raised_on`, naming all its open hits.

    Hits of a month for which a notice stands join that notice, uncounted. Every notice is whole; when many are due they
    are written some at a time, and what an interruption leaves undone is done by calling it again.

    Args:
        home: where.
        by: an account with the role regulator.
        through: only hits raised up to this day; without it, today.
        dry_run: say what would be done and write nothing; `notice` is null for those to be issued.
        backdate: date each notice on the last day of its month, or today if that is earlier; simulation homes only.
        why: for the record.

    Returns:
        notice, entity_id, rule, month (its first day), day, hits (list), joined; by month, entity and rule.
    """
    actor, today, why = home.actor(by), home.today(), _reason(why)
    if backdate:
        _past_is_free(home, "--backdate")
    last = through or today
    known = home.register.last_act()
    plan = _plan(home, last, today, backdate=backdate)
    if dry_run:
        home.register.require(actor, Role.REGULATOR, Role.ANALYST)
        return _told(plan, plan["notice"].to_list())
    kept, told = _copies(home, plan), []
    while not plan.is_empty():
        with home.register.writing("policy monthly") as writing:
            if writing.last_act() != known:
                # Somebody acted while we looked: look again, now that nobody can.
                plan = _plan(home, last, today, backdate=backdate)
                kept = _copies(home, plan)
            part, plan = plan.head(_AT_A_TIME), plan.slice(_AT_A_TIME)
            told.append(_told(part, [_carry_out(writing, row, kept, actor, why) for row in part.iter_rows(named=True)]))
            known = writing.last_act()
    return pl.concat(told) if told else _told(plan, [])


def record_breach(
    home: "Home",
    breach_no: str,
    *,
    entity_id: str,
    day: date,
    provision: str,
    description: str = "",
    reference: str = "",
    by: str | None = None,
    why: str = "",
    on: date | None = None,
) -> str:
    """Record a violation; the same number with other content is a new version of it.

    Args:
        home: where.
        breach_no: the decision's number.
        entity_id: an entity on the roll, in either form of its identifier.
        day: of the decision.
        provision: what was breached.
        description: what was done.
        reference: the file's reference.
        by: an account with the role regulator.
        why: for the record.
        on: the day of the act, in a simulation home; else today.

    Returns:
        `accepted`, or `duplicate` where exactly this is on record.

    Raises:
        NotFound: the entity is not on the roll.
        RequestError: number or provision is empty, or the day lies ahead.
    """
    from fxwatch.identifiers import entity_key

    key = entity_key(entity_id, verify=home.settings.verify_ids)
    if key is None or not home.register.is_enrolled(key):
        raise NotFound(
            f"The entity {entity_id} is not on the roll. Load it first: fxwatch load entities FILE",
            f"主体 {entity_id} 不在名录。请先用 fxwatch load entities 载入。",
        )
    if not breach_no.strip() or not provision.strip():
        raise RequestError("A breach needs a number and a provision.", "违规须有编号和所违反的条款。")
    if day > home.today():
        raise RequestError(f"A breach cannot be of {day}: that is after today.", f"违规日期 {day} 晚于今天,不能登记。")
    row = {
        "breach_no": breach_no.strip(),
        "entity_id": key,
        "day": day,
        "provision": provision.strip(),
        "description": description.strip() or None,
        "reference": reference.strip() or None,
    }
    return record_breaches(home, [row], by=by, why=why, on=on)[0]


def record_breaches(
    home: "Home", rows: Iterable[dict[str, Any]], by: str | None = None, why: str = "", on: date | None = None
) -> list[str]:
    """Record the checked rows of a file, in their order, in one transaction: all of them or none.

    Args:
        home: where.
        rows: `action` (`D` rescinds; may be left out), `breach_no`, `entity_id` (its key), `day`, `provision`,
            `description`, `reference` (these two may be None). Of a `D` row only number and action matter.
        by: an account with the role regulator, for `D` rows approver.
        why: for the record.
        on: the day of the acts, in a simulation home; else today.

    Returns:
        For each row `accepted`, `duplicate` (on record just so, or rescinded already), or `unknown` (a `D` of nothing).
    """
    actor, day = home.actor(by), _day(home, on)
    with home.register.writing("breaches") as writing:
        return [_take(writing, row, by=actor, day=day, why=why) for row in rows]


def rescind_breach(home: "Home", breach_no: str, *, by: str | None = None, why: str, on: date | None = None) -> Act:
    """Take a breach back: its decision was annulled, it counts no longer.

    Raises:
        NotFound: there is no such breach.
        Decided: it is rescinded already.
        Forbidden: the account is no approver.
    """
    actor, day, why = home.actor(by), _day(home, on), _reason(why)
    with home.register.writing("a rescission") as writing:
        found = writing.breach(breach_no)
        if found is None:
            raise NotFound(
                f"There is no breach {breach_no}. List them with: fxwatch breaches",
                f"没有违规 {breach_no}。可用 fxwatch breaches 列出。",
            )
        if found["rescinded_at"]:
            raise _first(
                f"Breach {breach_no}",
                f"违规 {breach_no}",
                "rescinded",
                "撤销",
                found["rescinded_by"],
                found["rescinded_at"],
            )
        return _take_back(writing, found, by=actor, day=day, why=why)


# ---- the policy


def _plan(home: "Home", last: date, today: date, *, backdate: bool) -> pl.DataFrame:
    hits = reading.hits_of(home, status=Status.OPEN, last=last)
    plan = monthly(hits, home.register.covered(), last)
    return plan.with_columns(day=dated(pl.col("month"), today) if backdate else pl.lit(today))


def _carry_out(writing: Writing, row: dict[str, Any], kept: dict[str, dict[str, Any]], by: str, why: str) -> str:
    copies = [kept[h] for h in row["hits"]]
    signed: dict[str, Any] = {"by": by, "day": row["day"], "why": why, "policy": "monthly"}
    if row["notice"] is None:
        return _issue(writing, row["entity_id"], copies, **signed)
    return _join(writing, row["notice"], row["entity_id"], copies, **signed)


def _copies(home: "Home", plan: pl.DataFrame) -> dict[str, dict[str, Any]]:
    named = [hit for hits in plan["hits"].to_list() for hit in hits]
    return reading.frozen(home, named) if named else {}


# ---- acts


def _issue(
    writing: Writing, entity_id: str, copies: list[dict[str, Any]], *, by: str, day: date, why: str, policy: str | None
) -> str:
    number = writing.next_notice()
    notice = f"N{number}"
    writing.append(
        Kind.NOTICE_ISSUED,
        by=by,
        role=Role.REGULATOR,
        subject=f"notice:{notice}",
        day=day,
        why=why,
        payload={"notice": notice, "number": number, "policy": policy, "hits": copies},
        entity_id=entity_id,
    )
    return notice


def _join(
    writing: Writing,
    notice: str,
    entity_id: str,
    copies: list[dict[str, Any]],
    *,
    by: str,
    day: date,
    why: str,
    policy: str,
) -> str:
    writing.append(
        Kind.NOTICE_JOINED,
        by=by,
        role=Role.REGULATOR,
        subject=f"notice:{notice}",
        day=day,
        why=why,
        payload={"notice": notice, "policy": policy, "hits": copies},
        entity_id=entity_id,
    )
    return notice


def _take(writing: Writing, row: dict[str, Any], *, by: str, day: date, why: str) -> str:
    stands = writing.breach(row["breach_no"])
    if row.get("action") == "D":
        if stands is None:
            return "unknown"
        if stands["rescinded_at"]:
            return "duplicate"
        _take_back(writing, stands, by=by, day=day, why=why)
        return "accepted"
    content = {**{name: row.get(name) for name in _BREACH}, "day": row["day"].isoformat()}
    if stands is not None and all(stands[name] == content[name] for name in _BREACH):
        return "duplicate"
    writing.append(
        Kind.BREACH_RECORDED if stands is None else Kind.BREACH_CHANGED,
        by=by,
        role=Role.REGULATOR,
        subject=f"breach:{row['breach_no']}",
        day=day,
        why=why,
        payload=content,
        entity_id=row["entity_id"],
    )
    return "accepted"


def _take_back(writing: Writing, stands: dict[str, Any], *, by: str, day: date, why: str) -> Act:
    return writing.append(
        Kind.BREACH_RESCINDED,
        by=by,
        role=Role.APPROVER,
        subject=f"breach:{stands['breach_no']}",
        day=day,
        why=why,
        payload={"breach_no": stands["breach_no"]},
        entity_id=stands["entity_id"],
    )


def _told(plan: pl.DataFrame, numbers: Sequence[str | None]) -> pl.DataFrame:
    return plan.select(
        pl.Series("notice", numbers, dtype=pl.String),
        "entity_id",
        "rule",
        "month",
        "day",
        "hits",
        joined=pl.col("notice").is_not_null(),
    )


# ---- checks


def _undecided(home: "Home", writing: Writing, hit_ids: list[str], also: Sequence[str] = ()) -> pl.DataFrame:
    """The hits in the order given, if every one may be decided; read inside the transaction, where nobody else writes."""
    hits = reading.hits_of(home, ids=hit_ids)
    found = {row["hit_id"]: row for row in hits.select("hit_id", "status", "notice", "raised_on").iter_rows(named=True)}
    decisions = writing.decided(hit_ids)
    for hit_id in hit_ids:
        if hit_id not in found:
            raise NotFound(
                f"There is no hit {hit_id}. List them with: fxwatch hits",
                f"没有预警命中 {hit_id}。可用 fxwatch hits 列出。",
            )
        _may_be_decided(writing, found[hit_id], decisions.get(hit_id), also)
    order = pl.DataFrame({"hit_id": hit_ids}, schema={"hit_id": pl.String})
    return order.join(hits, on="hit_id", how="left", maintain_order="left")


def _may_be_decided(
    writing: Writing, hit: dict[str, Any], decision: dict[str, Any] | None, also: Sequence[str]
) -> None:
    hit_id, status = hit["hit_id"], hit["status"]
    if decision is not None and decision["decision"] != "open":
        notice = decision["notice"]
        how, how_zh = ("noticed", "预警提示") if decision["decision"] == "noticed" else ("dismissed", "排除")
        named = (f" (notice {notice})", f"(提示 {notice})") if notice else ("", "")
        raise _first(
            f"Hit {hit_id}", f"命中 {hit_id}", how + named[0], how_zh + named[1], decision["by"], decision["at"]
        )
    if status == Status.NOTICED and (notice := writing.notice(hit["notice"])) is not None:
        named_zh = f"预警提示(承接提示 {notice['notice']})"
        raise _first(
            f"Hit {hit_id}",
            f"命中 {hit_id}",
            f"noticed, with the hit it took over (notice {notice['notice']})",
            named_zh,
            notice["by"],
            notice["at"],
        )
    if status == Status.OPEN or status in also:
        return
    why = {
        Status.WITHDRAWN: ("is no longer found, so it is withdrawn", "已不再成立,已撤回"),
        Status.EXPLAINED: (
            "is explained by an earlier dismissal; it needs none of its own",
            "已由先前的排除说明涵盖,无须再排除",
        ),
    }.get(status, ("took over the decision of the hit it supersedes", "已承接其所取代命中的处理结果"))
    raise RequestError(
        f"Hit {hit_id} {why[0]}. Choose open hits: fxwatch hits --status open",
        f"命中 {hit_id} {why[1]}。请选择待处理的命中:fxwatch hits --status open",
    )


def _first(what: str, what_zh: str, how: str, how_zh: str, by: str, at: str) -> Decided:
    """The refusal that says who was first, in the time of the bureau."""
    clock = f"{datetime.fromisoformat(at) + _SHANGHAI:%Y-%m-%d %H:%M:%S}"
    return Decided(
        f"{what} was {how} by {by} on {clock} (Beijing time); it is not decided twice.",
        f"{what_zh}已于 {clock}(北京时间)由 {by} {how_zh},不重复处理。",
    )


def _distinct(hit_ids: Sequence[str]) -> list[str]:
    if not hit_ids:
        raise RequestError("Name at least one hit.", "请至少指定一项命中。")
    return list(dict.fromkeys(hit_ids))


def _reason(why: str) -> str:
    if not why.strip():
        raise RequestError(
            "Say why: the register keeps a reason with every act.", "请说明理由:每一登记事项均须附理由。"
        )
    return why.strip()


def _day(home: "Home", on: date | None) -> date:
    """The day that an act bears: today, or a past one in a simulation home."""
    today = home.today()
    if on is None or on == today:
        return today
    _past_is_free(home, f"--on {on}")
    if on > today:
        raise RequestError(
            f"An act cannot bear the day {on}: that is after today, {today}.",
            f"登记事项的日期 {on} 不能晚于今天 {today}。",
        )
    return on


def _past_is_free(home: "Home", asked: str) -> None:
    if not home.simulation:
        raise RequestError(
            f"{asked} dates an act in the past, which only a simulation home may do (init --simulation). Leave it out.",
            f"{asked} 将事项记在过去,只有模拟库(init --simulation)可以。请去掉该选项。",
        )
