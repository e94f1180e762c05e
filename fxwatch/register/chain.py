"""The chain: each act carries the hash of the one before, so that none can be changed or taken out unseen."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fxwatch.canonical import canonical
from fxwatch.terms import Language

FIRST_LINK = "0" * 64
COVERED = ("number", "at", "day", "kind", "by", "role", "subject", "entity_id", "why", "payload", "previous")


@dataclass(frozen=True)
class Verification:
    """What `verify` found. `broken_at` is the number of the first act that does not hold, if one is to blame."""

    ok: bool
    acts: int
    broken_at: int | None
    head: str
    english: str
    chinese: str

    def say(self, language: Language) -> str:
        """The finding in the reader's language."""
        return self.chinese if language == "zh" else self.english


def link(row: Mapping[str, Any]) -> str:
    """The hash of an act, from its columns as they are stored: SHA-256 over their canonical JSON."""
    return hashlib.sha256(canonical({name: row[name] for name in COVERED}).encode("utf-8")).hexdigest()


def walk(rows: Iterable[Mapping[str, Any]], head: str | None = None) -> Verification:
    """Follow the chain from its first act.

    Args:
        rows: the acts' columns as stored, by number.
        head: a digest that was printed before; the chain must still hold it, or something before it is gone.
    """
    previous, count, is_found = FIRST_LINK, 0, False
    for count, row in enumerate(rows, start=1):
        if row["number"] != count:
            return _broken(count, count - 1, previous, "is missing", "缺失")
        if row["previous"] != previous:
            return _broken(count, count - 1, previous, "does not follow the act before it", "与前一事项不相接")
        try:
            holds = link(row) == row["hash"]
        except TypeError:
            holds = False
        if not holds:
            return _broken(count, count - 1, previous, "was changed after it was recorded", "在登记后被改动")
        previous = row["hash"]
        is_found = is_found or previous == head
    if head is not None and not is_found:
        return Verification(
            ok=False,
            acts=count,
            broken_at=None,
            head=previous,
            english=f"No act has the digest {head}: acts up to it are gone or were made anew. The chain ends with act {count}.",
            chinese=f"没有摘要为 {head} 的事项：其前的事项已缺失或被重做。链止于第 {count} 项。",
        )
    return Verification(
        ok=True,
        acts=count,
        broken_at=None,
        head=previous,
        english=f"{count} acts, every link holds.",
        chinese=f"共 {count} 项，链完整。",
    )


def broken(number: int | None, acts: int, head: str, english: str, chinese: str) -> Verification:
    """A finding that something does not hold."""
    return Verification(ok=False, acts=acts, broken_at=number, head=head, english=english, chinese=chinese)


def _broken(number: int, acts: int, head: str, english: str, chinese: str) -> Verification:
    return broken(
        number,
        acts,
        head,
        f"Act {number} {english}. Restore the register from a backup.",
        f"第 {number} 项{chinese}。请从备份恢复登记簿。",
    )
