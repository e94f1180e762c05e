"""From a number to its list: links between screens, with what is open in the query of the URL."""

from typing import Any, NoReturn
from urllib.parse import urlencode

import streamlit as st

from dashboards.visit import Visit

PAGES = "shell.pages"  # in the session's state: the screens this account sees, by name

# Where each screen is found. What a link that was sent to a colleague rests on: never changed.
PATHS = {
    "morning": "morning",
    "review": "review",
    "entity": "entity",
    "monitors": "monitors",
    "rule_book": "rules",
    "grades": "grades",
    "reconcile": "reconcile",
    "asked": "asked",
    "check": "check",
    "operations": "operations",
}


def to(visit: Visit, screen: str, label: str, *, help: str | None = None, **query: object) -> None:
    """Show a link to a screen, in the colour of links; only its words where this account does not see that screen.

    Args:
        visit: whose.
        screen: its module's name, such as `rule_book`.
        label: the words of the link, Markdown: pass untrusted text through `figures.plain`.
        help: said when the pointer rests on it.
        query: what is to be open there; None is left out.
    """
    page = _pages().get(screen)
    if page is None:
        st.markdown(label, help=help)
    else:
        st.page_link(page, label=f":primary[{label}]", icon="", help=help, query_params=_query(query))


def go(screen: str, **query: object) -> NoReturn:
    """Leave for a screen."""
    st.switch_page(_pages()[screen], query_params=_query(query))


def asked(name: str) -> str | None:
    """What the URL asks for under a name; None where it does not."""
    return st.query_params.get(name) or None


def keep(**query: object) -> None:
    """Write what is open into the URL, so that it can be sent to a colleague; None takes a name out."""
    for name, value in query.items():
        if value in (None, ""):
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != str(value):
            st.query_params[name] = str(value)


def url(screen: str, **query: object) -> str:
    """A screen's address on this server, for a column of links."""
    words = urlencode(_query(query))
    return f"/{PATHS[screen]}{'?' if words else ''}{words}"


def _query(query: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in query.items() if value is not None}


def _pages() -> dict[str, Any]:
    pages: dict[str, Any] = st.session_state.get(PAGES, {})
    return pages
