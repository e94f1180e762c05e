"""A file comes in: judged row by row, all or nothing, with its progress shown."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboards.parts import decide, figures
from dashboards.visit import Visit
from fxwatch.intake import KINDS, load
from fxwatch.terms import Role

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

FORMS = ["csv", "gz", "parquet", "xlsx"]
_TOLD = "operations_load_told"


def show(visit: Visit) -> None:
    """The form; and what became of the file that was loaded a moment ago."""
    if told := st.session_state.pop(_TOLD, None):
        st.success(told)
    with st.expander(visit.say("operations.load_a_file")):
        st.caption(visit.say("operations.load_hint"))
        kind = st.selectbox(
            visit.say("operations.kind"), kinds(visit), key="operations_kind", format_func=visit.label, width=320
        )
        file = st.file_uploader(visit.say("operations.file"), FORMS, key="operations_file")
        if (
            st.button(visit.say("operations.load"), type="primary", key="operations_load", disabled=file is None)
            and file
        ):
            take(visit, kind, file)


def kinds(visit: Visit) -> list[str]:
    """The kinds of file that the account may load: breaches are a regulator's acts."""
    return [kind for kind in KINDS if kind != "breaches" or visit.may(Role.REGULATOR)]


def take(visit: Visit, kind: str, file: "UploadedFile") -> None:
    """Load an uploaded file under its own name, and tell what became of it on the fresh screen."""
    with decide.guard(visit) as outcome, tempfile.TemporaryDirectory(prefix="fxwatch-") as folder:
        path = Path(folder) / (Path(file.name).name or "file")
        path.write_bytes(file.getbuffer())
        with progress(visit, "operations.loading") as tell:
            report = load(visit.home, kind, path, by=visit.account.name, progress=tell)
    if outcome.done:
        st.session_state[_TOLD] = figures.plain(report.say(visit.language))
        st.rerun()


@contextmanager
def progress(visit: Visit, key: str) -> Iterator[Callable[[int, int], object]]:
    """A bar that follows long work."""
    bar = st.progress(0.0, visit.say(key))
    try:
        yield lambda done, total: bar.progress(min(1.0, done / total) if total else 1.0, visit.say(key))
    finally:
        bar.empty()
