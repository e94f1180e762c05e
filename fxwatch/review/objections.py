"""Objections (异议): lodged within so many working days of a notice, decided within so many of their own day."""

from datetime import date
from typing import TYPE_CHECKING, Any

from fxwatch.errors import RequestError
from fxwatch.procedure import in_force
from fxwatch.reading import calendar
from fxwatch.register import Act, Kind
from fxwatch.review import checks
from fxwatch.review.intents import Intent, carry_out, nothing_waits, put, standing_notice, undecided_objection
from fxwatch.review.notices import check_to
from fxwatch.terms import Role

if TYPE_CHECKING:
    from fxwatch.home import Home

OUTCOMES = ("upheld", "rejected")


def lodge_objection(
    home: "Home",
    notice: str,
    *,
    by: str | None = None,
    why: str,
    late_because: str | None = None,
    on: date | None = None,
) -> Act:
    """Record an entity's objection to a notice; one a notice.

    In time is up to the `register.objection_days`-th working day after the notice's day; it is to be decided by the
    `register.decision_days`-th working day after its own.

    Args:
        home: where.
        notice: its number.
        by: an account with the role regulator; for a late objection, approver.
        why: the entity's grounds.
        late_because: why a late objection is admitted all the same.
        on: the day of the objection, in a simulation home; else today.

    Returns:
        The act; its payload names `objection`, `last_day` and `decide_by`.

    Raises:
        NotFound: there is no such notice.
        Decided: the notice is rescinded, or was objected to already; the sentence says by whom and when.
        RequestError: it is late (the sentence names the last day), not late at all though `late_because` is given, dated
            before its notice, or the calendar does not cover the years of the terms.
        Forbidden: the account has not the role.
    """
    actor, day, why = home.actor(by), checks.day_of(home, on), checks.reason(why)
    days = calendar.working_days(home)
    with home.register.writing("an objection") as writing:
        found = standing_notice(writing, notice)
        if (earlier := writing.objection(notice)) is not None:
            what = (f"Notice {notice}", f"预警提示 {notice}")
            how = (f"objected to ({earlier['objection']}), on record", f"登记异议（{earlier['objection']}）")
            raise checks.first(*what, *how, earlier["by"], earlier["at"])
        issued = date.fromisoformat(found["day"])
        if day < issued:
            raise RequestError(
                f"An objection of {day} comes before its notice, {notice} of {issued}. Name a later day.",
                f"异议日期 {day} 早于预警提示 {notice} 的日期 {issued}。请指定其后的日期。",
            )
        last_day = days.after(issued, int(in_force(writing.parameter, "register.objection_days", issued)))
        _in_time(notice, day, last_day, late_because)
        decide_by = days.after(day, int(in_force(writing.parameter, "register.decision_days", day)))
        number = writing.next_objection()
        return writing.append(
            Kind.OBJECTION_LODGED,
            by=actor,
            role=Role.APPROVER if late_because else Role.REGULATOR,
            subject=f"objection:O{number}",
            day=day,
            why=why,
            payload={
                "objection": f"O{number}",
                "number": number,
                "notice": notice,
                "last_day": last_day.isoformat(),
                "decide_by": decide_by.isoformat(),
                "late_because": late_because,
            },
            entity_id=found["entity_id"],
        )


def _in_time(notice: str, day: date, last_day: date, late_because: str | None) -> None:
    if day > last_day and late_because is None:
        raise RequestError(
            f"The objection is late: the last day for notice {notice} was {last_day}. An approver may admit it with --late-because TEXT.",
            f"异议已逾期：预警提示 {notice} 的异议期限截至 {last_day}。批准人可用 --late-because 说明理由后受理。",
        )
    if late_because is None:
        return
    checks.reason(late_because)
    if day <= last_day:
        raise RequestError(
            f"The objection is in time: the last day for notice {notice} is {last_day}. Leave --late-because out.",
            f"异议并未逾期：预警提示 {notice} 的异议期限截至 {last_day}。请去掉 --late-because。",
        )


def decide_objection(
    home: "Home",
    objection: str,
    outcome: str,
    *,
    by: str | None = None,
    why: str,
    to: str = "dismissed",
    on: date | None = None,
) -> Act:
    """Decide an objection: upheld, its notice is rescinded and the grade follows at once; rejected, the notice stands.

    Args:
        home: where.
        objection: its number, or that of its notice.
        outcome: `upheld` or `rejected`.
        by: an account with the role approver.
        why: for the record.
        to: what the hits of a notice that is rescinded become, `dismissed` or `open`.
        on: the day of the act, in a simulation home; else today.

    Returns:
        The decision; where four eyes are required and a notice would fall, the proposal.

    Raises:
        NotFound: there is no such objection.
        Decided: it is decided already, or a decision is proposed; the sentence says by whom and when.
        RequestError: no such outcome.
        Forbidden: the account is no approver.
    """
    if outcome not in OUTCOMES:
        raise RequestError(
            f"An objection is upheld or rejected, not {outcome!r}.",
            f"异议只能 upheld（采纳）或 rejected（驳回），不能是 {outcome!r}。",
        )
    check_to(to)
    actor, day, why = home.actor(by), checks.day_of(home, on), checks.reason(why)
    with home.register.writing("a decision") as writing:
        found = undecided_objection(writing, objection)
        name, notice = found["objection"], writing.notice(found["notice"])
        nothing_waits(writing, f"Objection {name}", f"异议 {name}", f"objection:{name}")
        content = {"objection": name, "notice": found["notice"], "outcome": outcome}
        content["to"] = to if outcome == "upheld" else None
        signed: dict[str, Any] = {
            "by": actor,
            "role": Role.APPROVER,
            "day": day,
            "why": why,
            "entity_id": found["entity_id"],
        }
        intent = Intent(Kind.OBJECTION_DECIDED, f"objection:{name}", content, **signed)
        changes_a_count = outcome == "upheld" and notice is not None and not notice["rescinded_at"]
        return put(writing, intent) if changes_a_count else carry_out(writing, intent)
