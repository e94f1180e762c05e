"""A bank clerk's questions: asked by an account of a bank, for its own institution and no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from fxwatch.check import Answer, check, check_each
from fxwatch.errors import RequestError
from fxwatch.recording import fold
from fxwatch.terms import Role

if TYPE_CHECKING:
    import polars as pl

    from fxwatch.home import Home

MOST = 1_000  # questions in one list


@dataclass(frozen=True)
class Told:
    """One line of a list: what was asked, and the answer or the refusal."""

    asked: str
    answer: Answer | None
    refused: RequestError | None = None


def institution_of(home: "Home", by: str) -> str:
    """The institution code of a bank's account, as the register has it now.

    Raises:
        Forbidden: the account has not the role bank, or is closed.
        RequestError: it has no institution yet.
    """
    account = home.register.require(by, Role.BANK)
    if account.institution is None:
        raise RequestError(
            f"The account {by} is of no institution yet. An administrator names it: fxwatch users add {by} --role bank --institution CODE",
            f"账户 {by} 尚未登记所属机构。请管理员登记：fxwatch users add {by} --role bank --institution 机构代码",
        )
    return account.institution


def ask(home: "Home", entity_id: str, *, by: str, on: date | None = None) -> Answer:
    """Ask about one entity for the account's own institution; errors as for `check` and `institution_of`."""
    return check(home, entity_id, institution_of(home, by), on, by=by)


def ask_each(home: "Home", entity_ids: Sequence[str], *, by: str, on: date | None = None) -> list[Told]:
    """Ask about several, at most `MOST`; the answers come in the order of the questions.

    A line that is no identifier is refused by itself and not kept; the others are answered.

    Raises:
        Forbidden, RequestError: as for `institution_of`; there is nothing asked, too much, or a day ahead.
    """
    if not 0 < len(entity_ids) <= MOST:
        raise RequestError(
            f"A list holds 1 to {MOST:,} identifiers; found {len(entity_ids):,}. Ask in parts.",
            f"一次可查询 1 至 {MOST:,} 个主体，实为 {len(entity_ids):,} 个。请分批查询。",
        )
    answers = check_each(home, entity_ids, institution_of(home, by), on, by=by)
    return [
        Told(asked, answer) if isinstance(answer, Answer) else Told(asked, None, answer)
        for asked, answer in zip(entity_ids, answers, strict=True)
    ]


def asked_since(home: "Home", day: date, *, by: str) -> "pl.DataFrame":
    """What the account's institution asked on a day and after it, through whichever door, the newest first.

    Returns:
        receipt, at (UTC), by, entity_id, name, grade, on.
    """
    import polars as pl

    fold(home)
    found = home.register.questions(bank=institution_of(home, by), first=day).sort("at", "receipt", descending=True)
    name = pl.col("answer").str.json_path_match("$.name").alias("name")
    return found.select("receipt", "at", "by", "entity_id", name, "grade", "on")


def as_row(told: Told) -> dict[str, Any]:
    """A line of a list as a row: asked, entity_id, name, grade, documents, on, valid_until, receipt; empty where refused."""
    answer = told.answer
    return {
        "asked": told.asked,
        "entity_id": answer.entity_id if answer else None,
        "name": (answer.name or None) if answer else None,
        "grade": answer.grade.value if answer else None,
        "documents": [d.value for d in answer.documents] if answer else None,
        "on": answer.on if answer else None,
        "valid_until": answer.on if answer else None,
        "receipt": answer.receipt if answer else None,
    }
