"""The rows that were not taken: by reason, page by page, as a file for correction, and judged again."""

import polars as pl
import streamlit as st

from dashboards.parts import decide, empty, figures, links, recall, tables
from dashboards.screens.operations import coming
from dashboards.visit import Visit
from fxwatch.intake import retry
from fxwatch.intake.reasons import Reason
from fxwatch.reading import quarantine

_SHOWN = ["line", "reason", "sentence", "declaration_no", "leg", "load_id", "file", "raw"]
_TOLD = "operations_retry_told"


def show(visit: Visit) -> None:
    """The reasons with their numbers; of the one that is open, the rows."""
    if told := st.session_state.pop(_TOLD, None):
        st.success(told)
    found = recall.remembered(visit, quarantine.reasons, of="snapshot")
    if found.is_empty():
        coming.show(visit)
        empty.say(visit, "operations.no_quarantine")
        return
    kind, reason = _chosen(visit, found)
    rows = int(found.filter((pl.col("kind") == kind) & (pl.col("reason") == reason if reason else True))["rows"].sum())
    _doing(visit, kind, reason, rows)
    coming.show(visit)
    _rows(visit, kind, reason, rows)


def _chosen(visit: Visit, found: pl.DataFrame) -> tuple[str, str | None]:
    """Kind and reason as the URL says, changed by a click on a reason."""
    kinds: list[str] = found["kind"].unique(maintain_order=True).to_list()
    asked, reason = links.asked("kind"), links.asked("reason")
    with_reason = found.filter(pl.col("reason") == (reason or ""))["kind"].to_list()
    kind = asked if asked and asked in kinds else with_reason[0] if with_reason else kinds[0]
    st.session_state["operations_waiting_kind"] = kind
    if len(kinds) > 1:
        st.segmented_control(
            visit.say("operations.kind"), kinds, key="operations_waiting_kind", format_func=visit.label, required=True,
            on_change=lambda: links.keep(kind=st.session_state["operations_waiting_kind"], reason=None, page=None),
        )  # fmt: skip
    of_kind = found.filter(kind=kind)
    words = {
        row["reason"]: f"{visit.say('operations.reason_' + row['reason'])} · {figures.count(row['rows'])}"
        for row in of_kind.iter_rows(named=True)
    }
    st.session_state["operations_reason"] = reason if reason in words else None
    st.pills(
        visit.say("operations.reasons"), list(words), key="operations_reason", format_func=words.__getitem__,
        on_change=lambda: links.keep(reason=st.session_state["operations_reason"], page=None),
    )  # fmt: skip
    return kind, reason if reason in words else None


def _doing(visit: Visit, kind: str, reason: str | None, rows: int) -> None:
    """Take the rows along for correction; judge them again."""
    st.caption(visit.say("operations.quarantine_hint"))
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            visit.say("operations.to_correct", rows=figures.count(rows), count=rows),
            lambda: quarantine.to_correct(visit.home, kind, reason, visit.language),
            f"quarantine-{kind}{f'-{reason}' if reason else ''}.csv", "text/csv",
            key="operations_to_correct", on_click="ignore",
        )  # fmt: skip
        which = visit.say("operations.judge_reason" if reason else "operations.judge_all")
        if st.button(which, key="operations_retry", help=visit.say("operations.judge_help")):
            _judge(visit, reason)


def _judge(visit: Visit, reason: str | None) -> None:
    with decide.guard(visit) as outcome, coming.progress(visit, "operations.judging") as tell:
        report = retry(visit.home, reason, visit.account.name, tell)
    if outcome.done:
        st.session_state[_TOLD] = figures.plain(report.say(visit.language))
        st.rerun()


def _rows(visit: Visit, kind: str, reason: str | None, rows: int) -> None:
    pages = -(-rows // quarantine.PAGE)
    asked = links.asked("page") or "1"
    page = min(int(asked), pages) if asked.isdigit() and int(asked) else 1
    found = recall.remembered(visit, quarantine.page_of, kind, reason, page, of="snapshot")
    reasons = {reason: visit.say(f"operations.reason_{reason}") for reason in Reason.__members__}
    spoken = found.with_columns(
        pl.col("reason").replace(reasons), sentence="sentence_zh" if visit.language == "zh" else "sentence"
    )
    tables.show(visit, spoken.select(_SHOWN), key="operations_rows", height="auto" if spoken.height <= 10 else 460)
    if pages > 1:
        st.session_state["operations_page"] = page
        st.pagination(
            pages, key="operations_page", on_change=lambda: links.keep(page=st.session_state["operations_page"])
        )
