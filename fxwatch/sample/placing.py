"""When a pattern may happen: with the months before it that its rule needs, inside one month or quarter, and apart from others."""

from dataclasses import dataclass, field
from datetime import date

from fxwatch.sample.days import Days
from fxwatch.sample.patterns import Kind, listed


@dataclass
class Places:
    """Finds days for patterns, and remembers which days of an entity belong to one."""

    days: Days
    _taken: dict[int, list[tuple[int, int, Kind]]] = field(default_factory=dict)

    def find(self, kind: Kind, entity: int, start: int, *, either_way: bool = False) -> int | None:
        """The first working day from `start` on (or else the last before it) on which a pattern may begin; None where there is none."""
        last = len(self.days.working) - kind.span
        ahead = range(max(0, start, self.earliest(kind)), last + 1)
        behind = range(min(start, last), self.earliest(kind) - 1, -1) if either_way else range(0)
        return next((day for way in (ahead, behind) for day in way if self.fits(kind, entity, day)), None)

    def earliest(self, kind: Kind) -> int:
        """The first working day that has all that must lie before it."""
        months = self.days.first.year * 12 + self.days.first.month - 1 + kind.history
        begin = date(months // 12, months % 12 + 1, 1)
        return max(kind.lead, self.days.number_of((begin - self.days.first).days))

    def fits(self, kind: Kind, entity: int, start: int) -> bool:
        """Whether a pattern may begin on a working day."""
        if start < self.earliest(kind) or start + kind.span > len(self.days.working):
            return False
        first, last = (self.days.days[self.days.working_day(n)] for n in (start, start + kind.span - 1))
        if kind.within and _period(first, kind.within) != _period(last, kind.within):
            return False
        if kind.within == "quarter" and not self._begins_quarter(start):
            return False
        if kind.over and _period(first, "quarter") == _period(self.days.last, "quarter"):
            return False
        if kind.listed and not listed(first, last):
            return False
        begin, end, _ = self._claim(kind, start)
        return all(
            b > end or e < begin or not (kind.alone or other.alone or kind is other)
            for b, e, other in self._taken.get(entity, ())
        )

    def take(self, kind: Kind, entity: int, start: int) -> None:
        """The days of a pattern belong to it from now on."""
        self._taken.setdefault(entity, []).append(self._claim(kind, start))

    def is_free(self, entity: int) -> bool:
        """Whether nothing of an entity's life belongs to any pattern."""
        return entity not in self._taken

    def _claim(self, kind: Kind, start: int) -> tuple[int, int, Kind]:
        if kind.within == "quarter" and kind.alone:
            first = self.days.days[self.days.working_day(start)]
            after = date(first.year + first.month // 10, (first.month + 2) // 3 * 3 % 12 + 1, 1)
            return start, self.days.number_of((after - self.days.first).days), kind
        return start - kind.lead, start + kind.span - 1, kind

    def _begins_quarter(self, start: int) -> bool:
        day = self.days.days[self.days.working_day(start)]
        if start == 0:
            return (self.days.first.month - 1) % 3 == 0
        return _period(day, "quarter") != _period(self.days.days[self.days.working_day(start - 1)], "quarter")


def _period(day: date, length: str) -> tuple[int, int]:
    return day.year, day.month if length == "month" else (day.month - 1) // 3
