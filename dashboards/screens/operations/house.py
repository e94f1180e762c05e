"""How the house stands: its settings, its snapshots, what the doctor finds, and a backup."""

import streamlit as st

from dashboards.parts import recall, tables
from dashboards.screens.operations import care, settings
from dashboards.visit import Visit
from fxwatch.reading import operations


def show(visit: Visit) -> None:
    """Examination and backup, snapshots, settings."""
    care.show(visit)
    st.subheader(visit.say("operations.snapshots"), anchor=False)
    tables.show(visit, recall.remembered(visit, operations.snapshots, of="snapshot"), key="operations_snapshots")
    settings.show(visit)
