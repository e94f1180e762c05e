"""Acts: what the bureau did, appended to the chain, never changed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, select, union

from fxwatch.canonical import canonical
from fxwatch.register.chain import FIRST_LINK, link
from fxwatch.register.frames import frame
from fxwatch.register.store import stamp
from fxwatch.register.tables import acts, decisions, mentions

if TYPE_CHECKING:
    import polars as pl


class Kind(StrEnum):
    """What an act may be, with what its payload holds."""

    REGISTER_OPENED = "register_opened"  # simulation
    ACCOUNT_CHANGED = "account_changed"  # name, roles, institution, is_active
    PASSWORD_SET = "password_set"  # name
    SETTING_CHANGED = "setting_changed"  # setting, value, before
    PARAMETER_SET = "parameter_set"  # name, value, valid_from, basis
    NOTICE_ISSUED = "notice_issued"  # notice, number, policy, hits (copies)
    NOTICE_JOINED = "notice_joined"  # notice, hits (copies)
    NOTICE_RESCINDED = "notice_rescinded"  # notice, to
    HIT_DISMISSED = "hit_dismissed"  # hit (a copy), explains_until
    BREACH_RECORDED = "breach_recorded"  # breach_no, entity_id, day, provision, description, reference
    BREACH_CHANGED = "breach_changed"  # the same
    BREACH_RESCINDED = "breach_rescinded"  # breach_no
    INQUIRY_OPENED = "inquiry_opened"  # inquiry, number, question, due_on, hits (copies)
    INQUIRY_ANSWERED = "inquiry_answered"  # inquiry, answer
    INQUIRY_CLOSED = "inquiry_closed"  # inquiry, finding
    OBJECTION_LODGED = "objection_lodged"  # objection, number, notice, last_day, decide_by, late_because
    OBJECTION_DECIDED = "objection_decided"  # objection, notice, outcome (upheld, rejected), to
    HIT_ASSIGNED = "hit_assigned"  # hit (what it is, without its flows), to, due_on
    NOTE_ADDED = "note_added"  # text, hits (ids)
    PROPOSED = "proposed"  # proposal, number, does, on_what, role, policy, content (the payload of the act that waits)
    APPROVED = "approved"  # proposal
    REFUSED = "refused"  # proposal
    SHADOW_BEGUN = "shadow_begun"  # shadow, number, rule, parameter, value, valid_from, basis
    SHADOW_ENDED = "shadow_ended"  # shadow, valid_from (since when it no longer runs), promoted_by (an act, or none)
    POLICY_ADOPTED = "policy_adopted"  # the policy: see `policies.Policy`
    POLICY_ENDED = "policy_ended"  # name
    FILE_PRODUCED = "file_produced"  # entity_id, language, form, digest
    LETTER_PRODUCED = "letter_produced"  # notice, language, form, digest
    KEY_ADDED = "key_added"  # key, number, bank, name, scope, per_second, expires_on, digest (of the secret)
    KEY_REVOKED = "key_revoked"  # key
    SIGNING_KEY_ADDED = "signing_key_added"  # key_id, public
    SIGNING_KEY_RETIRED = "signing_key_retired"  # key_id, valid_to
    BACKUP_MADE = "backup_made"  # place, manifest (its digest), snapshot, acts, head
    HOME_RESTORED = "home_restored"  # made_at, made_by, manifest, acts, head
    HOME_REPAIRED = "home_repaired"  # done (sentences)
    MODEL_ADOPTED = "model_adopted"  # model, kind, digest, judged_on, ap, baseline, baseline_ap, margin (texts)
    MODEL_RETIRED = "model_retired"  # model
    REGISTER_UPGRADED = "register_upgraded"  # from, to, steps


@dataclass(frozen=True)
class Act:
    """One act. `day` is the day it bears, `at` the moment (UTC) it was recorded; `subject` says on what.

    A subject is `notice:N1`, `hit:ID`, `breach:NO`, `inquiry:Q1`, `objection:O1`, `proposal:P1`, `entity:ID`, `policy:NAME`,
    `shadow:S1`, `key:K1`, `signing_key:ID`, `risk_model`, or the plain name of an account, a parameter or a setting. The payload of an act that rests on hits says in `known` what
    was known: the newest run, the versions of the rules, the snapshot. That of an act that waited for approval names its
    `proposal` and who approved it.
    """

    number: int
    at: datetime
    day: date
    kind: Kind
    by: str
    role: str
    subject: str
    entity_id: str | None
    why: str
    payload: dict[str, Any]
    previous: str
    hash: str


class Link(NamedTuple):
    """The end of the chain, to which the next act is fastened."""

    number: int
    hash: str


def end(connection: Connection) -> Link:
    """The end of the chain as it stands."""
    last = connection.execute(select(acts.c.number, acts.c.hash).order_by(acts.c.number.desc()).limit(1)).first()
    return Link(last.number, last.hash) if last else Link(0, FIRST_LINK)


def write(
    connection: Connection,
    last: Link,
    at: datetime,
    kind: str,
    *,
    by: str,
    role: str,
    subject: str,
    day: date,
    why: str,
    payload: Mapping[str, Any],
    entity_id: str | None = None,
) -> Act:
    """Append one act to the chain, behind `last`.

    Raises:
        ValueError: there is no such kind of act.
        TypeError: the payload holds what has no exact spelling, such as a float.
    """
    row = {
        "number": last.number + 1,
        "at": stamp(at),
        "day": day.isoformat(),
        "kind": Kind(kind).value,
        "by": by,
        "role": str(role),
        "subject": subject,
        "entity_id": entity_id,
        "why": why,
        "payload": canonical(payload),
        "previous": last.hash,
    }
    row["hash"] = link(row)
    connection.execute(acts.insert(), row)
    return read_act(row)


def read_act(row: Mapping[str, Any]) -> Act:
    """An act from its columns as stored."""
    return Act(
        number=row["number"],
        at=datetime.fromisoformat(row["at"]),
        day=date.fromisoformat(row["day"]),
        kind=Kind(row["kind"]),
        by=row["by"],
        role=row["role"],
        subject=row["subject"],
        entity_id=row["entity_id"],
        why=row["why"],
        payload=json.loads(row["payload"]),
        previous=row["previous"],
        hash=row["hash"],
    )


def stored(connection: Connection) -> Iterator[Mapping[str, Any]]:
    """Every act's columns as stored, by number, a few at a time."""
    everything = select(acts).order_by(acts.c.number)
    with connection.execute(everything, execution_options={"yield_per": 500}) as result:
        for row in result.mappings():
            yield dict(row)


def acts_frame(
    connection: Connection,
    *,
    subject: str | None = None,
    entity_id: str | None = None,
    hit_id: str | None = None,
    known_at: datetime | None = None,
    after: int | None = None,
) -> "pl.DataFrame":
    """The acts that fit, oldest first; `payload` is JSON. `after`: only acts with a higher number."""
    import polars as pl

    columns = (
        "number",
        "at",
        "day",
        "kind",
        "by",
        "role",
        "subject",
        "entity_id",
        "why",
        "payload",
        "previous",
        "hash",
    )
    statement = select(*(acts.c[name] for name in columns)).order_by(acts.c.number)
    if subject is not None:
        statement = statement.where(acts.c.subject == subject)
    if entity_id is not None:
        statement = statement.where(acts.c.entity_id == entity_id)
    if hit_id is not None:
        naming = (select(table.c.act).where(table.c.hit_id == hit_id) for table in (decisions, mentions))
        statement = statement.where(acts.c.number.in_(union(*naming)))
    if known_at is not None:
        statement = statement.where(acts.c.at <= stamp(known_at))
    if after is not None:
        statement = statement.where(acts.c.number > after)
    schema: dict[str, Any] = dict.fromkeys(columns, pl.String)
    return frame(connection, statement, schema | {"number": pl.Int64, "at": pl.Datetime("us"), "day": pl.Date})
