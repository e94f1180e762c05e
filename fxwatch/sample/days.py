"""The sample's days: which are working days, how busy each is, which monthly table applies."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from fxwatch.errors import RequestError
from fxwatch.facts import facts
from fxwatch.sample.calibration import Calibration
from fxwatch.sample.trades import CURRENCY, Floats, Ints

# The last working days of a month are that much busier than the others.
MONTH_END = (3, 1.5)


class Days:
    """The days from `first` to `last`, numbered from 0."""

    def __init__(self, last: date, months: int, calibration: Calibration) -> None:
        self.last = last
        self.first = months_back(last, months - 1)
        self.count = (last - self.first).days + 1
        if months < 6 or self.count < 150:
            raise RequestError(
                f"A sample spans at least 6 months; found {months}. Ask for more.",
                f"样本至少跨 6 个月，现为 {months}。请增加。",
            )
        known = {row["day"]: row["is_workday"] == "1" for row in facts("calendar.csv")}
        self.days = [self.first + timedelta(days=n) for n in range(self.count)]
        works = [known.get(day.isoformat()) for day in self.days]
        if None in works:
            missing = self.days[works.index(None)]
            raise RequestError(
                f"A sample from {self.first} to {last} was asked for, but the shipped calendar does not have {missing}. Choose days that it covers.",
                f"请求的样本为 {self.first} 至 {last}，但随附的工作日历没有 {missing}。请选择日历覆盖的日期。",
            )
        self.works = np.array(works, dtype=bool)
        # Day numbers of the working days, in order.
        self.working: Ints = np.flatnonzero(self.works)
        self.month = np.array([(d.year - self.first.year) * 12 + d.month - self.first.month for d in self.days])
        self.rates = _rates(self.first, int(self.month[-1]) + 1)
        self._until = np.concatenate([[0.0], np.cumsum(self._busyness(calibration))])

    def _busyness(self, calibration: Calibration) -> Floats:
        share = np.array([calibration.month_share[d.month - 1] for d in self.days])
        in_month = np.array([np.count_nonzero(self.works[self.month == m]) for m in range(int(self.month[-1]) + 1)])
        busy = np.where(self.works, share / in_month[self.month], 0.0)
        for m in range(int(self.month[-1]) + 1):
            busy[self.working[self.month[self.working] == m][-MONTH_END[0] :]] *= MONTH_END[1]
        off = calibration.day_off_share
        busy[~self.works] = busy.sum() * off / (1 - off) / max(1, np.count_nonzero(~self.works))
        return np.asarray(busy / busy.sum())

    def draw(self, begin: Ints, end: Ints, position: Floats) -> Ints:
        """A day for each row, `position` (0 to 1) of the way through the busyness of `begin` to `end`."""
        low, high = self._until[begin], self._until[np.maximum(end, begin) + 1]
        found = np.searchsorted(self._until, low + (high - low) * position, side="right") - 1
        return np.asarray(np.clip(found, begin, np.maximum(end, begin)))

    def working_day(self, number: int) -> int:
        """The day number of the n-th working day, kept inside the sample."""
        return int(self.working[min(max(number, 0), len(self.working) - 1)])

    def number_of(self, day: int) -> int:
        """The running number of the first working day not before a day."""
        return min(int(np.searchsorted(self.working, day)), len(self.working) - 1)

    def later(self, day: Ints, working_days: Ints) -> Ints:
        """The day that is some working days later; past the end of the sample: the day count, which is no day."""
        place = np.searchsorted(self.working, day, side="left") + working_days
        beyond = place >= len(self.working)
        return np.where(beyond, self.count, self.working[np.minimum(place, len(self.working) - 1)])


def months_back(day: date, months: int) -> date:
    """The first of the month, so many months before the month of a day.

    >>> months_back(date(2026, 10, 31), 23)
    datetime.date(2024, 11, 1)
    """
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _rates(first: date, months: int) -> Floats:
    """USD per unit by month and currency: the table of the month before, as the sample's amounts are sized by it."""
    table = {(row["month"], row["currency"]): Decimal(row["usd_per_unit"]) for row in facts("rates.csv")}
    found = np.ones((months, len(CURRENCY)))
    for m in range(months):
        before = first.year * 12 + first.month - 2 + m
        month = f"{before // 12}-{before % 12 + 1:02d}"
        for c, currency in enumerate(CURRENCY):
            # A currency without a table that month is sized as if it were USD; none of ours lacks one since 2005.
            found[m, c] = 1.0 if currency == "USD" else float(table.get((month, currency), Decimal(1)))
    return found
