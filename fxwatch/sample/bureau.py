"""What the made-up bureau did: it learns of misconduct late, often not at all, and now and then blames the honest.

It looks at the truth with poor eyes, never at the rules: so its notices and breaches can judge the rules.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from fxwatch.sample.days import Days
from fxwatch.sample.patterns import KIND

# Chances that an episode brings a notice, a breach: at intensity 0, and added at intensity 1.
NOTICE_CHANCE = (0.15, 0.55)
BREACH_CHANCE = (0.01, 0.22)
BLAMED_HONEST = 0.06

PROVISIONS = (
    ("外汇管理条例第三十九条", "逃汇 evasion of foreign exchange control"),
    ("外汇管理条例第四十条", "非法套汇 illegal arbitrage"),
    ("外汇管理条例第四十一条", "非法流入、违规结汇 illegal inflow or settlement"),
    ("外汇管理条例第四十八条", "未按规定申报、提交单证 false declaration or documents"),
)


@dataclass(frozen=True)
class Act:
    """A notice or a breach. `pattern` is what it was about, -1 where there was nothing; `rule` what it was taken for."""

    act: str
    entity: int
    day: date
    pattern: int
    rule: str
    why: str


@dataclass
class Bureau:
    """Draws what the bureau notices."""

    rng: np.random.Generator
    days: Days
    acts: list[Act] = field(default_factory=list)

    def look(self, entity: int, pattern: int, kind: str, start: int, intensity: float) -> date | None:
        """Whether an episode of misconduct is found out; gives back the day of the notice, if one was issued."""
        begun = self.days.days[self.days.working_day(start)]
        noticed = None
        if self.rng.random() < NOTICE_CHANCE[0] + NOTICE_CHANCE[1] * intensity:
            noticed = self._act("notice", entity, begun, 14 + self.rng.gamma(2.0, 20.0), pattern, kind)
        if self.rng.random() < BREACH_CHANCE[0] + BREACH_CHANCE[1] * intensity**2:
            self._act("breach", entity, begun, 60 + self.rng.gamma(2.0, 40.0), pattern, kind)
        return noticed

    def suspect(self, entity: int, pattern: int, kind: str, start: int) -> None:
        """An honest episode that looks like misconduct: sometimes it brings a notice."""
        if self.rng.random() < BLAMED_HONEST:
            begun = self.days.days[self.days.working_day(start)]
            self._act("notice", entity, begun, 14 + self.rng.gamma(2.0, 20.0), pattern, kind)

    def err(self, entities: list[int]) -> None:
        """Notices on honest entities, for no reason in the truth."""
        for entity in entities:
            begun = self.days.days[int(self.rng.integers(30, self.days.count))]
            self._act("notice", entity, begun, 0.0, -1, "large_daily_total")

    def _act(self, act: str, entity: int, begun: date, delay: float, pattern: int, kind: str) -> date | None:
        day = self._next_working_day(begun + timedelta(days=round(delay)))
        if day is None:
            return None
        self.acts.append(Act(act, entity, day, pattern, kind, " ".join(KIND[kind].why)))
        return day

    def _next_working_day(self, day: date) -> date | None:
        number = (day - self.days.first).days
        later = self.days.working[np.searchsorted(self.days.working, number) :]
        return self.days.days[int(later[0])] if len(later) else None
