"""Acts that change what grades count: carried out at once, or proposed where four eyes are required.

One description of the act, `Intent`, serves both: what a proposal keeps is what is carried out when it is approved.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fxwatch.errors import NotFound
from fxwatch.procedure import needs_approval
from fxwatch.register import Act, Kind, Writing
from fxwatch.review.checks import first, proposed
from fxwatch.terms import Role

BREACH = ("breach_no", "entity_id", "day", "provision", "description", "reference")


@dataclass(frozen=True)
class Intent:
    """An act as somebody means it.

    `content` is the payload without what is known only when it is carried out (the number of a notice). `on_what` is the
    subject; that of a notice that is not issued yet names its entity.
    """

    does: Kind
    on_what: str
    content: dict[str, Any]
    by: str
    role: Role
    day: date
    why: str
    entity_id: str | None = None
    policy: str | None = None

    def signed(self) -> dict[str, Any]:
        """Who, as what, when, why, about whom."""
        return {"by": self.by, "role": self.role, "day": self.day, "why": self.why, "entity_id": self.entity_id}


def put(writing: Writing, intent: Intent) -> Act:
    """Carry an act out, or propose it where the register requires approval on its day."""
    return _propose(writing, intent) if needs_approval(writing.parameter, intent.day) else carry_out(writing, intent)


def _propose(writing: Writing, intent: Intent) -> Act:
    # Who may not do it may not propose it either.
    writing.require(intent.by, intent.role)
    number = writing.next_proposal()
    proposal = f"P{number}"
    return writing.append(
        Kind.PROPOSED,
        subject=f"proposal:{proposal}",
        payload={
            "proposal": proposal,
            "number": number,
            "does": intent.does.value,
            "on_what": intent.on_what,
            "role": intent.role.value,
            "policy": intent.policy,
            "content": intent.content,
        },
        **intent.signed(),
    )


def carry_out(writing: Writing, intent: Intent) -> Act:
    """Write the act itself; it must have been checked in this transaction.

    Raises:
        Decided: somebody else was first.
        RequestError: what it rests on has changed.
    """
    return _EFFECTS[intent.does](writing, intent)


def nothing_waits(writing: Writing, what: str, what_zh: str, on_what: str) -> None:
    """Refuse a second decision while the first waits for approval.

    Raises:
        Decided: says who proposed, and when.
    """
    for row in writing.waiting_on(on_what)[:1]:
        raise proposed(what, what_zh, row)


def _issue(writing: Writing, intent: Intent) -> Act:
    number = writing.next_notice()
    notice = f"N{number}"
    payload = {**intent.content, "notice": notice, "number": number, "policy": intent.policy}
    return writing.append(Kind.NOTICE_ISSUED, subject=f"notice:{notice}", payload=payload, **intent.signed())


def _rescind_notice(writing: Writing, intent: Intent) -> Act:
    notice = standing_notice(writing, intent.content["notice"])
    return writing.append(
        Kind.NOTICE_RESCINDED,
        subject=f"notice:{notice['notice']}",
        payload=intent.content,
        **{**intent.signed(), "entity_id": notice["entity_id"]},
    )


def standing_notice(writing: Writing, number: str) -> dict[str, Any]:
    """A notice that stands.

    Raises:
        NotFound: there is no such notice.
        Decided: it is rescinded already.
    """
    found = writing.notice(number)
    if found is None:
        raise NotFound(
            f"There is no notice {number}. List them with: fxwatch notices",
            f"没有预警提示 {number}。可用 fxwatch notices 列出。",
        )
    if found["rescinded_at"]:
        raise first(
            f"Notice {number}", f"预警提示 {number}", "rescinded", "撤销", found["rescinded_by"], found["rescinded_at"]
        )
    return found


def _record_breach(writing: Writing, intent: Intent) -> Act:
    stands = writing.breach(intent.content["breach_no"])
    return writing.append(
        Kind.BREACH_RECORDED if stands is None else Kind.BREACH_CHANGED,
        subject=intent.on_what,
        payload=intent.content,
        **intent.signed(),
    )


def _rescind_breach(writing: Writing, intent: Intent) -> Act:
    stands = standing_breach(writing, intent.content["breach_no"])
    return writing.append(
        Kind.BREACH_RESCINDED,
        subject=intent.on_what,
        payload=intent.content,
        **{**intent.signed(), "entity_id": stands["entity_id"]},
    )


def standing_breach(writing: Writing, number: str) -> dict[str, Any]:
    """A breach that stands.

    Raises:
        NotFound: there is no such breach.
        Decided: it is rescinded already.
    """
    found = writing.breach(number)
    if found is None:
        raise NotFound(
            f"There is no breach {number}. List them with: fxwatch breaches",
            f"没有违规 {number}。可用 fxwatch breaches 列出。",
        )
    if found["rescinded_at"]:
        raise first(
            f"Breach {number}", f"违规 {number}", "rescinded", "撤销", found["rescinded_by"], found["rescinded_at"]
        )
    return found


def _decide_objection(writing: Writing, intent: Intent) -> Act:
    """The decision, and with it the rescission of a notice that still stands: the grade follows at once."""
    objection, notice = intent.content["objection"], intent.content["notice"]
    undecided_objection(writing, objection)
    decided = writing.append(Kind.OBJECTION_DECIDED, subject=intent.on_what, payload=intent.content, **intent.signed())
    stands = writing.notice(notice)
    if intent.content["outcome"] == "upheld" and stands is not None and not stands["rescinded_at"]:
        more = {k: v for k, v in intent.content.items() if k in ("proposal", "approved_by")}
        signed: dict[str, Any] = {**intent.signed(), "why": f"{objection}: {intent.why}"}
        payload = {"notice": notice, "to": intent.content["to"], "objection": objection, **more}
        writing.append(Kind.NOTICE_RESCINDED, subject=f"notice:{notice}", payload=payload, **signed)
    return decided


def undecided_objection(writing: Writing, name: str) -> dict[str, Any]:
    """An objection that waits for its decision.

    Raises:
        NotFound: there is no such objection.
        Decided: it is decided already.
    """
    found = writing.objection(name)
    if found is None:
        raise NotFound(
            f"There is no objection {name}. List them with: fxwatch objections",
            f"没有异议 {name}。可用 fxwatch objections 列出。",
        )
    if found["outcome"]:
        how = {"upheld": ("upheld", "采纳"), "rejected": ("rejected", "驳回")}[found["outcome"]]
        what = found["objection"]
        raise first(f"Objection {what}", f"异议 {what}", *how, found["decided_by"], found["decided_at"])
    return found


def _set_parameter(writing: Writing, intent: Intent) -> Act:
    """The version, and with it the end of a shadow that ran with it: it has come into force."""
    act = writing.append(Kind.PARAMETER_SET, subject=intent.on_what, payload=intent.content, **intent.signed())
    rule, _, parameter = intent.on_what.partition(".")
    for row in writing.running_shadows(rule):
        if (row["parameter"], row["value"]) == (parameter, intent.content["value"]):
            told = {"shadow": row["shadow"], "valid_from": intent.content["valid_from"], "promoted_by": act.number}
            writing.append(Kind.SHADOW_ENDED, subject=f"shadow:{row['shadow']}", payload=told, **intent.signed())
    return act


def _begin_shadow(writing: Writing, intent: Intent) -> Act:
    number = writing.next_shadow()
    payload = {**intent.content, "shadow": f"S{number}", "number": number}
    return writing.append(Kind.SHADOW_BEGUN, subject=f"shadow:S{number}", payload=payload, **intent.signed())


def _end_shadow(writing: Writing, intent: Intent) -> Act:
    name = intent.content["shadow"]
    found = writing.shadow(name)
    if found is None:
        raise NotFound(
            f"There is no shadow {name}. List them with: fxwatch rules shadow list",
            f"没有影子运行 {name}。可用 fxwatch rules shadow list 列出。",
        )
    if found["ended_at"]:
        raise first(f"Shadow {name}", f"影子运行 {name}", "ended", "结束", found["ended_by"], found["ended_at"])
    return writing.append(Kind.SHADOW_ENDED, subject=intent.on_what, payload=intent.content, **intent.signed())


_EFFECTS: Mapping[Kind, Callable[[Writing, Intent], Act]] = {
    Kind.NOTICE_ISSUED: _issue,
    Kind.NOTICE_RESCINDED: _rescind_notice,
    Kind.BREACH_RECORDED: _record_breach,
    Kind.BREACH_RESCINDED: _rescind_breach,
    Kind.OBJECTION_DECIDED: _decide_objection,
    Kind.PARAMETER_SET: _set_parameter,
    Kind.SHADOW_BEGUN: _begin_shadow,
    Kind.SHADOW_ENDED: _end_shadow,
}
