"""What a reader must know of a rule that lacks an input altogether: that nothing of it is loaded, and what follows."""

import streamlit as st

from dashboards.parts import recall
from dashboards.parts.figures import plain
from dashboards.visit import Visit
from fxwatch.reading.left_out import left_out


def say(visit: Visit, rule: str) -> None:
    """Say it as a warning; nothing where the rule has what it needs."""
    found = recall.remembered(visit, left_out, visit.language, of="snapshot").filter(rule=rule)
    for reason in found.filter(found["left_out"].is_null())["reason"]:
        st.warning(plain(reason[0].upper() + reason[1:] + ("。" if visit.language == "zh" else ".")))
