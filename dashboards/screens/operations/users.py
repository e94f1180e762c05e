"""Who may enter: the accounts with their roles, for an administrator to make, change and close."""

import polars as pl
import streamlit as st

from dashboards import words
from dashboards.parts import recall, tables
from dashboards.screens.operations import account
from dashboards.visit import Visit
from fxwatch.reading import operations
from fxwatch.terms import Role


def show(visit: Visit) -> None:
    """The accounts; of the one that is picked what may be done to it, else a new one."""
    account.tell(visit)
    found = recall.remembered(visit, operations.accounts)
    labels = {role.value: visit.label(role) for role in Role}
    spoken = found.with_columns(pl.col("roles").list.eval(pl.element().replace(labels)))
    st.caption(visit.say("operations.users_hint"))
    columns, language = st.column_config, visit.language
    config = {
        "name": columns.TextColumn(words.heading("name", language), width=200),
        "roles": columns.TextColumn(words.heading("roles", language), width=340),
        "institution": columns.TextColumn(words.heading("institution", language), width=130),
    }
    picked = tables.show(visit, spoken, key="operations_users", select="one", export="accounts", config=config)
    if picked:
        account.change(visit, found.row(picked[0], named=True))
    else:
        account.add(visit)
