"""What an examination finds: how bad it is, what, where, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fxwatch.terms import Language

SHOWN = 3  # names in a sentence; the rest is counted
RESTORE = (
    "Restore the home from a backup: fxwatch --home NEW restore BACKUP",
    "请从备份恢复到新库：fxwatch --home 新库 restore 备份",
)
UPGRADE = ("Bring it up with: fxwatch upgrade", "请升级：fxwatch upgrade")
NEWER = ("Use a newer fxwatch.", "请使用更新的 fxwatch。")
REPAIR = ("Mend it with: fxwatch doctor --repair", "请修复：fxwatch doctor --repair")


class Severity(StrEnum):
    """How bad a finding is. A note needs nothing; attention should be given; damage must be mended."""

    NOTE = "note"
    ATTENTION = "attention"
    DAMAGE = "damage"


EXIT_CODES = {Severity.NOTE: 0, Severity.ATTENTION: 1, Severity.DAMAGE: 3}


@dataclass(frozen=True)
class Finding:
    """One finding. `name` is the same in every language and version; `what` and `cure` are English and Chinese."""

    name: str
    severity: Severity
    where: str
    what: tuple[str, str]
    cure: tuple[str, str]

    def say(self, language: Language) -> str:
        """The finding in one line."""
        is_zh = language == "zh"
        return f"{self.what[is_zh]}{'' if is_zh else ' '}{self.cure[is_zh]}"

    def as_dict(self, language: Language) -> dict[str, Any]:
        """The finding as JSON takes it."""
        is_zh = language == "zh"
        return {
            "finding": self.name,
            "severity": self.severity.value,
            "where": self.where,
            "what": self.what[is_zh],
            "what_to_do": self.cure[is_zh],
        }


@dataclass(frozen=True)
class Diagnosis:
    """What an examination found, the worst first, and what it looked at: names and values, for the record."""

    findings: tuple[Finding, ...]
    looked_at: dict[str, Any]

    @property
    def exit_code(self) -> int:
        """0 all is well, 1 something needs attention, 3 something is damaged."""
        return max((EXIT_CODES[f.severity] for f in self.findings), default=0)

    def names(self) -> list[str]:
        """The findings' names."""
        return [f.name for f in self.findings]


def other_version(name: str, where: str, found: int | None, known: int, what: tuple[str, str]) -> Finding:
    """A store of another version: one command away from this one, or newer than it."""
    is_older = found is not None and found < known
    return Finding(
        name,
        Severity.ATTENTION if is_older else Severity.DAMAGE,
        where,
        (
            f"The {what[0]} is of version {found}; this fxwatch works with version {known}.",
            f"{what[1]}的版本为 {found}，本程序使用 {known} 版。",
        ),
        UPGRADE if is_older else NEWER,
    )


def some(names: Iterable[str]) -> tuple[str, str]:
    """A few names, and how many more there are."""
    every = list(names)
    more = len(every) - SHOWN
    shown = every[:SHOWN]
    return (
        ", ".join(shown) + (f" and {more:,} more" if more > 0 else ""),
        "、".join(shown) + (f" 等 {len(every):,} 项" if more > 0 else ""),
    )
