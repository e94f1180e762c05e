"""What became of a file: the counts of a load."""

from dataclasses import asdict, dataclass, field
from typing import Any

from fxwatch.intake.wording import escaped, listed, listed_zh
from fxwatch.terms import Language


@dataclass(frozen=True)
class LoadReport:
    """The outcome of one load; `read` is always the sum of the four counts after it.

    Attributes:
        load_id: number of the load.
        kind: of the file; `retry` where the quarantine was judged again.
        file: its name.
        encoding: of a CSV file.
        extra_columns: columns of the file that are of no use here.
        read: rows.
        accepted: rows that were taken.
        duplicate: rows that say what is on record already.
        out_of_scope: rows kept as versions of their key, beyond trade in services.
        quarantined: rows that were not taken.
        reasons: rows in quarantine by reason.
    """

    load_id: int
    kind: str
    file: str
    encoding: str | None
    extra_columns: list[str]
    read: int
    accepted: int
    duplicate: int
    out_of_scope: int
    quarantined: int
    reasons: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain Python."""
        return asdict(self)

    def say(self, language: Language) -> str:
        """The report in a sentence or two."""
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in self.reasons.items())
        if language == "zh":
            told = (
                f"{escaped(self.file)}：读取 {self.read:,} 行 = 接受 {self.accepted:,} + 重复 {self.duplicate:,}"
                f" + 范围外 {self.out_of_scope:,} + 隔离 {self.quarantined:,}"
            )
            told += f"({reasons})" if reasons else ""
            told += f"；编码 {self.encoding}" if self.encoding else ""
            return told + (f"；未使用的列：{listed_zh(self.extra_columns)}" if self.extra_columns else "") + "。"
        told = (
            f"{escaped(self.file)}: {self.read:,} read = {self.accepted:,} accepted + {self.duplicate:,} duplicate"
            f" + {self.out_of_scope:,} out of scope + {self.quarantined:,} quarantined"
        )
        told += f" ({reasons})" if reasons else ""
        told += f"; encoding {self.encoding}" if self.encoding else ""
        return told + (f"; columns not used: {listed(self.extra_columns)}" if self.extra_columns else "") + "."
