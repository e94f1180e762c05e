"""What the register has about a hit: acts and notes, newest first, and why it is no longer open."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import figures
from dashboards.visit import Visit
from fxwatch.reading.dossier import decision_in

_SHOWN = 20


def show(visit: Visit, acts: pl.DataFrame) -> None:
    """Show the acts that name the hit."""
    st.markdown(f"###### {visit.say('review.on_record')}")
    if acts.is_empty():
        st.caption(visit.say("review.nothing_on_record"))
    for act in acts.reverse().head(_SHOWN).iter_rows(named=True):
        when, who = figures.moment(act["at"], visit.language), figures.plain(act["by"])
        st.markdown(f"**{visit.label(act['kind'])}** · {who} · {when} — {_what(visit, act)}")
    if acts.height > _SHOWN:
        st.caption(visit.say("review.older_acts", count=acts.height - _SHOWN))


def _what(visit: Visit, act: Mapping[str, Any]) -> str:
    payload = json.loads(act["payload"])
    why = figures.plain(act["why"])
    if act["kind"] == "hit_assigned":
        due = visit.say("review.by_day", day=_day(visit, payload["due_on"])) if payload["due_on"] else ""
        return visit.say("review.given_to", account=figures.plain(payload["to"])) + due
    if payload.get("explains_until"):
        return f"{why} {visit.say('review.explains_to', day=_day(visit, payload['explains_until']))}"
    number = next((payload[n] for n in ("notice", "inquiry", "proposal") if n in payload), None)
    return f"{number}: {why}" if number else why


def _day(visit: Visit, iso: str) -> str:
    return figures.day(date.fromisoformat(iso), visit.language)


def why_not_open(visit: Visit, hit: Mapping[str, Any], acts: pl.DataFrame) -> str:
    """Who decided the hit and when; or that it is no longer found, explained by another, or was taken over."""
    last = decision_in(acts, hit["status"])
    if last is None:
        return visit.say(f"review.is_{hit['status']}", notice=hit["notice"] or "")
    named = f" ({hit['notice']})" if hit["notice"] else ""
    return visit.say(
        "review.decided_by",
        what=visit.label(hit["status"]) + named,
        account=figures.plain(last["by"]),
        when=figures.moment(last["at"], visit.language),
        why=figures.plain(last["why"]),
    )


def measured(visit: Visit, hit: Mapping[str, Any]) -> str:
    """How much a finding is, in its unit, and over how many flows; `hit` may be an act's copy, where numbers are text."""
    value = Decimal(str(hit["value"]))
    in_usd = hit.get("unit") == "USD"
    amount = f"USD {figures.exact(value)}" if in_usd else f"{value.normalize():f} {visit.label(hit.get('unit') or '')}"
    return visit.say("review.measured", amount=amount, count=int(hit.get("flow_count") or 0))
