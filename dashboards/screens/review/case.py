"""The case of one hit: what it says, whose it is, what lies behind it, what is on record; the decision below, in reach."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import figures, links, recall, unfed
from dashboards.screens.review import deciding, earlier, evidence, foretold, record
from dashboards.screens.review.filters import rule_title
from dashboards.visit import Visit
from fxwatch.attention.explaining import meaning, together
from fxwatch.errors import NotFound
from fxwatch.reading import hits as reading
from fxwatch.reading.dossier import rested_on
from fxwatch.reading.grades import grade_of
from fxwatch.reading.queue import Line
from fxwatch.reading.traits import AREA_DIGITS, region_names, section, section_names
from fxwatch.terms import Status


def show(visit: Visit, hit_id: str, fit: Line) -> None:
    """Show a case; `fit`: the queue it stands in, to go on in."""
    try:
        hit = reading.one_hit(visit.home, hit_id, with_flows=False)
    except NotFound as fault:
        st.warning(fault.say(visit.language))
        return
    acts = visit.home.register.acts(hit_id=hit_id)
    _head(visit, hit, fit)
    st.markdown(f"**{figures.plain(reading.sentence(hit, visit.language))}**")
    entry = visit.home.register.enrolled(hit["entity_id"]) or {}
    _dates(visit, hit, entry)
    _changes(visit, hit, acts)
    _glance(visit, hit["entity_id"])
    _risk(visit, fit.of([hit_id]))
    evidence.show(visit, hit)
    earlier.show(visit, hit["entity_id"])
    record.show(visit, acts)
    deciding.bar(visit, [hit], fit.following([hit_id]))


def _head(visit: Visit, hit: dict[str, Any], fit: Line) -> None:
    before, after = fit.around(hit["hit_id"])
    if before is None and after is None:  # decided by somebody else meanwhile: the line goes on all the same
        after = fit.following([hit["hit_id"]])
    with st.container(horizontal=True, vertical_alignment="center"):
        links.to(visit, "entity", f"**{figures.plain(hit['entity'])}** ↗", entity=hit["entity_id"])
        st.badge(visit.label(hit["status"]), color="orange" if hit["status"] == Status.OPEN else "gray")
        st.space("stretch")
        for name, sign, there, key in (("previous", "‹", before, "K"), ("next", "›", after, "J")):
            st.button(
                sign, key=f"review_{name}", disabled=there is None, shortcut=key, help=visit.say(f"review.{name}"),
                on_click=lambda to=there: links.keep(hit=to),
            )  # fmt: skip


def _dates(visit: Visit, hit: dict[str, Any], entry: dict[str, Any]) -> None:
    st.caption(" · ".join((hit["entity_id"], *_who(visit, entry))))
    told = [
        f"**{rule_title(visit, hit['rule'])}**",
        visit.say("review.raised", day=figures.day(hit["raised_on"], visit.language)),
        visit.say("review.found", day=figures.day(hit["found_on"], visit.language)),
        visit.say("review.behind", count=hit["flow_count"]),
    ]
    if hit["assigned_to"]:
        told.append(visit.say("review.is_with", account=figures.plain(hit["assigned_to"])))
    if hit["due_on"]:
        told.append(visit.say("review.is_due", day=figures.day(hit["due_on"], visit.language)))
    st.caption(" · ".join(told))


def _changes(visit: Visit, hit: dict[str, Any], acts: pl.DataFrame) -> None:
    """What the reader must know before deciding: decided already, waiting, changed since, taking over from others."""
    if hit["proposal"]:
        st.info(visit.say("review.is_proposed", proposal=hit["proposal"], account=figures.plain(hit["proposed_by"])))
    if hit["status"] != Status.OPEN:
        st.info(record.why_not_open(visit, hit, acts))
    if hit["supersedes"]:
        old = ", ".join(figures.plain(one) for one in hit["supersedes"])
        st.info(visit.say("review.supersedes", count=len(hit["supersedes"]), hits=old))
    unfed.say(visit, hit["rule"])
    if hit["evidence_changed"]:
        kept = rested_on(acts, hit["hit_id"])
        st.warning(
            visit.say("review.evidence_changed", then=record.measured(visit, kept), now=record.measured(visit, hit))
            if kept
            else visit.say("review.evidence_taken_over")
        )


def _glance(visit: Visit, entity_id: str) -> None:
    """The entity in one line: grade and what it would become, what counts, who it is."""
    told = recall.remembered(visit, grade_of, entity_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        foretold.badge(visit, told["grade"])
        if told["provisional_grade"] != told["grade"]:
            st.caption(visit.say("review.provisional"), width="content")
            foretold.badge(visit, told["provisional_grade"])
        st.markdown(
            visit.say(
                "review.glance",
                notices=len(told["notices"]),
                most=told["max_notices_for_b"],
                breaches=len(told["breaches"]),
                hits=len(told["open_hits"]),
            ),
            width="content",
        )


def _risk(visit: Visit, rows: pl.DataFrame) -> None:
    """What the model in force thinks of the entity, what weighs most, and whether the random sample holds it."""
    if rows.is_empty() or rows["risk"][0] is None:
        return
    row = rows.row(0, named=True)
    told = [visit.say("review.risk_is", share=figures.share(row["risk"]))]
    if row["risk_reasons"]:
        words = together([meaning(name, visit.language) for name in row["risk_reasons"]], visit.language)
        told.append(visit.say("review.risk_because", reasons=figures.plain(words)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(" · ".join(told), help=visit.say("review.risk_help"), width="content")
        if row["sampled"]:
            st.badge(visit.say("review.risk_sampled"), color="blue", help=visit.say("review.risk_sampled_help"))


def _who(visit: Visit, entry: dict[str, Any]) -> list[str]:
    """The section of industry and the province, as far as the roll says them."""
    of = pl.DataFrame({"industry": [entry.get("industry")]}, schema={"industry": pl.String}).select(section()).item()
    trade = section_names(visit.language).get(of or "", "")
    region = region_names(visit.language).get((entry.get("area") or "")[:AREA_DIGITS], "")
    return [part for part in (trade, region) if part]
