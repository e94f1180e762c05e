"""Two axes of time: on which day the grades are asked, and as known at which moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import streamlit as st

from dashboards.parts import figures, links
from dashboards.visit import Visit
from fxwatch.home import ZONE
from fxwatch.periods import EARLIEST_YEAR, LATEST_YEAR


@dataclass(frozen=True)
class When:
    """The day that is asked, and the moment (UTC) as of which it is known; None for now.

    `asked` is both as questions take them: nothing for today, so that the answer made ahead is found.
    """

    on: date
    known_at: datetime | None
    asked: tuple[date | None, datetime | None]


def now(visit: Visit) -> When:
    """Today, as known now."""
    return When(visit.home.today(), None, (None, None))


def choose(visit: Visit) -> When:
    """Let the reader choose; what was chosen stands in the URL."""
    on, known = _day(links.asked("on")) or visit.home.today(), _moment(links.asked("known"))
    st.session_state["grades_on"], st.session_state["grades_is_past"] = on, known is not None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.date_input(visit.say("grades.on"), key="grades_on", format="YYYY-MM-DD", width=180, on_change=_keep_day)
        st.toggle(
            visit.say("grades.is_past"),
            key="grades_is_past",
            help=visit.say("grades.is_past_help"),
            on_change=_keep_moment,
        )
        if known is not None:
            st.session_state["grades_known_day"], st.session_state["grades_known_time"] = known.date(), known.time()
            day, clock = visit.say("grades.known_day"), visit.say("grades.known_time")
            st.date_input(day, key="grades_known_day", format="YYYY-MM-DD", width=180, on_change=_keep_moment)
            st.time_input(clock, key="grades_known_time", width=120, on_change=_keep_moment)
    day_asked = None if on == visit.home.today() else on
    if known is None:
        return When(on, None, (day_asked, None))
    shown = f"{figures.day(known.date(), visit.language)} {known:%H:%M}"
    st.caption(visit.say("grades.as_known", day=figures.day(on, visit.language), moment=shown))
    moment = known.astimezone(UTC).replace(tzinfo=None)
    return When(on, moment, (day_asked, moment))


def _keep_day() -> None:
    links.keep(on=st.session_state["grades_on"])


def _keep_moment() -> None:
    """The moment on the clock of the bureau; at first the last midnight."""
    if not st.session_state["grades_is_past"]:
        links.keep(known=None)
        return
    today = datetime.now(UTC).astimezone(ZONE).date()
    day = st.session_state.get("grades_known_day") or today
    clock = st.session_state.get("grades_known_time") or time()
    links.keep(known=f"{datetime.combine(day, clock):%Y-%m-%dT%H:%M}")


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day and EARLIEST_YEAR <= day.year <= LATEST_YEAR else None


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=ZONE) if text else None
    except ValueError:
        return None
    return moment if moment and EARLIEST_YEAR <= moment.year <= LATEST_YEAR else None
