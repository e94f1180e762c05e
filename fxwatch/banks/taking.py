"""Lists that a bank takes along: the grades of its entities on a day, for a day without a network, and whose grade moved.

A bank's entities are those for which it reported a flow, or about which it asked, in the last twelve months; no others. Each
list is signed and on record, entity by entity, before it leaves.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from fxwatch.banks.moves import PARAMETERS, Calendar, moves_of
from fxwatch.banks.signing import signing_key
from fxwatch.canonical import canonical_of_plain
from fxwatch.check import end_of
from fxwatch.errors import RequestError
from fxwatch.grading import GRADE_PARAMETERS, documents, grade, window
from fxwatch.recording import fold
from fxwatch.signing import with_signature
from fxwatch.terms import Grade

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register.facts import Facts
    from fxwatch.register.taken import Known
    from fxwatch.signing import SigningKey

Line = tuple[str, str, str]  # the entity, the grade that is told, and how the line is spelt


@dataclass(frozen=True)
class Taker:
    """Who takes a list along: the bank, the name of its key (or an account), the key."""

    bank: str
    by: str
    key: str | None = None


@dataclass(frozen=True)
class _List:
    """A list before it is sealed: its lines stand under `field` of the document, among what else is `told`."""

    kind: str
    field: str
    lines: Sequence[Line]
    told: dict[str, Any]
    known_at: datetime


def daily_file(home: "Home", taker: Taker) -> bytes:
    """The grades of a bank's entities today, signed, as the bytes that leave.

    Returns:
        A JSON object with bank, documents (per grade), download, entities (entity_id, grade, name; sorted), key_id, known_at,
        on, signature, valid_until: the end of the last day on which it may stand in for a question (`file_days`).
    """
    fold(home)
    today, signer = home.today(), signing_key(home)
    with home.register.facts() as facts:
        told = {"bank": taker.bank, "documents": _documents(facts, today), "on": today.isoformat()}
        told["valid_until"] = end_of(today + timedelta(days=home.settings.file_days)).isoformat()
        found = _List("file", "entities", list(_grades(facts, taker.bank, today)), told, facts.moment())
    return _sealed(home, taker, signer, today, found)


def changes(home: "Home", taker: Taker, since: date) -> bytes:
    """Whose grade moved on a day or later, among a bank's entities, signed, as the bytes that leave.

    Returns:
        A JSON object with bank, download, key_id, known_at, moves (before, entity_id, grade, name, on; by entity and day),
        on (today), signature, since.

    Raises:
        RequestError: the day lies ahead, or more than a year back.
    """
    today = home.today()
    if not today - timedelta(days=366) <= since <= today:
        raise RequestError(
            f"Moves are told from {today - timedelta(days=366)} to today, {today}; asked since {since}.",
            f"等级变动可查 {today - timedelta(days=366)} 至今天 {today}；所问起始日为 {since}。",
        )
    fold(home)
    signer = signing_key(home)
    with home.register.facts() as facts:
        told = {"bank": taker.bank, "on": today.isoformat(), "since": since.isoformat()}
        found = _List("changes", "moves", list(_moves(facts, taker.bank, since, today)), told, facts.moment())
    return _sealed(home, taker, signer, today, found)


def _grades(facts: "Facts", bank: str, today: date) -> Iterable[Line]:
    kind, most = (facts.parameter(name, today) or GRADE_PARAMETERS[name].default for name in PARAMETERS)
    counts = facts.all_counts(*window(today, kind))
    graded = {entity: grade(*counted, int(most)).value for entity, counted in counts.items()}
    honest, unknown = Grade.A.value, Grade.UNKNOWN.value
    for entity_id, name, _ in _entities(facts, bank, today):
        found = unknown if name is None else graded.get(entity_id, honest)
        # Spelt one by one: other threads have their turn between two lines, and a bank's list may have many.
        spelt = encode_basestring(name or "")
        yield entity_id, found, f'{{"entity_id":"{entity_id}","grade":"{found}","name":{spelt}}}'


def _moves(facts: "Facts", bank: str, since: date, today: date) -> Iterable[Line]:
    calendar, events = Calendar(facts.versions(PARAMETERS)), defaultdict(list)
    for event in facts.events():
        events[event.entity_id].append(event)
    for entity in _entities(facts, bank, today):
        if entity.name is None or entity.since is None:
            continue  # what is not on the roll has no grade that could move
        enrolled = date.fromisoformat(entity.since)
        if enrolled < since and entity.entity_id not in events:
            continue
        # A simulation pins today, and may have enrolled an entity after it: there it was always on record.
        known_since = enrolled if enrolled <= today else None
        for move in moves_of(events.get(entity.entity_id, ()), calendar, since, today, since=known_since):
            told = {"on": move.on.isoformat(), "before": move.before.value, "grade": move.grade.value}
            named = {"entity_id": entity.entity_id, "name": entity.name}
            yield entity.entity_id, move.grade.value, canonical_of_plain(named | told)


def _entities(facts: "Facts", bank: str, today: date) -> "list[Known]":
    return facts.entities_of(bank, window(today)[0])


def _documents(facts: "Facts", day: date) -> dict[str, list[str]]:
    """Which documents each grade asks for on a day."""
    name = "grade.unknown_documents"
    unknown = Grade(facts.parameter(name, day) or GRADE_PARAMETERS[name].default)
    return {told.value: [d.value for d in documents(told, day, unknown)] for told in Grade}


def _sealed(home: "Home", taker: Taker, signer: "SigningKey", today: date, found: _List) -> bytes:
    """Put a list on record and sign it."""
    spelt = ",".join(line[2] for line in found.lines)
    list_digest = hashlib.sha256(f"{found.kind} {spelt}".encode()).hexdigest()
    moment = f"{found.known_at.isoformat(timespec='microseconds')}Z"
    with home.register.writing("a list of grades") as writing:
        number = writing.next_download()
        told = {**found.told, "known_at": moment, "key_id": signer.key_id, "download": number}
        signed = _spelt(told, found.field, spelt)
        row = {
            "number": number,
            "day": today,
            "bank": taker.bank,
            "by": taker.by,
            "key": taker.key,
            "kind": found.kind,
            "digest": hashlib.sha256(signed).hexdigest(),
            "list_digest": list_digest,
            "list_of": writing.same_list(taker.bank, today, list_digest) or number,
        }
        writing.record_download(row, _newest(found.lines))
    return with_signature(signed, signer.sign(signed))


def _newest(lines: Sequence[Line]) -> list[tuple[str, str]]:
    """What was told last about each entity: of several moves the newest."""
    return list({entity: told for entity, told, _ in lines}.items())


def _spelt(told: dict[str, Any], field: str, lines: str) -> bytes:
    """The canonical spelling of a document whose lines are spelt already."""
    parts = {name: canonical_of_plain(value) for name, value in told.items()} | {field: f"[{lines}]"}
    return ("{" + ",".join(f'"{name}":{parts[name]}' for name in sorted(parts)) + "}").encode()
