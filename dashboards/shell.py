"""What stands around every screen: the navigation by role, who is signed in, the language, how fresh everything is."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import streamlit as st

from dashboards import password
from dashboards.parts import figures, links, recall
from dashboards.visit import Visit
from fxwatch.errors import FxwatchError
from fxwatch.reading.morning import Freshness, freshness
from fxwatch.terms import Language, Role

LOGO = Path(__file__).parent / "theme" / "logo.svg"
LOOK = Path(__file__).parent / "theme" / "page.css"
# The icons over a table and a picture have words of Streamlit's own, in English alone: in Chinese the icons speak for themselves.
_ICONS_ALONE = (
    '<style>body:has([data-testid="stElementToolbar"]:hover) [data-testid="stTooltipContent"] {display: none}</style>'
)
FOLLOWS = 5.0  # seconds between two looks at the pointer of what is published

_READERS = frozenset({Role.REGULATOR, Role.APPROVER, Role.ANALYST, Role.ADMINISTRATOR})

# Each screen with its group, its icon and the roles that see it. The first that an account sees is where it begins.
SCREENS: dict[str, tuple[str, str, frozenset[Role]]] = {
    "morning": ("work", ":material/wb_twilight:", _READERS),
    "review": ("work", ":material/fact_check:", _READERS),
    "entity": ("work", ":material/apartment:", _READERS),
    "monitors": ("overview", ":material/monitoring:", _READERS),
    "grades": ("overview", ":material/verified_user:", _READERS),
    "rule_book": ("overview", ":material/rule:", _READERS),
    "reconcile": ("overview", ":material/balance:", _READERS),
    "asked": ("overview", ":material/contact_support:", _READERS),
    "check": ("house", ":material/task_alt:", frozenset({Role.BANK, Role.REGULATOR, Role.APPROVER})),
    "operations": ("house", ":material/dns:", _READERS),
}


def navigation(visit: Visit) -> Any:
    """The screens that this account sees, in the sidebar; the one that is asked for is given back, to be run."""
    st.html(LOOK)
    if visit.language == "zh":
        st.html(_ICONS_ALONE)
    groups: dict[str, list[Any]] = {}
    pages: dict[str, Any] = {}
    hidden: list[Any] = []
    for screen, (group, icon, roles) in SCREENS.items():
        title, path = visit.say(f"shell.{screen}"), links.PATHS[screen]
        if visit.may(*roles):
            pages[screen] = st.Page(_shows(visit, screen), title=title, icon=icon, url_path=path)
            groups.setdefault(visit.say(f"shell.{group}"), []).append(pages[screen])
        else:  # a link from a colleague with other roles
            hidden.append(st.Page(partial(_refuse, visit), title=title, url_path=path, visibility="hidden"))
    st.session_state[links.PAGES] = pages
    # The first page of all has no path of its own: it leads on, so that every screen keeps the address it is known by.
    start = st.Page(partial(_begin, visit), title="fxwatch", default=True, visibility="hidden")
    return st.navigation({"": [start, *hidden], **groups}, expanded=True)


def _refuse(visit: Visit) -> None:
    st.info(visit.say("shell.not_yours"))
    for screen, page in st.session_state[links.PAGES].items():
        st.page_link(page, label=visit.say(f"shell.{screen}"))


def _begin(visit: Visit) -> None:
    first = next((name for name, (*_, roles) in SCREENS.items() if visit.may(*roles)), None)
    if first is None:
        st.info(visit.say("shell.no_screen"))
        st.stop()
    links.go(first)


def _shows(visit: Visit, screen: str) -> Callable[[], None]:
    def page() -> None:
        try:
            import_module(f"dashboards.screens.{screen}").show(visit)
        except FxwatchError as fault:
            st.error(fault.say(visit.language))

    return page


def sidebar(visit: Visit) -> None:
    """Who is signed in, the language, the password, and the way out."""
    st.logo(str(LOGO), size="large")
    with st.sidebar, st.container(gap="small"):
        roles = "、" if visit.language == "zh" else ", "
        told = roles.join(visit.label(role) for role in sorted(visit.account.roles))
        st.markdown(f"**{figures.plain(visit.account.name)}**")
        st.caption(f"{told} · {visit.account.institution}" if visit.account.institution else told)
        st.segmented_control(
            visit.say("shell.language"),
            ["zh", "en"],
            default=visit.language,
            format_func={"zh": "中文", "en": "English"}.__getitem__,
            key="shell_language",
            label_visibility="collapsed",
            required=True,
            on_change=partial(_choose, visit),
        )
        with st.container(horizontal=True, vertical_alignment="center", key="shell_account"):
            password.offer(visit)
            st.html(f'<a href="/sign-out">{visit.say("shell.sign_out")}</a>', width="content")


def _choose(visit: Visit) -> None:
    chosen = cast(Language, st.session_state["shell_language"])
    visit.home.register.entrance.choose_language(visit.account.name, chosen)


def fresh(visit: Visit) -> None:
    """How fresh everything is, in one line; when a run publishes, the screen that is open moves on to what it published."""
    if visit.account.roles == {Role.BANK}:
        return
    with st.sidebar:
        st.fragment(partial(_follow, visit), run_every=FOLLOWS)()


def _follow(visit: Visit) -> None:
    shown = recall.state_of(visit.home, of="snapshot")
    if st.session_state.setdefault("shell.snapshot", shown) != shown:
        st.session_state["shell.snapshot"] = shown
        st.rerun(scope="app")
    try:
        state = recall.remembered(visit, freshness, of="snapshot")
    except FxwatchError as fault:
        st.caption(fault.say(visit.language))
        return
    st.caption(_sentence(visit, state, str(shown[0])))


def _sentence(visit: Visit, state: Freshness, snapshot: str) -> str:
    if state.newest_day is None:
        return visit.say("shell.nothing_loaded")
    newest = visit.say("shell.newest_flow", day=figures.day(state.newest_day, visit.language))
    if state.run is None:
        return f"{newest}  \n{visit.say('shell.never_run')}"
    run = visit.say("shell.last_run", run=state.run["run_id"], at=figures.moment(state.run["ended_at"], visit.language))
    number = snapshot.removeprefix("snapshot-").removesuffix(".duckdb")
    return f"{newest}  \n{run}  \n{visit.say('shell.snapshot', snapshot=number)}"
