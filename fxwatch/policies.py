"""Policies that the bureau adopted for issuing notices without a person's hand on each."""

import json
import re
import tomllib
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from fxwatch.errors import RequestError
from fxwatch.identifiers import entity_key
from fxwatch.rulebook import rules

MONTHLY = "monthly"
CONSOLIDATIONS = ("entity_rule_month", "entity_month", "hit")
PLAN: dict[str, pl.DataType | type[pl.DataType]] = {
    "entity_id": pl.String,
    "rule": pl.String,
    "month": pl.Date,
    "hits": pl.List(pl.String),
    "notice": pl.String,
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a policy says.

    Attributes:
        name: how it is called on the command line.
        title: in the bureau's words; `title_zh` in Chinese.
        rules: whose hits it covers.
        consolidate: one notice per `entity_rule_month` (the month of `raised_on`), per `entity_month` or per `hit`.
        minimum_usd: hits whose flows add up to less are left to people; None for no such limit.
        except_entities: keys of entities that it leaves alone.
        valid_from: the first `raised_on` that it covers, and the first day on which it may be used; None for no such day.
        why: the reason that its notices bear; `why_zh` in Chinese.
    """

    name: str
    title: str
    title_zh: str
    rules: tuple[str, ...]
    consolidate: str
    minimum_usd: Decimal | None = None
    except_entities: tuple[str, ...] = ()
    valid_from: date | None = None
    why: str
    why_zh: str

    @classmethod
    def monthly(cls) -> "Policy":
        """The built-in one; its rules are those with `auto_notice`."""
        return cls(
            name=MONTHLY,
            title="One notice per entity, rule and month",
            title_zh="每一主体、指标、月份一次提示",
            rules=tuple(name for name, rule in rules().items() if rule.auto_notice),
            consolidate="entity_rule_month",
            why="policy monthly",
            why_zh="策略 monthly",
        )

    def content(self) -> dict[str, Any]:
        """The policy as an act keeps it."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def policy_from(text: str) -> Policy:
    """A policy from the JSON that its act kept."""
    kept = json.loads(text)
    day, minimum = kept["valid_from"], kept["minimum_usd"]
    typed = {
        "rules": tuple(kept["rules"]),
        "except_entities": tuple(kept["except_entities"]),
        "valid_from": date.fromisoformat(day) if day else None,
        "minimum_usd": Decimal(minimum) if minimum is not None else None,
    }
    return Policy(**{**kept, **typed})


def read_policy(text: str, where: str, *, verify_ids: bool = True) -> Policy:
    """A policy from its file (TOML).

    Keys: `name` (small letters, digits, `_`), `title`, `title_zh`, `rules` (list), `consolidate` (one of `CONSOLIDATIONS`),
    `minimum_usd` (a whole number, or a text with at most two decimals; may be left out), `except_entities` (list of
    identifiers in either form; may be left out), `from` (a day; may be left out), `why`, `why_zh`.

    Args:
        text: of the file.
        where: its name, for sentences.
        verify_ids: whether check digits of identifiers are verified.

    Raises:
        RequestError: it is not TOML, or a key is missing, unknown or does not fit; the sentence names the key.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise RequestError(f"{where} is not TOML: {fault}.", f"{where} 不是 TOML:{fault}。") from fault
    for key in found:
        if key not in _KEYS:
            raise _misfit(where, key, f"known keys are {', '.join(_KEYS)}", f"可用的键：{'、'.join(_KEYS)}")
    read: dict[str, Any] = {}
    for key in ("name", "title", "title_zh", "why", "why_zh"):
        read[key] = found.get(key)
        if not isinstance(read[key], str) or not read[key].strip():
            raise _misfit(where, key, "it must be a text", "须为文字")
    if not _NAME.fullmatch(read["name"]) or read["name"] == MONTHLY:
        raise _misfit(
            where,
            "name",
            f"small letters, digits and _, at most 32, and not {MONTHLY}",
            f"须为小写字母、数字和 _，至多 32 个，且不得为 {MONTHLY}",
        )
    return Policy(
        **read,
        rules=_rules(where, found.get("rules")),
        consolidate=_consolidation(where, found.get("consolidate")),
        minimum_usd=_minimum(where, found.get("minimum_usd")),
        except_entities=_entities(where, found.get("except_entities", []), verify_ids),
        valid_from=_from(where, found.get("from")),
    )


_KEYS = (
    *("name", "title", "title_zh", "rules", "consolidate"),
    *("minimum_usd", "except_entities", "from", "why", "why_zh"),
)


def _rules(where: str, value: Any) -> tuple[str, ...]:
    known = rules()
    if not isinstance(value, list) or not value or any(not isinstance(v, str) or v not in known for v in value):
        raise _misfit(
            where, "rules", f"a list of at least one of {', '.join(known)}", f"须为列表，取自 {'、'.join(known)}"
        )
    return tuple(dict.fromkeys(value))


def _consolidation(where: str, value: Any) -> str:
    if value not in CONSOLIDATIONS:
        allowed = ", ".join(CONSOLIDATIONS)
        raise _misfit(where, "consolidate", f"one of {allowed}", f"只能是 {allowed}")
    return str(value)


def _minimum(where: str, value: Any) -> Decimal | None:
    if value is None:
        return None
    text = str(value)
    # A number with decimals would be a float, which is not exact: it is written as a text.
    if isinstance(value, bool | float) or not re.fullmatch(r"\d{1,15}(\.\d{1,2})?", text):
        raise _misfit(
            where, "minimum_usd", 'a whole number, or a text like "1500000.50"', '须为整数，或如 "1500000.50" 的文字'
        )
    return Decimal(text)


def _entities(where: str, value: Any, verify_ids: bool) -> tuple[str, ...]:
    keys = (
        [entity_key(v, verify=verify_ids) if isinstance(v, str) else None for v in value]
        if isinstance(value, list)
        else [None]
    )
    if None in keys:
        raise _misfit(where, "except_entities", "a list of identifiers of entities", "须为主体代码的列表")
    return tuple(sorted({key for key in keys if key}))


def _from(where: str, value: Any) -> date | None:
    if value is None:
        return None
    try:
        # A moment is a day too for Python, but not for us.
        return date.fromisoformat(str(value))
    except ValueError as fault:
        raise _misfit(where, "from", "a day like 2026-11-01", "须为如 2026-11-01 的日期") from fault


def _misfit(where: str, key: str, english: str, chinese: str) -> RequestError:
    return RequestError(f"{where}, key {key}: {english}.", f"{where} 的键 {key}:{chinese}。")


def monthly(hits: pl.DataFrame, covered: pl.DataFrame, through: date) -> pl.DataFrame:
    """What policy `monthly` would do: one notice per entity, rule and calendar month of `raised_on`.

    Args:
        hits: hit_id, rule, entity_id, raised_on, status, auto_notice; only open ones with auto_notice matter.
        covered: notice, entity_id, rule, month (its first day) of the notices that stand.
        through: hits raised later are left for another time.

    Returns:
        The columns of `PLAN`, by month, entity and rule. `notice` is the standing one that the hits would join,
        uncounted; null where a notice would be issued.
    """
    return _consolidated(hits.filter(_due(through)), covered, "entity_rule_month")


def monthly_issues(hits: pl.DataFrame, covered: pl.DataFrame, through: date) -> pl.DataFrame:
    """The notices that policy `monthly` would issue, without what they would name: much quicker for everybody at once.

    Args:
        hits, covered, through: as for `monthly`.

    Returns:
        entity_id, rule, month; in no order.
    """
    keys = ["entity_id", "rule", "month"]
    due = hits.lazy().filter(_due(through)).with_columns(month=pl.col("raised_on").dt.truncate("1mo"))
    return due.select(keys).unique().join(covered.lazy(), on=keys, how="anti").collect()


def _due(through: date) -> pl.Expr:
    return (pl.col("status") == "open") & pl.col("auto_notice") & (pl.col("raised_on") <= through)


def plan_of(policy: Policy, hits: pl.DataFrame, covered: pl.DataFrame, through: date) -> pl.DataFrame:
    """What a policy that the bureau adopted would do.

    Args:
        policy: which.
        hits: hit_id, rule, entity_id, raised_on, status; amount_usd (Decimal) where the policy has a minimum.
        covered: as for `monthly`. A notice that names a hit of one of the policy's rules is joined; under `hit` none is.
        through: hits raised later are left for another time.

    Returns:
        As `monthly`; `rule` joins several with `;`.
    """
    due = hits.filter(
        (pl.col("status") == "open")
        & pl.col("rule").is_in(policy.rules)
        & ~pl.col("entity_id").is_in(policy.except_entities)
        & (pl.col("raised_on") <= through)
    )
    if policy.valid_from is not None:
        due = due.filter(pl.col("raised_on") >= policy.valid_from)
    if policy.minimum_usd is not None:
        due = due.filter(pl.col("amount_usd") >= policy.minimum_usd)
    return _consolidated(due, covered.filter(pl.col("rule").is_in(policy.rules)), policy.consolidate)


def joins(policy: Policy, rule: str) -> list[str]:
    """Of which rules a notice of the entity and month takes a new hit in, for one row of a plan."""
    return {"entity_rule_month": [rule], "entity_month": list(policy.rules), "hit": []}[policy.consolidate]


def _consolidated(due: pl.DataFrame, covered: pl.DataFrame, consolidate: str) -> pl.DataFrame:
    due = due.with_columns(month=pl.col("raised_on").dt.truncate("1mo"))
    keys = {"entity_rule_month": ["entity_id", "month", "rule"], "entity_month": ["entity_id", "month"]}.get(
        consolidate
    )
    if keys is None:
        plan = due.with_columns(hits=pl.concat_list("hit_id"), notice=pl.lit(None, dtype=pl.String))
    else:
        # Of several that stand the first one speaks, as it came.
        stands = covered.unique(keys, keep="first", maintain_order=True).select(*keys, "notice")
        named = due.group_by(keys).agg(
            hits=pl.col("hit_id").sort(),
            **({} if "rule" in keys else {"rule": pl.col("rule").unique().sort().str.join(";")}),
        )
        plan = named.join(stands, on=keys, how="left")
    return plan.select(pl.col(name).cast(dtype) for name, dtype in PLAN.items()).sort(
        "month", "entity_id", "rule", "hits"
    )


def dated(month: pl.Expr, latest: date) -> pl.Expr:
    """The day of a notice of a month, dated back: the month's last day, or `latest` where that is earlier."""
    return pl.min_horizontal(month.dt.month_end(), pl.lit(latest))
