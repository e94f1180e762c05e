"""Training in a home: which days, whose rows, judged out of time, kept as a file, and put in force where it is better."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.attention.adopting import adopt
from fxwatch.attention.describing import about
from fxwatch.attention.gathering import gather
from fxwatch.attention.in_force import FOLDER
from fxwatch.errors import Forbidden, FxwatchError, RequestError, Stands
from fxwatch.review.checks import reason
from fxwatch.risk import artefact
from fxwatch.risk.features import Known, features, section_number
from fxwatch.risk.labels import HORIZON_MONTHS, labels
from fxwatch.risk.learning import Split, TooFew, Verdict, between, fitted, learn_and_judge, split_days, thinned
from fxwatch.warehouse.known import entity_numbers, span_of_flows

if TYPE_CHECKING:
    from fxwatch.home import Home

Progress = Callable[[int, int], Any]
# So much of the past must lie before the first as-of day.
HISTORY_MONTHS = 6
MOST_DAYS = 24
# Of so many last months it is told whether the scores are still those of the days of learning.
STABLE_MONTHS = 3
# The reason of putting a model in force where nobody gives another.
_WHY = "better than the best baseline beyond doubt"


@dataclass(frozen=True)
class Trained:
    """What training came to: the model's name, the verdict, and whether it was put in force; else why not, as two sentences."""

    name: str
    verdict: Verdict
    act: int | None
    why_not: tuple[str, str] = ("", "")


def train(
    home: "Home", *, kind: str = "scorecard", by: str | None = None, why: str = "", progress: Progress | None = None
) -> Trained:
    """Train both kinds, judge them out of time beside the baselines, keep the contender, and put it in force if it is better.

    Raises:
        Forbidden: the account is neither analyst nor approver.
        Stands: the model is in force, and its scores could not be kept.
        RequestError: there is too little to learn from, said with what was found; what is in force stays.
    """
    tell = progress or (lambda done, total: None)
    actor, why = home.actor(by), reason(why) if why else _WHY
    home.register.require(actor, "analyst", "approver")
    days, split = _days(home)
    recent = month_ends(days[-1] + timedelta(days=1), home.today())
    steps = len(days) + len(recent) + 4
    known = gather(home, days[0])
    tell(1, steps)
    parts: dict[date, pl.DataFrame] = {}
    later: list[pl.DataFrame] = []
    for n, day in enumerate([*days, *recent]):
        tell(2 + n, steps)
        if day in recent:
            later.append(_rows(known, day, home.today()))
            continue
        rows = _rows(known, day)
        # The months of the test are kept whole, and the last of learning, against which stability is measured.
        is_whole = day >= split.test[0] or day == split.learn[-1]
        parts[day] = rows if is_whole else thinned(rows)
    partly = [_told(parts[d], known, d, split.test[0]) for d in between(days, split)]
    learn = pl.concat([*(parts[d] for d in split.learn), *partly])
    test = pl.concat([parts[d] for d in split.test])
    try:
        verdict = learn_and_judge(learn, test, kind, later=pl.concat(later[-STABLE_MONTHS:]) if later else None)
    except TooFew as fault:
        raise RequestError(
            f"{fault.english} The queue keeps its own order: by the day it is due, then by amount.",
            f"{fault.chinese}队列沿用既定次序：先按期限，再按金额。",
        ) from fault
    tell(steps - 2, steps)
    every = pl.concat([*parts.values(), *(rows.filter(pl.col("seen") > 0) for rows in later)])
    model = fitted(every, kind)
    said = about(verdict, every, _who(home), horizon_months=HORIZON_MONTHS, source=home.snapshot().name)
    path = artefact.write(home.path / FOLDER, artefact.pack(model, said))
    tell(steps - 1, steps)
    trained = _put_in_force(home, path.stem, verdict, actor, why)
    tell(steps, steps)
    return trained


def _put_in_force(home: "Home", name: str, verdict: Verdict, actor: str, why: str) -> Trained:
    if not verdict.is_better:
        return Trained(name, verdict, None, ("What was in force stays.", "原有安排不变。"))
    try:
        act = adopt(home, name, by=actor, why=why)
    except Forbidden:
        told = f"An approver puts it in force with: fxwatch risk adopt {name} --why TEXT"
        return Trained(name, verdict, None, (told, f"请批准人启用：fxwatch risk adopt {name} --why 理由"))
    except Stands:
        raise
    except FxwatchError as fault:  # the training was long: what came of it is told, and how to go on
        told = f"{fault.english} Then put it in force with: fxwatch risk adopt {name} --why TEXT"
        return Trained(name, verdict, None, (told, f"{fault.chinese}其后请启用：fxwatch risk adopt {name} --why 理由"))
    return Trained(name, verdict, act.number)


def _days(home: "Home") -> tuple[list[date], Split]:
    """The month ends whose six months are over, and what is learned from and tested on."""
    first, _ = span_of_flows(home.snapshot().con)
    ends: list[date] = []
    if first is not None:
        begin = pl.Series([first - timedelta(days=1)]).dt.offset_by(f"{HISTORY_MONTHS}mo")[0]
        until = pl.Series([home.today()]).dt.offset_by(f"-{HORIZON_MONTHS}mo")[0]
        ends = month_ends(begin, until)[-MOST_DAYS:]
    split = split_days(ends, HORIZON_MONTHS)
    if split is None:
        since = f"since {first}" if first else "not at all"
        raise RequestError(
            f"The past is too short to learn from: flows are known {since}; some {HISTORY_MONTHS + 2 * HORIZON_MONTHS + 2} months are needed. The queue keeps its own order: by the day it is due, then by amount.",
            f"历史太短，无法学习：收付汇记录始于 {first or '（无）'}，约需 {HISTORY_MONTHS + 2 * HORIZON_MONTHS + 2} 个月。队列沿用既定次序：先按期限，再按金额。",
        )
    return ends, split


def month_ends(first: date, last: date) -> list[date]:
    """The last days of months between two days, both included."""
    days = pl.date_range(first, last, "1d", eager=True) if first <= last else pl.Series([], dtype=pl.Date)
    return days.filter(days == days.dt.month_end()).to_list()


def _rows(known: Known, day: date, known_on: date = date.max) -> pl.DataFrame:
    """The features and the truth of a day, as far as it was known on another, of those who traded in the year before or have an open hit."""
    found = features(known, [day]).filter((pl.col("flows_12m") > 0) | (pl.col("open_hits") > 0))
    return _told(found, known, day, known_on)


def _told(rows: pl.DataFrame, known: Known, day: date, known_on: date) -> pl.DataFrame:
    """Rows of a day with the truth about it as far as it was known on another."""
    acts = known.acts.filter(pl.col("known_on") <= known_on)
    truth = labels(acts, known.entities, [day], known_on=known_on)
    return rows.drop("label", "seen", strict=False).join(truth, on=["entity", "as_of"])


def _who(home: "Home") -> pl.DataFrame:
    numbers = entity_numbers(home.snapshot().con)
    return who(home.register.roll().join(numbers, on="entity_id"))


def who(roll: pl.DataFrame) -> pl.DataFrame:
    """entity, area, economic_type, industry (the letter of its section, or unknown)."""
    letters = {n: chr(ord("A") + n) for n in range(26)}
    section = section_number(pl.col("industry")).replace_strict(letters, default="unknown", return_dtype=pl.String)
    return roll.select("entity", "area", "economic_type", industry=section)
