"""What a rule says of itself, as a page."""

import streamlit as st

from dashboards.parts import figures, links, recall, unfed
from dashboards.parts.figures import plain
from dashboards.visit import Visit
from fxwatch.reading import book, hits
from fxwatch.reading.book import Page
from fxwatch.reading.left_out import left_out
from fxwatch.session import Session
from fxwatch.terms import Language


def show(visit: Visit, page: Page) -> None:
    """The page of an early-warning indicator, with its newest hit as an example."""
    st.subheader(page.title, anchor=False)
    with st.container(horizontal=True, gap="small"):
        st.badge(visit.label(page.severity), color="blue" if page.severity == "article" else "gray")
        st.badge(visit.say("rule_book.counts_in", unit=visit.label(page.unit)), color="gray")
        if page.auto_notice:
            st.badge(visit.say("rule_book.auto_notice"), color="gray")
        st.badge(visit.say("rule_book.version", version=page.version), color="gray")
    describe(visit, page)
    _left_out(visit, page.name)
    told = recall.remembered(visit, example, page.name, visit.language)
    if told is not None:
        hit_id, sentence = told
        with st.container(border=True):
            st.caption(visit.say("rule_book.example"))
            st.markdown(plain(sentence))
            links.to(visit, "review", visit.say("rule_book.to_hit"), hit=hit_id)


def _left_out(visit: Visit, rule: str) -> None:
    """What the newest run could not judge by it; that an input is missing altogether is a warning."""
    unfed.say(visit, rule)
    found = recall.remembered(visit, left_out, visit.language, of="snapshot").filter(rule=rule)
    chinese = visit.language == "zh"
    counted = [
        f"{reason} {figures.count(count)}" if chinese else f"{figures.count(count)} {reason}"
        for reason, count in found.select("reason", "left_out").drop_nulls().iter_rows()
    ]
    if counted:
        told = ("；" if chinese else "; ").join(counted)
        st.caption(visit.say("rule_book.left_out_now", what=plain(told)))


def describe(visit: Visit, page: Page) -> None:
    """The parts of a description, a heading each."""
    st.markdown(plain(page.finds))
    parts = {"why": page.why, "leaves_out": page.leaves_out, "one_hit_per": _one_hit_per(visit, page)}
    parts |= {"frequency": page.frequency, "basis": page.basis}
    for heading, text in parts.items():
        if text:
            st.markdown(f"**{visit.say(f'rule_book.{heading}')}** {plain(text[0].upper() + text[1:])}")


def example(home: Session, rule: str, language: Language) -> tuple[str, str] | None:
    """The newest hit of a rule: its id and what it says; None where there is none."""
    hit_id = book.newest_hit(home, rule)
    return None if hit_id is None else (hit_id, hits.sentence(hits.one_hit(home, hit_id), language))


def _one_hit_per(visit: Visit, page: Page) -> str:
    """What one hit is about: the parts of its key, and the days in a row where no day is among them."""
    if not page.key:
        return ""
    named = [visit.say(f"rule_book.key_{part}") for part in page.key]
    if not {"day", "declaration"}.intersection(page.key):
        named.append(visit.say("rule_book.key_days"))
    return ("、" if visit.language == "zh" else ", ").join(named)
