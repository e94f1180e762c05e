"""What every act is asked first: who, why, on which day, and whether somebody else was there before."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unicodedata import category

import polars as pl

from fxwatch.errors import Decided, NotFound, RequestError
from fxwatch.reading import hits as reading
from fxwatch.register import Writing
from fxwatch.terms import Status

if TYPE_CHECKING:
    from fxwatch.home import Home

_SHANGHAI = timedelta(hours=8)
TO = ("dismissed", "open")
LONGEST_REASON = 10_000


def begins_in_time(home: "Home", valid_from: date, today: date) -> None:
    """Refuse a version of a parameter that would begin in the past; a simulation home may have one.

    Raises:
        RequestError: it begins before today.
    """
    if valid_from < today and not home.simulation:
        raise RequestError(
            f"A version may not begin in the past: {valid_from} lies before today, {today}. Begin it today or later.",
            f"参数版本不得追溯：{valid_from} 早于今天 {today}。请自今天或以后起。",
        )


def undecided(
    home: "Home",
    writing: Writing,
    hit_ids: list[str],
    also: Sequence[str] = (),
    *,
    approving: Collection[str] = (),
    may_wait: bool = False,
) -> pl.DataFrame:
    """The hits in the order given, if every one may be decided; read inside the transaction, where nobody else writes.

    Args:
        home: where.
        writing: the transaction.
        hit_ids: which.
        also: statuses beside open.
        approving: proposals that are being approved: their own hits do not wait for themselves.
        may_wait: whether hits that are proposed for a notice may pass.

    Raises:
        NotFound: there is no such hit.
        Decided: a hit is decided, or proposed for a notice; the sentence says by whom and when.
        RequestError: a hit is withdrawn or took over a decision.
    """
    hits = reading.hits_of(home, ids=hit_ids)
    found = {row["hit_id"]: row for row in hits.select("hit_id", "status", "notice", "raised_on").iter_rows(named=True)}
    decisions = writing.decided(hit_ids)
    waiting = {} if may_wait else writing.proposed(hit_ids)
    for hit_id in hit_ids:
        if hit_id not in found:
            raise NotFound(
                f"There is no hit {hit_id}. List them with: fxwatch hits",
                f"没有预警命中 {hit_id}。可用 fxwatch hits 列出。",
            )
        _may_be_decided(writing, found[hit_id], decisions.get(hit_id), also)
        if hit_id in waiting and waiting[hit_id]["proposal"] not in approving:
            raise proposed(f"Hit {hit_id}", f"命中 {hit_id}", waiting[hit_id])
    order = pl.DataFrame({"hit_id": hit_ids}, schema={"hit_id": pl.String})
    return order.join(hits, on="hit_id", how="left", maintain_order="left")


def _may_be_decided(
    writing: Writing, hit: dict[str, Any], decision: dict[str, Any] | None, also: Sequence[str]
) -> None:
    hit_id, status = hit["hit_id"], hit["status"]
    if decision is not None and decision["decision"] != "open":
        notice = decision["notice"]
        how, how_zh = ("noticed", "预警提示") if decision["decision"] == "noticed" else ("dismissed", "排除")
        named = (f" (notice {notice})", f"（提示 {notice}）") if notice else ("", "")
        raise first(
            f"Hit {hit_id}", f"命中 {hit_id}", how + named[0], how_zh + named[1], decision["by"], decision["at"]
        )
    if status == Status.NOTICED and (notice := writing.notice(hit["notice"])) is not None:
        named_zh = f"预警提示（承接提示 {notice['notice']}）"
        raise first(
            f"Hit {hit_id}",
            f"命中 {hit_id}",
            f"noticed, with the hit it took over (notice {notice['notice']})",
            named_zh,
            notice["by"],
            notice["at"],
        )
    if status == Status.OPEN or status in also:
        return
    why = {
        Status.WITHDRAWN: ("is no longer found, so it is withdrawn", "已不再成立，已撤回"),
        Status.EXPLAINED: (
            "is explained by an earlier dismissal; it needs none of its own",
            "已由先前的排除说明涵盖，无须再排除",
        ),
    }.get(status, ("took over the decision of the hit it supersedes", "已承接其所取代命中的处理结果"))
    raise RequestError(
        f"Hit {hit_id} {why[0]}. Choose open hits: fxwatch hits --status open",
        f"命中 {hit_id} {why[1]}。请选择待处理的命中：fxwatch hits --status open",
    )


def first(what: str, what_zh: str, how: str, how_zh: str, by: str, at: str) -> Decided:
    """The refusal that says who was first, in the time of the bureau."""
    clock = _clock(at)
    return Decided(
        f"{what} was {how} by {by} on {clock} (Beijing time); it is not decided twice.",
        f"{what_zh}已于 {clock}（北京时间）由 {by} {how_zh}，不重复处理。",
    )


def proposed(what: str, what_zh: str, row: dict[str, Any]) -> Decided:
    """The refusal that says who proposed what waits for approval."""
    clock, number, does, does_zh = _clock(row["at"]), row["proposal"], *SAYS[row["does"]]
    return Decided(
        f"{what} waits: {row['by']} proposed {does} on {clock} (Beijing time), see {number} in: fxwatch approvals",
        f"{what_zh}待批：{row['by']} 已于 {clock}（北京时间）提出{does_zh}，见 fxwatch approvals 中的 {number}。",
    )


# What a proposal would do, by the kind of act that it becomes.
SAYS = {
    "notice_issued": ("a notice", "发出预警提示"),
    "notice_rescinded": ("its rescission", "撤销该提示"),
    "breach_recorded": ("its recording", "登记该违规"),
    "breach_rescinded": ("its rescission", "撤销该违规"),
    "objection_decided": ("to uphold it", "采纳该异议"),
}


def _clock(at: str) -> str:
    return f"{datetime.fromisoformat(at) + _SHANGHAI:%Y-%m-%d %H:%M:%S}"


def distinct(hit_ids: Sequence[str]) -> list[str]:
    """The hits named, each once; an error where there are none."""
    if not hit_ids:
        raise RequestError("Name at least one hit.", "请至少指定一项命中。")
    return list(dict.fromkeys(hit_ids))


def reason(why: str) -> str:
    """The reason of an act, which none goes without; a text that people can read on one screen, and that does nothing to it."""
    why = why.strip()
    if not why:
        raise RequestError(
            "Say why: the register keeps a reason with every act.", "请说明理由：每一登记事项均须附理由。"
        )
    if len(why) > LONGEST_REASON:
        raise RequestError(
            f"The reason has {len(why):,} characters; at most {LONGEST_REASON:,} are kept. Say it shorter.",
            f"理由共 {len(why):,} 个字符，最多 {LONGEST_REASON:,} 个，请缩短。",
        )
    if any(category(c) in ("Cc", "Cs") and c not in "\t\n\r" for c in why):
        raise RequestError(
            "The reason holds control characters; write it as plain text.", "理由含有控制字符，请使用纯文本。"
        )
    return why


def day_of(home: "Home", on: date | None) -> date:
    """The day that an act bears: today, or a past one in a simulation home."""
    today = home.today()
    if on is None or on == today:
        return today
    past_is_free(home, f"--on {on}")
    if on > today:
        raise RequestError(
            f"An act cannot bear the day {on}: that is after today, {today}.",
            f"登记事项的日期 {on} 不能晚于今天 {today}。",
        )
    return on


def past_is_free(home: "Home", asked: str) -> None:
    """Only a simulation home may date acts in the past."""
    if not home.simulation:
        raise RequestError(
            f"{asked} dates an act in the past, which only a simulation home may do (init --simulation). Leave it out.",
            f"{asked} 将事项记在过去，只有模拟库（init --simulation）可以。请去掉该选项。",
        )


def due_day(due: date | None, day: date) -> str | None:
    """A due day as the register keeps it; it cannot lie before the act's own day."""
    if due is not None and due < day:
        raise RequestError(
            f"Work of {day} cannot be due on {due}. Name that day or a later one.",
            f"{day} 的事项不能以 {due} 为期限。请指定该日或其后的日期。",
        )
    return due.isoformat() if due else None


def hits_known(home: "Home", hit_ids: list[str]) -> pl.DataFrame:
    """The hits in the order given, whatever became of them.

    Raises:
        NotFound: there is no such hit.
    """
    hits = reading.hits_of(home, ids=hit_ids)
    missing = next((h for h in hit_ids if h not in set(hits["hit_id"])), None)
    if missing is not None:
        raise NotFound(
            f"There is no hit {missing}. List them with: fxwatch hits",
            f"没有预警命中 {missing}。可用 fxwatch hits 列出。",
        )
    order = pl.DataFrame({"hit_id": hit_ids}, schema={"hit_id": pl.String})
    return order.join(hits, on="hit_id", how="left", maintain_order="left")


def rests_on(known: dict[str, Any], copies: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What an act on hits rests on: run_id, snapshot (`reading.known_now`), and the version of each rule that found them."""
    versions = {copy["rule"]: copy.get("rule_version") for copy in copies}
    return {**known, "rule_versions": dict(sorted(versions.items()))}
