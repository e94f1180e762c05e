"""The state machine of declarations: what a row of action A, C or D does to its key, over whole batches at a time.

All rows of a batch are judged against what stands. The first row of a declaration that changes what stands is applied,
together with everything before it; what comes after it in the same declaration is judged again, and so on. A clean
batch takes one round, and the number of rounds is the number of changes of one declaration.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from fxwatch.intake.reasons import SOUND, Reason

ACCEPTED, OUT_OF_SCOPE, DUPLICATE, QUARANTINED = range(4)
ADD, CHANGE, DELETE = range(3)
NO_ACTION = 3
IN_SCOPE, BEYOND, DELETED = range(3)
ABSENT = -1

# What the legs of a declaration share.
SHARED = ("entity_id", "direction", "day", "currency")


@dataclass(frozen=True)
class Converted:
    """What a change that keeps its month makes of some rows: parallel arrays."""

    reason: Any
    rate_month: Any
    amount_usd: Any
    settled_usd: Any


@dataclass(frozen=True)
class Batch:
    """What is judged.

    Attributes:
        contents: every version that matters: those that stand, those first declared, then the batch's rows; `SHARED`
            and the columns `compared`.
        compared: the columns in which a content equals another.
        standing: of each version that stands: `declaration_no`, `leg`, `state`, `version`, `flow`, `declaration`, and
            `first`, the position in `contents` of what was first declared.
        rows: of each row of the batch: `declaration_no`, `leg` (null: no key), `action`, `reason` (of its content,
            `SOUND` if none), `is_readable`, `is_beyond`.
    """

    contents: pl.DataFrame
    compared: list[str]
    standing: pl.DataFrame
    rows: pl.DataFrame


@dataclass
class Verdicts:
    """What became of the rows of a batch.

    Attributes:
        outcome: for each row, one of the four.
        reason: for each row, why it was not taken.
        versions: one row for each new version, in their order: `row`, `content` (positions), `key`, `version`,
            `state`, `flow`, `declaration`; numbers of flows and declarations that are new are -1 - their rank.
        key: for each row, the number of its key in this batch; -1 where it has none.
        changed: flows whose standing version no longer stands.
    """

    outcome: Any
    reason: Any
    versions: pl.DataFrame
    key: Any
    changed: pl.Series


class Judge:
    """Judges one batch. `convert(rows, before)` gives changes that keep the month of what stood (positions in `contents`)."""

    def __init__(self, batch: Batch, convert: Callable[[Any, Any], Converted | None]) -> None:
        self._batch = batch
        self._convert = convert
        self._offset = len(batch.contents) - len(batch.rows)
        rows = batch.rows
        self._action = rows["action"].to_numpy()
        self._reason = rows["reason"].to_numpy().copy()
        self._is_readable = rows["is_readable"].to_numpy()
        self._is_beyond = rows["is_beyond"].to_numpy()
        self._number_keys()

    def _number_keys(self) -> None:
        """Two keys for each declaration, 2d for leg 1 and 2d + 1 for leg 2: the other leg is `key ^ 1`."""
        rows, standing = self._batch.rows, self._batch.standing
        keyed = rows.select(no=pl.when(pl.col("leg").is_not_null()).then("declaration_no"), leg="leg")
        names = keyed["no"].drop_nulls().unique(maintain_order=True).to_frame()
        names = names.with_columns(d=pl.int_range(pl.len(), dtype=pl.Int64))
        place = (2 * pl.col("d") + pl.col("leg").cast(pl.Int64) - 1).fill_null(-1).alias("key")
        self.key = keyed.join(names, on="no", how="left", maintain_order="left").select(place).to_series().to_numpy()
        self._state = np.full(2 * len(names), ABSENT, np.int8)
        self._current = np.full(2 * len(names), -1, np.int64)
        self._first = np.full(2 * len(names), -1, np.int64)
        self._version = np.zeros(2 * len(names), np.int64)
        self._flow = np.full(2 * len(names), -1, np.int64)
        self._declaration = np.full(len(names), -1, np.int64)
        if len(standing):
            key = standing.join(names, left_on="declaration_no", right_on="no", how="left", maintain_order="left").select(place)
            at = key.to_series().to_numpy()
            self._state[at] = standing["state"].to_numpy()
            self._current[at] = np.arange(len(standing))
            self._first[at] = standing["first"].to_numpy()
            self._version[at] = standing["version"].to_numpy()
            self._flow[at] = standing["flow"].to_numpy()
            self._declaration[at // 2] = standing["declaration"].to_numpy()
        self._was = self._flow.copy()

    def judge(self) -> Verdicts:
        """Judge every row, in the order of the file."""
        count = len(self.key)
        outcome = np.full(count, QUARANTINED, np.uint8)
        reason = np.full(count, int(Reason.BAD_KEY), np.uint8)
        found: list[tuple[Any, ...]] = []
        left = np.flatnonzero(self.key >= 0)
        while len(left):
            became, why = self._look(left)
            changing = np.flatnonzero(became <= OUT_OF_SCOPE)
            declaration = self.key[left] // 2
            _, firsts = np.unique(declaration[changing], return_index=True)
            changing = changing[firsts]
            until = np.full(len(self._declaration), len(left), np.int64)
            until[declaration[changing]] = changing
            settled = np.arange(len(left)) <= until[declaration]
            outcome[left[settled]] = became[settled]
            reason[left[settled]] = why[settled]
            if len(changing):
                found.append(self._apply(left[changing]))
            left = left[~settled]
        return Verdicts(outcome, reason, self._versions(found), self.key, self._changed())

    def _look(self, left: Any) -> tuple[Any, Any]:
        """What each of some rows would become, given what stands now."""
        key, action = self.key[left], self._action[left]
        state = self._state[key]
        absent, deleted, live = state == ABSENT, state == DELETED, (state == IN_SCOPE) | (state == BEYOND)
        why = self._reason[left].copy()
        changes = np.flatnonzero((action == CHANGE) & live)
        if len(changes):
            self._keep_months(left, changes, why)
        became = np.where(why == SOUND, np.where(self._is_beyond[left], OUT_OF_SCOPE, ACCEPTED), QUARANTINED)

        def rule(rows: Any, outcome: int, reason: int) -> None:
            became[rows] = outcome
            why[rows] = reason

        removes = (action == DELETE) & live
        rule(removes, ACCEPTED, SOUND)
        rule((action == ADD) & live, QUARANTINED, Reason.ALREADY_DECLARED)
        rule((action != DELETE) & (action != NO_ACTION) & deleted, QUARANTINED, Reason.DELETED_KEY)
        rule(((action == CHANGE) | (action == DELETE)) & absent, QUARANTINED, Reason.UNKNOWN_KEY)
        rule((action == DELETE) & deleted, DUPLICATE, SOUND)
        again = (action == ADD) & ~absent
        rule(self._same(left, again, self._first[key]), DUPLICATE, SOUND)
        rule(self._same(left, (action == CHANGE) & live, self._current[key]), DUPLICATE, SOUND)
        rule(action == NO_ACTION, QUARANTINED, Reason.BAD_ACTION)
        rule(self._legs_differ(left, (action == ADD) & absent), QUARANTINED, Reason.BAD_KEY)
        return became.astype(np.uint8), why

    def _keep_months(self, left: Any, changes: Any, why: Any) -> None:
        rows = left[changes]
        kept = self._convert(rows, self._current[self.key[rows]])
        if kept is not None:
            why[changes] = kept.reason

    def _same(self, left: Any, candidates: Any, other: Any) -> Any:
        """Which of the candidates have the content of another version."""
        same = np.zeros(len(left), np.bool_)
        places = np.flatnonzero(candidates & self._is_readable[left])
        if len(places):
            equal = self._compare(left[places] + self._offset, other[places], self._batch.compared)
            same[places] = equal.all_horizontal()
        return same

    def _legs_differ(self, left: Any, candidates: Any) -> Any:
        """Which new legs differ, in what can be read of them, from the leg that stands."""
        differ = np.zeros(len(left), np.bool_)
        other = self.key[left] ^ 1
        places = np.flatnonzero(candidates & ((self._state[other] == IN_SCOPE) | (self._state[other] == BEYOND)))
        if len(places):
            mine = self._batch.contents[left[places] + self._offset]
            theirs = self._batch.contents[self._current[other[places]]]
            for name in SHARED:
                differ[places] |= (mine[name] != theirs[name]).fill_null(value=False).to_numpy()
        return differ

    def _compare(self, mine: Any, theirs: Any, columns: list[str]) -> "_Equal":
        left = self._batch.contents.select(columns)[mine]
        right = self._batch.contents.select(columns)[theirs]
        return _Equal([left[name].eq_missing(right[name]).to_numpy() for name in columns])

    def _apply(self, rows: Any) -> tuple[Any, ...]:
        """Make rows stand, one of each declaration at most."""
        key = self.key[rows]
        deletes = self._action[rows] == DELETE
        content = np.where(deletes, self._current[key], rows + self._offset)
        changes = np.flatnonzero(self._action[rows] == CHANGE)
        if len(changes):
            self._convert_for_good(rows[changes], self._current[key[changes]])
        new = self._state[key] == ABSENT
        self._first[key] = np.where(new, content, self._first[key])
        self._state[key] = np.where(deletes, DELETED, np.where(self._is_beyond[rows], BEYOND, IN_SCOPE))
        self._current[key] = content
        self._version[key] += 1
        return rows, content, key, self._version[key].copy(), self._state[key].copy()

    def _convert_for_good(self, rows: Any, before: Any) -> None:
        self._convert.settle(rows, before)  # type: ignore[attr-defined]

    def _versions(self, found: list[tuple[Any, ...]]) -> pl.DataFrame:
        names = ("row", "content", "key", "version", "state")
        parts = [np.concatenate(column) for column in zip(*found, strict=True)] if found else [np.zeros(0, np.int64)] * 5
        versions = pl.DataFrame(dict(zip(names, parts, strict=True))).sort("row")
        key = versions["key"].to_numpy()
        return versions.with_columns(
            pl.Series("flow", self._flow[key], dtype=pl.Int64), pl.Series("declaration", self._declaration[key // 2], dtype=pl.Int64)
        )

    def _changed(self) -> pl.Series:
        standing = np.flatnonzero(self._was >= 0)
        moved = standing[self._current[standing] != self._current_before(standing)]
        return pl.Series("flow", self._was[moved], dtype=pl.Int64)

    def _current_before(self, keys: Any) -> Any:
        raise NotImplementedError
