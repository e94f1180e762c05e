"""Around every write: a refusal becomes one sentence on the screen, success a toast."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from dashboards.visit import Visit
from fxwatch.errors import FxwatchError


@dataclass
class Outcome:
    """What became of a write. `said` is set inside the block: what to tell when it succeeded; `fault` is the refusal."""

    done: bool = False
    said: str = ""
    fault: FxwatchError | None = None


@contextmanager
def guard(visit: Visit) -> Iterator[Outcome]:
    """Run a write; afterwards `done` says whether it was carried out.

    >>> with guard(visit) as outcome:  # doctest: +SKIP
    ...     visit.home.dismiss(hits, why=why, by=visit.account.name)
    ...     outcome.said = visit.say("review.dismissed", count=len(hits))
    >>> if outcome.done: st.rerun()  # doctest: +SKIP
    """
    outcome = Outcome()
    try:
        yield outcome
    except FxwatchError as fault:
        outcome.fault = fault
        st.error(fault.say(visit.language))
    else:
        outcome.done = True
        if outcome.said:
            st.toast(outcome.said, icon=":material/check_circle:")
