"""Breaches: violations that the bureau recorded, one by one or from a file."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import Decided, NotFound, RequestError
from fxwatch.procedure import needs_approval
from fxwatch.register import Act, Kind, Writing
from fxwatch.review import checks
from fxwatch.review.intents import BREACH, Intent, nothing_waits, put, standing_breach
from fxwatch.terms import Role

if TYPE_CHECKING:
    from fxwatch.home import Home


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
        `accepted`; `duplicate` where exactly this is on record or waits for approval; `proposed` where four eyes are required.

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
        raise RequestError(f"A breach cannot be of {day}: that is after today.", f"违规日期 {day} 晚于今天，不能登记。")
    row = {
        "breach_no": breach_no.strip(),
        "entity_id": key,
        "day": day,
        "provision": provision.strip(),
        "description": description.strip() or None,
        "reference": reference.strip() or None,
    }
    _not_rescinded(home, row)
    return record_breaches(home, [row], by=by, why=why, on=on)[0]


def _not_rescinded(home: "Home", row: dict[str, Any]) -> None:
    """What an approver took back is not brought back by recording its number again."""
    stands = home.register.breaches(entity_id=row["entity_id"]).filter(pl.col("breach_no") == row["breach_no"])
    if stands.height and stands["status"][0] == "rescinded":
        raise Decided(
            f"Breach {row['breach_no']} was rescinded by {stands['rescinded_by'][0]} (act {stands['rescinded_act'][0]}). Record a new decision under a new number.",
            f"违规 {row['breach_no']} 已由 {stands['rescinded_by'][0]} 撤销（第 {stands['rescinded_act'][0]} 项登记）。新的决定请用新编号登记。",
        )


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
        For each row `accepted`, `duplicate` (on record or proposed just so, or rescinded already), `proposed` where four eyes are
        required, or `unknown` (a `D` of nothing).
    """
    actor, day = home.actor(by), checks.day_of(home, on)
    with home.register.writing("breaches") as writing:
        return [_take(writing, row, by=actor, day=day, why=why) for row in rows]


def rescind_breach(home: "Home", breach_no: str, *, by: str | None = None, why: str, on: date | None = None) -> Act:
    """Take a breach back: its decision was annulled, it counts no longer.

    Returns:
        The rescission; where four eyes are required, the proposal.

    Raises:
        NotFound: there is no such breach.
        Decided: it is rescinded already, or that is proposed.
        Forbidden: the account is no approver.
    """
    actor, day, why = home.actor(by), checks.day_of(home, on), checks.reason(why)
    with home.register.writing("a rescission") as writing:
        found = standing_breach(writing, breach_no)
        nothing_waits(writing, f"Breach {breach_no}", f"违规 {breach_no}", f"breach:{breach_no}")
        return put(writing, _rescission(found["breach_no"], found["entity_id"], by=actor, day=day, why=why))


def _take(writing: Writing, row: dict[str, Any], *, by: str, day: date, why: str) -> str:
    number = row["breach_no"]
    stands, waiting = writing.breach(number), writing.waiting_on(f"breach:{number}")
    if row.get("action") == "D":
        return _take_back(writing, number, stands, waiting, by=by, day=day, why=why)
    content = {**{name: row.get(name) for name in BREACH}, "day": row["day"].isoformat()}
    # What waits will have spoken last when it is approved.
    last = waiting[-1]["content"] if waiting else stands
    if last is not None and all(last.get(name) == content[name] for name in BREACH):
        return "duplicate"
    signed: dict[str, Any] = {"by": by, "role": Role.REGULATOR, "day": day, "why": why, "entity_id": row["entity_id"]}
    return _outcome(put(writing, Intent(Kind.BREACH_RECORDED, f"breach:{number}", content, **signed)))


def _take_back(
    writing: Writing,
    number: str,
    stands: dict[str, Any] | None,
    waiting: list[dict[str, Any]],
    *,
    by: str,
    day: date,
    why: str,
) -> str:
    # A recording that waits can be rescinded only by what waits behind it.
    if stands is None and not (waiting and needs_approval(writing.parameter, day)):
        return "unknown"
    if waiting[-1]["does"] == Kind.BREACH_RESCINDED if waiting else stands is not None and stands["rescinded_at"]:
        return "duplicate"
    entity_id = stands["entity_id"] if stands else waiting[-1]["entity_id"]
    return _outcome(put(writing, _rescission(number, entity_id, by=by, day=day, why=why)))


def _rescission(number: str, entity_id: str, *, by: str, day: date, why: str) -> Intent:
    content = {"breach_no": number}
    signed: dict[str, Any] = {"by": by, "role": Role.APPROVER, "day": day, "why": why, "entity_id": entity_id}
    return Intent(Kind.BREACH_RESCINDED, f"breach:{number}", content, **signed)


def _outcome(act: Act) -> str:
    return "proposed" if act.kind == Kind.PROPOSED else "accepted"
