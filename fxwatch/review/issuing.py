"""Issuing by policy: the built-in `monthly` and those that the bureau adopted."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import NotFound, RequestError
from fxwatch.policies import MONTHLY, Policy, dated, joins, monthly, plan_of, policy_from, read_policy
from fxwatch.procedure import needs_approval
from fxwatch.reading import hits as reading
from fxwatch.register import Act, Kind, Writing
from fxwatch.review import checks
from fxwatch.review.intents import Intent, put
from fxwatch.terms import Role, Status

if TYPE_CHECKING:
    from fxwatch.home import Home

_AT_A_TIME = 1_000  # notices of a policy in one transaction: others wait a fraction of a second


def auto_monthly(home: "Home", **asked: Any) -> pl.DataFrame:
    """Issue by the built-in policy `monthly`: see `auto_notices`."""
    return auto_notices(home, MONTHLY, **asked)


def auto_notices(
    home: "Home",
    policy: str = MONTHLY,
    *,
    by: str | None = None,
    through: date | None = None,
    dry_run: bool = False,
    backdate: bool = False,
    why: str | None = None,
) -> pl.DataFrame:
    """Issue by policy. `monthly`: at most one notice per entity, rule and calendar month of `raised_on`, naming all its open hits.

    Hits for which a notice of the policy's kind stands join that notice, uncounted. Every notice is whole; when many are due
    they are written some at a time, and what an interruption leaves undone is done by calling it again. Where four eyes are
    required, each notice is proposed; further hits for what is proposed wait until that is decided.

    Args:
        home: where.
        policy: `monthly`, or the name of a policy that stands.
        by: an account with the role regulator.
        through: only hits raised up to this day; without it, today.
        dry_run: say what would be done and write nothing; `notice` is null for those to be issued.
        backdate: date each notice on the last day of its month, or today if that is earlier; simulation homes only.
        why: for the record; without it, the policy's own words.

    Returns:
        notice, entity_id, rule (several joined with `;`), month (its first day), day, hits (list), joined, proposal; by month,
        entity and rule.

    Raises:
        NotFound: no such policy stands.
        RequestError: the policy is not in force yet; `backdate` where it cannot be.
        Forbidden: the account is no regulator.
    """
    actor, today = home.actor(by), home.today()
    adopted = _policy(home, policy, today)
    words = checks.reason(adopted.why if why is None else why)
    if backdate:
        checks.past_is_free(home, "--backdate")
        _not_with_four_eyes(home, today)
    last = through or today
    known = home.register.last_act()
    plan = _plan(home, adopted, last, today, backdate=backdate)
    if dry_run:
        home.register.require(actor, Role.REGULATOR, Role.ANALYST)
        return _told(plan, plan["notice"].to_list(), [None] * plan.height)
    kept, told = _copies(home, plan), []
    rests_on = reading.known_now(home)
    while not plan.is_empty():
        with home.register.writing(f"policy {policy}") as writing:
            if writing.last_act() != known:
                # Somebody acted while we looked: look again, now that nobody can.
                plan = _plan(home, adopted, last, today, backdate=backdate)
                kept = _copies(home, plan)
            part, plan = plan.head(_AT_A_TIME), plan.slice(_AT_A_TIME)
            acts = [
                _carry_out(writing, adopted, row, [kept[h] for h in row["hits"]], actor, words, rests_on)
                for row in part.iter_rows(named=True)
            ]
            told.append(_told(part, *_numbers(acts)))
            known = writing.last_act()
    return pl.concat(told) if told else _told(plan, [], [])


def adopt_policy(home: "Home", file: Path | str, *, by: str | None = None, on: date | None = None) -> Policy:
    """Adopt the policy that a file describes: see `policies.read_policy`.

    Args:
        home: where.
        file: TOML.
        by: an account with the role approver.
        on: the day of the act, in a simulation home; else today.

    Raises:
        RequestError: the file cannot be read or does not describe a policy.
        Decided: a policy of that name stands; the sentence says who adopted it, and when.
        Forbidden: the account is no approver.
    """
    actor, day = home.actor(by), checks.day_of(home, on)
    try:
        text = Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise RequestError(f"{file} cannot be read: {fault}.", f"无法读取 {file}:{fault}。") from fault
    policy = read_policy(text, str(file), verify_ids=home.settings.verify_ids)
    with home.register.writing("a policy") as writing:
        if (stands := writing.policy(policy.name)) is not None:
            raise checks.first(
                f"Policy {policy.name}", f"策略 {policy.name}", "adopted", "采用", stands["by"], stands["at"]
            )
        signed: dict[str, Any] = {"by": actor, "role": Role.APPROVER, "day": day, "why": policy.why}
        subject = f"policy:{policy.name}"
        writing.append(Kind.POLICY_ADOPTED, subject=subject, payload=policy.content(), **signed)
    return policy


def end_policy(home: "Home", name: str, *, by: str | None = None, why: str, on: date | None = None) -> Act:
    """End a policy: nothing more is issued by it; what was issued stands.

    Raises:
        NotFound: no policy of that name stands.
        Forbidden: the account is no approver.
    """
    actor, day, why = home.actor(by), checks.day_of(home, on), checks.reason(why)
    with home.register.writing("a policy") as writing:
        if writing.policy(name) is None:
            raise _no_policy(home, name)
        signed: dict[str, Any] = {"by": actor, "role": Role.APPROVER, "day": day, "why": why}
        return writing.append(Kind.POLICY_ENDED, subject=f"policy:{name}", payload={"name": name}, **signed)


def join_instead(writing: Writing, intent: Intent) -> Act | None:
    """Where a notice of the kind stands by now, an approved notice of a policy joins it: at most one is issued.

    Returns:
        The act, or None where a notice is to be issued.
    """
    if intent.does != Kind.NOTICE_ISSUED or not intent.content.get("joins"):
        return None
    copies = intent.content["hits"]
    months = {date.fromisoformat(copy["raised_on"]).replace(day=1) for copy in copies}
    covered = writing.covered().filter(
        (pl.col("entity_id") == intent.entity_id)
        & pl.col("month").is_in(sorted(months))
        & pl.col("rule").is_in(intent.content["joins"])
    )
    return None if covered.is_empty() else _join(writing, covered["notice"][0], intent)


def _policy(home: "Home", name: str, today: date) -> Policy:
    if name == MONTHLY:
        return Policy.monthly()
    with_name = home.register.policies().filter(name=name, status="standing")
    if with_name.is_empty():
        raise _no_policy(home, name)
    policy = policy_from(with_name["content"][0])
    if policy.valid_from is not None and policy.valid_from > today:
        raise RequestError(
            f"Policy {name} is in force from {policy.valid_from} on; today is {today}.",
            f"策略 {name} 自 {policy.valid_from} 起有效；今天是 {today}。",
        )
    return policy


def _no_policy(home: "Home", name: str) -> NotFound:
    known = [MONTHLY, *home.register.policies().filter(status="standing")["name"]]
    return NotFound(
        f"There is no policy {name} in force; there is {', '.join(known)}.",
        f"没有有效的策略 {name}；现有 {'、'.join(known)}。",
    )


def _not_with_four_eyes(home: "Home", today: date) -> None:
    if needs_approval(home.register.parameter, today):
        raise RequestError(
            "--backdate dates notices in the past, but with register.require_approval they count from their approval. Leave it out.",
            "--backdate 将提示记在过去，而启用 register.require_approval 时提示自批准日起计。请去掉该选项。",
        )


def _plan(home: "Home", policy: Policy, last: date, today: date, *, backdate: bool) -> pl.DataFrame:
    hits = reading.hits_of(home, status=Status.OPEN, last=last)
    covered = home.register.covered()
    waiting = home.register.work().filter(pl.col("proposal").is_not_null())["hit_id"]
    is_waiting = pl.col("hit_id").is_in(waiting.implode())
    if policy.name == MONTHLY:
        plan = monthly(hits.filter(~is_waiting), covered, last)
    else:
        plan = plan_of(policy, hits.filter(~is_waiting), covered, last)
    plan = _without(plan, hits.filter(is_waiting), policy)
    return plan.with_columns(day=dated(pl.col("month"), today) if backdate else pl.lit(today))


def _without(plan: pl.DataFrame, waiting: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Leave out what would make a second notice beside one that is proposed."""
    if policy.consolidate == "hit" or waiting.is_empty():
        return plan
    keys = ["entity_id", "month", *(["rule"] if policy.consolidate == "entity_rule_month" else [])]
    proposed = waiting.with_columns(month=pl.col("raised_on").dt.truncate("1mo")).select(keys).unique()
    return plan.join(proposed, on=keys, how="anti", maintain_order="left")


def _copies(home: "Home", plan: pl.DataFrame) -> dict[str, dict[str, Any]]:
    named = [hit for hits in plan["hits"].to_list() for hit in hits]
    return reading.frozen(home, named) if named else {}


def _carry_out(
    writing: Writing,
    policy: Policy,
    row: dict[str, Any],
    copies: list[dict[str, Any]],
    by: str,
    why: str,
    known: dict[str, Any],
) -> Act:
    content = {"hits": copies, "known": checks.rests_on(known, copies), "why_zh": policy.why_zh}
    content["joins"] = joins(policy, row["rule"])
    signed: dict[str, Any] = {
        "by": by,
        "role": Role.REGULATOR,
        "day": row["day"],
        "why": why,
        "entity_id": row["entity_id"],
    }
    intent = Intent(Kind.NOTICE_ISSUED, f"entity:{row['entity_id']}", content, **signed, policy=policy.name)
    # Joining a notice changes no count: nobody need approve it.
    return put(writing, intent) if row["notice"] is None else _join(writing, row["notice"], intent)


def _join(writing: Writing, notice: str, intent: Intent) -> Act:
    payload = {**intent.content, "notice": notice, "policy": intent.policy}
    return writing.append(Kind.NOTICE_JOINED, subject=f"notice:{notice}", payload=payload, **intent.signed())


def _numbers(acts: Sequence[Act]) -> tuple[list[str | None], list[str | None]]:
    """The notice of each act, and the proposal of each that waits."""
    waits = [act.kind == Kind.PROPOSED for act in acts]
    notices = [None if w else act.payload["notice"] for act, w in zip(acts, waits, strict=True)]
    return notices, [act.payload["proposal"] if w else None for act, w in zip(acts, waits, strict=True)]


def _told(plan: pl.DataFrame, notices: Sequence[str | None], proposals: Sequence[str | None]) -> pl.DataFrame:
    return plan.select(
        pl.Series("notice", notices, dtype=pl.String),
        "entity_id",
        "rule",
        "month",
        "day",
        "hits",
        joined=pl.col("notice").is_not_null(),
        proposal=pl.Series(proposals, dtype=pl.String),
    )
