"""The shapes of what goes in and out, for the documentation and for clients that are made from it."""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from fxwatch.terms import Document

MOST_ASKED = 1000


class ToldGrade(StrEnum):
    """A honest, B watched, C at risk; unknown for an entity that is not on the roll."""

    A = "A"
    B = "B"
    C = "C"
    UNKNOWN = "unknown"


Identifier = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    Field(
        description="The 9-character organisation code (GB 11714) or the 18-character unified social credit code (GB 32100).",
        examples=["100000016"],
        json_schema_extra={"format": "entity-id"},
    ),
]


def _as_written(given: object) -> object:
    # A number would be taken for seconds since 1970, and a moment for its day.
    if not isinstance(given, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
        raise ValueError("a day is written like 2026-03-31")
    return given


IsoDay = Annotated[date, BeforeValidator(_as_written)]
Day = Annotated[IsoDay, Field(description="The day of the payment; today, where it is left out. Not after today.")]


class Shape(BaseModel):
    """A shape that takes no field it does not know."""

    model_config = ConfigDict(extra="forbid")


class Answer(Shape):
    """What a bank is told about one entity, signed: see `/v1/signing-keys` for how it is proved."""

    entity_id: Annotated[str, Field(description="The entity's key: the 9-character organisation code.")]
    name: Annotated[str, Field(description="As on the roll; empty where the entity is unknown.")]
    grade: ToldGrade
    documents: Annotated[list[Document], Field(description="What to ask for before a payment abroad, in order.")]
    on: date
    known_at: Annotated[datetime, Field(description="The moment (UTC) of the register that the answer rests on.")]
    valid_until: datetime
    receipt: Annotated[int, Field(ge=1, description="The number under which question and answer are kept.")]
    key_id: Annotated[str, Field(description="The key that signed: see /v1/signing-keys.")]
    signature: Annotated[
        str,
        Field(
            description="Ed25519, base64, over the canonical JSON of all other fields: sorted keys, no spaces, UTF-8."
        ),
    ]


class Question(Shape):
    """A list of entities to ask about."""

    entity_ids: Annotated[list[Identifier], Field(min_length=1, max_length=MOST_ASKED)]
    on: Day | None = None


class Answers(Shape):
    """The answers, in the order of the question; each is signed and on record by itself."""

    answers: list[Answer]


class Move(Shape):
    """One grade that moved."""

    entity_id: str
    name: str
    on: Annotated[date, Field(description="The first day on which the grade holds.")]
    before: ToldGrade
    grade: ToldGrade


class Signed(Shape):
    """A signed list: the signature is made as that of an answer."""

    bank: str
    on: date
    known_at: datetime
    download: Annotated[int, Field(ge=1, description="The number under which the list is on record.")]
    key_id: str
    signature: str


class Changes(Signed):
    """Grades that moved on `since` or later."""

    since: date
    moves: list[Move]


class Listed(Shape):
    """One entity of the daily file."""

    entity_id: str
    name: str
    grade: ToldGrade


class DailyFile(Signed):
    """The grades of a day; `documents` says what each of them asks for. It may stand in for a question until `valid_until`."""

    documents: dict[ToldGrade, list[Document]]
    entities: list[Listed]
    valid_until: datetime


class PublicKey(Shape):
    """A key that proves signatures made from `valid_from` to `valid_to` (null while it still signs)."""

    algorithm: Literal["Ed25519"]
    key_id: str
    public: Annotated[str, Field(description="Base64 of the 32 bytes.")]
    valid_from: datetime
    valid_to: datetime | None


class PublicKeys(Shape):
    """Every key that ever signed, oldest first."""

    keys: list[PublicKey]


class Health(Shape):
    """The process lives, or is ready to answer."""

    status: Literal["ok"]


class Problem(BaseModel):
    """What is wrong (RFC 9457). `type` is a path of this server that explains it."""

    type: Annotated[str, Field(examples=["/v1/problems/not-understood"], json_schema_extra={"format": "uri-reference"})]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    errors: Annotated[list[dict[str, Any]], Field(description="Which fields are wrong, and how.")] = []
