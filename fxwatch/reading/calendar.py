"""Terms of the register in working days of the published calendar."""

from typing import TYPE_CHECKING

from fxwatch.warehouse.frames import calendar_frame
from fxwatch.workdays import WorkingDays

if TYPE_CHECKING:
    from fxwatch.home import Home


def working_days(home: "Home") -> WorkingDays:
    """The working days that the published snapshot knows."""
    return WorkingDays(calendar_frame(home.snapshot().con))
