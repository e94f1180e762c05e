"""Four eyes: what one account proposed, another approves or refuses."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from fxwatch.errors import Forbidden, NotFound, RequestError
from fxwatch.register import Act, Kind, Writing
from fxwatch.review import checks
from fxwatch.review.intents import Intent, carry_out
from fxwatch.review.issuing import join_instead
from fxwatch.terms import Role, Status

if TYPE_CHECKING:
    from fxwatch.home import Home


def approve(
    home: "Home",
    proposals: Sequence[str],
    *,
    by: str | None = None,
    why: str = "approved",
    on: date | None = None,
) -> list[Act]:
    """Approve proposals: all of them or none. Each takes effect now and bears the day of its approval.

    What the proposal rested on is checked again. The act that takes effect is its proposer's; it names the proposal and who
    approved it.

    Args:
        home: where.
        proposals: their numbers, `P1` or `1`.
        by: an account with the role approver, never the proposer's own.
        why: for the record.
        on: the day of the acts, in a simulation home; else today.

    Returns:
        The acts that took effect, in the order of the proposals.

    Raises:
        NotFound: there is no such proposal.
        Decided: it is approved or refused already, or what it was about was decided meanwhile.
        RequestError: a hit is no longer found, or a version of a parameter would begin in the past by now.
        Forbidden: the account is the proposer's own, is no approver, or the proposer's account has lost its role.
    """
    actor, day, why = home.actor(by), checks.day_of(home, on), checks.reason(why)
    names = _names(proposals)
    with home.register.writing("approvals") as writing:
        waiting = [_waiting(writing, name) for name in names]
        for row in waiting:
            if row["by"] == actor:
                raise Forbidden(
                    f"{row['proposal']} was proposed by {actor}; another account must approve it.",
                    f"{row['proposal']} 由 {actor} 提出，须由另一账户批准。",
                )
        _check_hits(home, writing, waiting)
        for row in waiting:
            if row["does"] in (Kind.PARAMETER_SET, Kind.SHADOW_BEGUN, Kind.SHADOW_ENDED):
                checks.begins_in_time(home, date.fromisoformat(row["content"]["valid_from"]), day)
        return [_approve(writing, row, actor, day, why) for row in waiting]


def refuse(
    home: "Home", proposals: Sequence[str], *, by: str | None = None, why: str, on: date | None = None
) -> list[Act]:
    """Refuse proposals: nothing of them takes effect. Who proposed may take the proposal back by the same way.

    Args:
        home: where.
        proposals: their numbers, `P1` or `1`.
        by: an account with the role approver, or the proposer's own.
        why: for the record.
        on: the day of the acts, in a simulation home; else today.

    Raises:
        NotFound: there is no such proposal.
        Decided: it is approved or refused already.
        Forbidden: the account is neither.
    """
    actor, day, why = home.actor(by), checks.day_of(home, on), checks.reason(why)
    names = _names(proposals)
    with home.register.writing("refusals") as writing:
        waiting = [_waiting(writing, name) for name in names]
        return [
            _settle(writing, Kind.REFUSED, row, actor, row["role"] if row["by"] == actor else Role.APPROVER, day, why)
            for row in waiting
        ]


def _approve(writing: Writing, row: dict[str, Any], actor: str, day: date, why: str) -> Act:
    _settle(writing, Kind.APPROVED, row, actor, Role.APPROVER, day, why)
    intent = Intent(
        does=Kind(row["does"]),
        on_what=row["on_what"],
        content={**row["content"], "proposal": row["proposal"], "approved_by": actor},
        by=row["by"],
        role=Role(row["role"]),
        day=day,
        why=row["why"],
        entity_id=row["entity_id"],
        policy=row["policy"],
    )
    return join_instead(writing, intent) or carry_out(writing, intent)


def _settle(writing: Writing, kind: Kind, row: dict[str, Any], actor: str, role: str, day: date, why: str) -> Act:
    return writing.append(
        kind,
        by=actor,
        role=role,
        subject=f"proposal:{row['proposal']}",
        day=day,
        why=why,
        payload={"proposal": row["proposal"]},
        entity_id=row["entity_id"],
    )


def _waiting(writing: Writing, name: str) -> dict[str, Any]:
    row = writing.proposal(name)
    if row is None:
        raise NotFound(
            f"There is no proposal {name}. List them with: fxwatch approvals",
            f"没有待批事项 {name}。可用 fxwatch approvals 列出。",
        )
    if row["outcome"]:
        how = {"approved": ("approved", "批准"), "refused": ("refused", "不予批准")}[row["outcome"]]
        raise checks.first(f"Proposal {name}", f"待批事项 {name}", *how, row["decided_by"], row["decided_at"])
    return row


def _check_hits(home: "Home", writing: Writing, waiting: list[dict[str, Any]]) -> None:
    """Whether every hit that a notice would name may still be noticed."""
    issuing = [row for row in waiting if row["does"] == Kind.NOTICE_ISSUED]
    hits = [hit["hit_id"] for row in issuing for hit in row["content"]["hits"]]
    if hits:
        approving = {row["proposal"] for row in issuing}
        checks.undecided(home, writing, hits, also=(Status.EXPLAINED,), approving=approving)


def _names(proposals: Sequence[str]) -> list[str]:
    if not proposals:
        raise RequestError("Name at least one proposal.", "请至少指定一项待批事项。")
    return list(dict.fromkeys(f"P{name}" if name.isdigit() else name.upper() for name in proposals))
