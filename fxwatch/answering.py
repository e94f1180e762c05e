"""Answers to banks at their volume: what acts alone can change is known by heart, the rest is read for each answer.

Known by heart: keys, dated parameters, settings, the key that signs. What the register says of an entity comes with the number
of the newest act; where that is not the one that is known, all of it is learnt again before anything is answered. So an answer
never rests on yesterday's knowledge, and most of its time is its signature.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, NamedTuple

from fxwatch.banks import signing_key
from fxwatch.check import end_of, entity_asked
from fxwatch.grading import GRADE_PARAMETERS, documents, grade, window
from fxwatch.identifiers import entity_key
from fxwatch.signing import with_signature
from fxwatch.terms import Grade

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register import BankKey
    from fxwatch.register.quick import Found
    from fxwatch.settings import Settings
    from fxwatch.signing import SigningKey

LONGEST = 64  # characters of an identifier as it comes, blanks around it included
_REMEMBERED = 65_536  # identifiers whose form and check digits need not be looked at again


class Asked(NamedTuple):
    """One entity as a bank asked about it: the identifier as it came, and the key of whom it names."""

    text: str
    entity_id: str


class Asker(NamedTuple):
    """A key that opens the door. `by`: who asks with it, as each record says; `digest`: of its secret."""

    key: "BankKey"
    digest: bytes
    by: str


class Told(NamedTuple):
    """One answer: what leaves, and the line of the journal that must be written first."""

    answer: bytes
    record: bytes


@dataclass(frozen=True)
class Day:
    """What a day of payment makes of counts. `spelling`: the parts of an answer between what differs, by grade."""

    on: str
    first: str
    last: str
    max_notices_for_b: int
    spelling: dict[Grade, tuple[str, str, str, str]]


@dataclass
class Known:
    """What is known by heart since the act `last_act`."""

    last_act: int
    settings: "Settings"
    signer: "SigningKey"
    askers: dict[bytes, Asker]
    parameters: list[tuple[str, str, str]]
    days: dict[date, Day] = field(default_factory=dict)

    def day(self, on: date) -> Day:
        """What a day of payment makes of counts."""
        if (found := self.days.get(on)) is None:
            if len(self.days) > 1000:
                self.days.clear()
            found = self.days[on] = self._day(on)
        return found

    def _day(self, on: date) -> Day:
        first, last = window(on, self._in_force("grade.window", on))
        unknown = Grade(self._in_force("grade.unknown_documents", on))
        most = int(self._in_force("grade.max_notices_for_b", on))
        spelling = {g: self._spelling(g, on, unknown) for g in Grade}
        return Day(on.isoformat(), first.isoformat(), last.isoformat(), most, spelling)

    def _in_force(self, name: str, on: date) -> str:
        """The version that begins last on or before a day; of two with one day, the one that was set later."""
        found = [(begins, number, value) for number, (n, value, begins) in enumerate(self.parameters) if n == name]
        valid = [version for version in found if version[0] <= on.isoformat()]
        return max(valid)[2] if valid else GRADE_PARAMETERS[name].default

    def _spelling(self, told: Grade, on: date, unknown: Grade) -> tuple[str, str, str, str]:
        papers = ",".join(f'"{paper.value}"' for paper in documents(told, on, unknown=unknown))
        return (
            f'{{"documents":[{papers}],"entity_id":"',
            f'","grade":"{told.value}","key_id":"{self.signer.key_id}","known_at":"',
            f',"on":"{on.isoformat()}","receipt":',
            f',"valid_until":"{end_of(on).isoformat()}"}}',
        )


def learn(home: "Home") -> Known:
    """Learn what acts alone can change, all of it as of one act.

    Raises:
        HouseError: the register or the signing key cannot be read.
    """
    signer = signing_key(home)  # the first one in a home is made here, by an act
    while True:
        before = home.register.state().last_act
        home.__dict__.pop("settings", None)
        known = Known(
            last_act=before,
            settings=home.settings,
            signer=signer,
            askers={(asker := _asker(key)).digest: asker for key in home.register.live_keys()},
            parameters=home.register.parameter_versions(list(GRADE_PARAMETERS)),
        )
        if home.register.state().last_act == before:
            return known
        signer = signing_key(home)


def _asker(key: "BankKey") -> Asker:
    by = f'"bank":"{key.bank}","by":{encode_basestring(key.name)},"key":"{key.key}"'
    return Asker(key, bytes.fromhex(key.digest), by)


def asked_about(known: Known, text: str) -> Asked:
    """Whom an identifier names.

    Raises:
        RequestError: it is no identifier.
    """
    key = _key(text, verify=known.settings.verify_ids) if len(text) <= LONGEST else None
    return Asked(text, key or entity_asked(known.settings, text[:LONGEST]))


_key = lru_cache(maxsize=_REMEMBERED)(entity_key)


def tell(
    known: Known, found: "Found", asked: Asked, day: Day, *, receipt: int, asker: Asker, at: str, today: str
) -> Told:
    """Spell, sign and record one answer; the bytes are those of `check.Answer`, which a test holds together.

    Args:
        known: as of the act that `found` names.
        found: what the register says of the entity.
        asked: whom the bank asked about.
        day: that of the payment.
        receipt: a number that nobody else was given.
        asker: who asks.
        at: the moment (UTC, as the register stores it).
        today: the day on which it is asked.
    """
    told = Grade.UNKNOWN
    if found.name is not None:
        told = grade(found.breaches, found.notices, day.max_notices_for_b)
    start, named, dated, end = day.spelling[told]
    name = encode_basestring(found.name or "")
    spelt = f'{start}{asked.entity_id}{named}{found.moment}Z","name":{name}{dated}{receipt}{end}'
    signed = spelt.encode()
    signature = known.signer.sign(signed)
    record = (
        f'{{"receipt":{receipt},"at":"{at}",{asker.by},"asked":{encode_basestring(asked.text)},"entity_id":"{asked.entity_id}",'
        f'"on":"{day.on}","grade":"{told._value_}","day":"{today}","signature":"{signature}","answer":{spelt}}}\n'
    )
    return Told(with_signature(signed, signature), record.encode())


def now() -> str:
    """This moment as the register stores it."""
    second, rest = divmod(time.time_ns(), 1_000_000_000)
    return f"{_second(second)}.{rest // 1000:06d}"


@lru_cache(maxsize=2)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
