"""Keys, for an administrator: those with which banks ask, to add and to revoke, and those that sign what banks are told."""

from typing import Any

import streamlit as st

from dashboards import words
from dashboards.parts import empty, recall, tables
from dashboards.screens.operations import bank_key, signing
from dashboards.visit import Visit
from fxwatch.reading.keys import bank_keys

_SHOWN = ["key", "bank", "name", "state", "scope", "per_second", "expires_on", "last_asked", "day", "by", "revoked_on"]
_WIDTHS = {"key": 50, "bank": 118, "name": 140, "state": 72, "scope": 84, "by": 120}


def show(visit: Visit) -> None:
    """The keys of banks, what may be done to them, and below those that sign.

    The form stands below the list and is asked first: so a new key is in the list, and its secret above it, at once.
    """
    bank_key.tell(visit)
    above, listed, below = st.container(), st.container(), st.container()
    with below:
        bank_key.add(visit, above)
    with listed:
        _list(visit)
    signing.show(visit)


def _list(visit: Visit) -> None:
    found = recall.remembered(visit, bank_keys, of="questions")
    if found.is_empty():
        empty.say(visit, "operations.no_keys", "operations.no_keys_next")
        return
    st.caption(visit.say("operations.keys_hint"))
    picked = tables.show(
        visit, found, key="operations_keys", columns=_SHOWN, select="one", export="keys", config=_narrow(visit)
    )
    if picked and (row := found.row(picked[0], named=True))["state"] != "revoked":
        bank_key.revoke(visit, row)


def _narrow(visit: Visit) -> dict[str, Any]:
    columns = st.column_config
    return {
        name: columns.TextColumn(words.heading(name, visit.language), width=width) for name, width in _WIDTHS.items()
    }
