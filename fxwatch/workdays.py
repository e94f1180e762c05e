"""Working days counted by the calendar: the last day of a term."""

from bisect import bisect_right
from datetime import date

import polars as pl

from fxwatch.errors import RequestError
from fxwatch.streaks import covered_years


class WorkingDays:
    """The working days of the years that a calendar covers whole."""

    def __init__(self, calendar: pl.DataFrame) -> None:
        """`calendar`: columns day, is_workday."""
        self._years = set(covered_years(calendar))
        is_known = pl.col("day").dt.year().is_in(sorted(self._years))
        self._days: list[date] = sorted(calendar.filter(pl.col("is_workday") & is_known)["day"].to_list())

    def after(self, day: date, count: int) -> date:
        """The so many-th working day after a day, which is not counted itself.

        >>> week = pl.DataFrame({"day": pl.date_range(date(2025, 1, 1), date(2025, 12, 31), eager=True)})
        >>> days = WorkingDays(week.with_columns(is_workday=pl.col("day").dt.weekday() < 6))
        >>> days.after(date(2025, 6, 27), 1).isoformat()
        '2025-06-30'

        Raises:
            RequestError: the term reaches into a year that the calendar does not cover; the sentence names it.
        """
        found = self.try_after(day, count)
        if isinstance(found, int):
            raise uncovered(found)
        return found

    def try_after(self, day: date, count: int) -> date | int:
        """As `after`; the first year that is not covered in place of an error."""
        if day.year not in self._years:
            return day.year
        if count == 0:
            return day
        at = bisect_right(self._days, day) + count - 1
        found = self._days[at] if at < len(self._days) else None
        last = found.year if found else self._days[-1].year + 1
        missing = (year for year in range(day.year, last + 1) if year not in self._years)
        return next(missing, None) or found or last


def uncovered(year: int) -> RequestError:
    """The sentence about a year whose working days are not known."""
    return RequestError(
        f"Working days of {year} cannot be counted: the calendar does not cover that year. Load it: fxwatch load calendar FILE",
        f"无法计算 {year} 年的工作日：日历未涵盖该年。请导入：fxwatch load calendar 文件",
    )
