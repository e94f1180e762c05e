"""What the reader wants to see of the queue. The URL is the truth: every control writes into it and is set from it."""

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation

import polars as pl
import streamlit as st

from dashboards.parts import links
from dashboards.visit import Visit
from fxwatch.reading.queue import AGES, NOBODY, ORDERS, Asked, order_now, per_rule
from fxwatch.reading.traits import AREA_DIGITS, region_names
from fxwatch.rulebook import SEVERITIES, rules
from fxwatch.terms import Status

ME = "me"
_OPEN_LISTS = ("whose", "item", "area")
_NAMES = ("rule", "item", "direction", "severity", "area", "age", "above", "whose", "overdue", "entity")


def status() -> str:
    """Which hits are looked at: the open ones unless the URL says otherwise."""
    asked = links.asked("status")
    return asked if asked in list(Status) else Status.OPEN


def asked(visit: Visit) -> Asked:
    """What the URL asks for; what cannot be understood in it is left out."""
    whose, age, order = links.asked("whose"), links.asked("age"), links.asked("order")
    severity = links.asked("severity")
    return Asked(
        rule=links.asked("rule"),
        item=links.asked("item"),
        direction=links.asked("direction"),
        severity=severity if severity in SEVERITIES else None,
        area=links.asked("area"),
        age=age if age in AGES else None,
        above=_usd(links.asked("above")),
        whose=visit.account.name if whose == ME else whose,
        overdue=links.asked("overdue") is not None,
        entity=links.asked("entity"),
        order=order if order in ORDERS else order_now(visit.home),
    )


def show(visit: Visit, queue: pl.DataFrame) -> None:
    """The controls: rules with their counts, then the usual filters, then the rarer ones behind a button."""
    _rules(visit, per_rule(queue, asked(visit)))
    # In a narrow window they go on in the next row: a column of its own each would cut their words off.
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        _one_of(visit, "whose", [ME, NOBODY, *_accounts(queue)], lambda w: _whose(visit, w))
        _one_of(visit, "item", _words(queue, "item"), visit.label)
        _one_of(visit, "direction", _words(queue, "direction"), visit.label)
        _one_of(visit, "age", list(AGES), lambda a: visit.say(f"review.age_{a}"))
        _text(visit, "entity")
        first = order_now(visit.home)
        orders = [first, *(o for o in ORDERS if o != first and (o != "risk" or first == "risk"))]
        _one_of(visit, "order", orders, lambda o: visit.say(f"review.order_{o}"), needed=True)
        with st.popover(_more(visit)):
            _rarer(visit, queue)


def _rarer(visit: Visit, queue: pl.DataFrame) -> None:
    names = region_names(visit.language)
    areas = sorted(queue["area"].drop_nulls().str.slice(0, AREA_DIGITS).unique().to_list())
    _one_of(visit, "severity", list(SEVERITIES), visit.label)
    _one_of(visit, "area", areas, lambda a: names.get(a, a))
    _text(visit, "above")
    st.session_state["review_overdue"] = links.asked("overdue") is not None
    st.toggle(visit.say("review.overdue"), key="review_overdue", on_change=_keep, args=("overdue",))
    _one_of(visit, "status", list(Status), visit.label, needed=True)
    st.button(visit.say("review.clear"), key="review_clear", on_click=_clear, width="stretch")


def _rules(visit: Visit, counts: dict[str, int]) -> None:
    book, chosen = rules(), links.asked("rule")
    names = ["", *counts] if chosen is None or chosen in counts else ["", *counts, chosen]
    st.session_state["review_rule"] = chosen if chosen in names else ""

    def spoken(name: str) -> str:
        title = visit.say("review.all_rules") if not name else rule_title(visit, name) if name in book else name
        return f"{title} · {counts.get(name, 0) if name else sum(counts.values()):,}"

    st.pills(
        visit.say("review.rule"), names, format_func=spoken, key="review_rule", required=True,
        label_visibility="collapsed", on_change=_keep, args=("rule",),
    )  # fmt: skip


def rule_title(visit: Visit, name: str) -> str:
    """What a rule is called in the reader's language."""
    rule = rules().get(name)
    return name if rule is None else rule.title_zh if visit.language == "zh" else rule.title


def _one_of(
    visit: Visit, name: str, options: Sequence[str], spoken: Callable[[str], str], *, needed: bool = False
) -> None:
    chosen = links.asked(name)
    options = list(options) if needed else ["", *options]
    if chosen and chosen not in options and name in _OPEN_LISTS:
        options.append(chosen)  # what a link asks for stays choosable, though nothing of it is left in the queue
    st.session_state[f"review_{name}"] = chosen if chosen in options else options[0]
    st.selectbox(
        visit.say(f"review.{name}"), options, format_func=lambda v: spoken(v) if v else visit.say(f"review.any_{name}"),
        key=f"review_{name}", on_change=_keep, args=(name,), label_visibility="collapsed",
    )  # fmt: skip


def _text(visit: Visit, name: str) -> None:
    st.session_state[f"review_{name}"] = links.asked(name) or ""
    st.text_input(
        visit.say(f"review.{name}"), key=f"review_{name}", on_change=_keep, args=(name,),
        placeholder=visit.say(f"review.{name}_hint"), label_visibility="collapsed",
    )  # fmt: skip


def _keep(name: str) -> None:
    value = st.session_state[f"review_{name}"]
    links.keep(**{name: "1" if value is True else value or None, "page": None, "hit": None})


def _clear() -> None:
    links.keep(**dict.fromkeys((*_NAMES, "status", "page", "hit")))


def _more(visit: Visit) -> str:
    used = sum(links.asked(name) is not None for name in ("severity", "area", "above", "overdue", "status"))
    return visit.say("review.more") + (f" · {used}" if used else "")


def _whose(visit: Visit, word: str) -> str:
    return visit.say(f"review.whose_{word}") if word in (ME, NOBODY) else word


def _accounts(queue: pl.DataFrame) -> list[str]:
    return sorted(queue["assigned_to"].drop_nulls().unique().to_list())


def _words(queue: pl.DataFrame, column: str) -> list[str]:
    return sorted(queue[column].drop_nulls().unique().to_list())


def _usd(text: str | None) -> Decimal | None:
    try:
        return Decimal((text or "").replace(",", "").replace("_", "")) if text else None
    except InvalidOperation:
        return None
