"""How the rows of a sample add up: planted patterns, everyday trade, second codes, refunds, mistakes, and their fates."""

import numpy as np
import numpy.typing as npt
import polars as pl

from fxwatch.errors import RequestError
from fxwatch.sample.calibration import Calibration
from fxwatch.sample.days import Days
from fxwatch.sample.declarations import DIRT, GOODS, KEPT, MISTAKE, PERSON, SPOILS
from fxwatch.sample.entities import Entities
from fxwatch.sample.patterns import PAYMENT, Planter
from fxwatch.sample.rooms import make_room
from fxwatch.sample.trade import Counterparties, refund, trade
from fxwatch.sample.trades import CODE_ITEM, ITEMS, SECOND_CODE

# Parts of all rows: second codes of a declaration, honest refunds, declarations that are deleted again, goods, natural
# persons, and rows that no load can take.
SECOND_LEG_SHARE = 0.025
REFUND_SHARE = 0.004
MISTAKE_SHARE = 0.003
GOODS_SHARE = 0.008
PERSON_SHARE = 0.004
DIRT_SHARE = 0.001

# Days before the end after which nothing starts that needs time to be put right.
TIME_TO_MEND = 60


def compose(
    rng: np.random.Generator,
    flows: int,
    planter: Planter,
    entities: Entities,
    counterparties: Counterparties,
    days: Days,
    calibration: Calibration,
) -> pl.DataFrame:
    """All drawn rows, so many in number.

    Returns:
        Columns of `patterns.ROW`, with `declaration` (its legs share it), `leg` and `fate` (see `declarations`).

    Raises:
        RequestError: the planted patterns leave no room for everyday trade.
    """
    planted = planter.frame()
    legs, refunds, mistakes = (round(share * flows) for share in (SECOND_LEG_SHARE, REFUND_SHARE, MISTAKE_SHARE))
    count = flows - len(planted) - legs - refunds - mistakes
    if count < flows // 2:
        raise RequestError(
            f"A sample of {flows} flows was asked for, but {len(planted)} are needed for the patterns planted in it. Ask for more.",
            f"请求的样本为 {flows} 笔，而所植入的样式需要 {len(planted)} 笔。请增加笔数。",
        )
    everyday = trade(rng, count, entities, counterparties, days, calibration, planter)
    order = rng.permutation(count)
    may_double = _may_double(everyday, planter)[order]
    order = np.concatenate([order[may_double], order[~may_double]])
    doubled, others = order[:legs], order[legs:]
    second = _second_legs(rng, everyday[doubled])
    whole = pl.concat(
        [
            _part(everyday, np.arange(count)),
            _part(second, doubled, leg=2),
            _part(planted, count + np.arange(len(planted))),
        ]
    )
    moved = make_room(rng, whole, planter.rooms, entities, days)
    everyday, second, planted = (
        rows.with_columns(moved.slice(first, len(rows)))
        for first, rows in ((0, everyday), (count, second), (count + legs, planted))
    )
    fate = _fates(others, flows, count)
    mendable = others[(fate[others] == KEPT) & (everyday["day"].to_numpy()[others] < days.count - TIME_TO_MEND)]
    paid = mendable[everyday["direction"].to_numpy()[mendable] == PAYMENT][:refunds]
    parts = [
        _part(everyday, np.arange(count), fate),
        _part(second, doubled, leg=2),
        _part(planted, count + np.arange(len(planted))),
        _part(refund(rng, everyday[paid], days), flows + np.arange(len(paid))),
        _part(everyday[mendable[-mistakes:]], 2 * flows + np.arange(mistakes), MISTAKE),
    ]
    rows = pl.concat(parts)
    return rows.with_columns(declaration=pl.col("declaration").rank("dense").cast(pl.Int64) - 1)


def _fates(others: npt.NDArray[np.int64], flows: int, count: int) -> npt.NDArray[np.int64]:
    """What becomes of each row of everyday trade."""
    fate = np.full(count, KEPT)
    goods, persons, dirt = (
        round(GOODS_SHARE * flows),
        round(PERSON_SHARE * flows),
        max(SPOILS, round(DIRT_SHARE * flows)),
    )
    for kind, rows in zip((GOODS, PERSON, DIRT), np.split(others, np.cumsum([goods, persons, dirt])), strict=False):
        fate[rows] = kind
    return fate


def _may_double(everyday: pl.DataFrame, planter: Planter) -> npt.NDArray[np.bool_]:
    """Which rows may have a second code: not where it is of an item in which the entity has nothing."""
    second = CODE_ITEM[SECOND_CODE[CODE_ITEM[everyday["code"].to_numpy()]]]
    closed = [e * len(ITEMS) + ITEMS.index(item) for e, items in planter.closed.items() for item in items]
    return ~np.isin(everyday["entity"].to_numpy() * len(ITEMS) + second, closed)


def _second_legs(rng: np.random.Generator, first: pl.DataFrame) -> pl.DataFrame:
    """A second code with its own, smaller amount."""
    share = pl.Series(rng.uniform(0.05, 0.4, len(first)))
    return first.with_columns(
        code=pl.Series(SECOND_CODE[CODE_ITEM[first["code"].to_numpy()]]), usd=first["usd"] * share
    )


def _part(
    rows: pl.DataFrame, declaration: npt.NDArray[np.int64], fate: int | npt.NDArray[np.int64] = KEPT, *, leg: int = 1
) -> pl.DataFrame:
    return rows.with_columns(
        declaration=pl.Series(declaration, dtype=pl.Int64),
        leg=pl.lit(leg, pl.Int8),
        fate=pl.Series(np.broadcast_to(fate, len(rows)).copy(), dtype=pl.Int8),
    )
