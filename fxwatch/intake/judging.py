"""The state machine of declarations: what a row of action A, C or D does to its key, over whole batches at a time.

All rows of a batch are judged against what stands. The first row of a declaration that changes what stands is applied,
together with everything before it; what comes after it in the same declaration is judged again, and so on. A clean
batch takes one round; the number of rounds is the number of changes of one declaration.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import polars as pl

from fxwatch.intake.reasons import SOUND, Reason

ACCEPTED, OUT_OF_SCOPE, DUPLICATE, QUARANTINED = range(4)
ADD, CHANGE, DELETE, NO_ACTION = range(4)
IN_SCOPE, BEYOND, DELETED = range(3)
_ABSENT = -1
_FEW = 256

# What the legs of a declaration share.
SHARED = ("entity_id", "direction", "day", "currency")


class Changes(Protocol):
    """What a change takes over from the version that it replaces. Rows and versions are positions in arrays."""

    def reasons(self, rows: Any, before: Any) -> Any:
        """Why the content of each row cannot replace a version; `SOUND` where it can."""

    def settle(self, rows: Any, before: Any) -> None:
        """Each row replaces a version: note what it takes over."""


@dataclass(frozen=True)
class Batch:
    """What is judged.

    Attributes:
        contents: every version that matters: those that stand, those first declared, then the batch's rows.
        compared: the columns in which one content equals another.
        standing: of each version that stands, in order: `declaration_no`, `leg`, `state`, `version`, `flow`,
            `declaration`, and `first`, the position in `contents` of what was first declared.
        rows: of each row of the batch: `declaration_no`, `leg` (null: it has no key), `action`, `reason` (of its
            content, `SOUND` if none), `is_readable`, `is_beyond`.
    """

    contents: pl.DataFrame
    compared: list[str]
    standing: pl.DataFrame
    rows: pl.DataFrame


@dataclass(frozen=True)
class Verdicts:
    """What became of the rows of a batch.

    Attributes:
        outcome: for each row, one of the four.
        reason: for each row, why it was not taken.
        key: for each row, the number of its key in this batch; -1 where it has none.
        versions: each new version, in the order of its rows: `row`, `content` (positions), `key`, `version`, `state`,
            `flow`, `declaration`, `stands`.
        changed: the flows (Int64) whose version that stood before the batch stands no longer.
    """

    outcome: Any
    reason: Any
    key: Any
    versions: pl.DataFrame
    changed: pl.Series


class Judge:
    """Judges one batch; see the module's words."""

    def __init__(self, batch: Batch, changes: Changes) -> None:
        self._batch = batch
        self._changes = changes
        self._offset = len(batch.contents) - len(batch.rows)
        self._action = batch.rows["action"].to_numpy()
        self._reason = batch.rows["reason"].to_numpy()
        self._is_readable = batch.rows["is_readable"].to_numpy()
        self._is_beyond = batch.rows["is_beyond"].to_numpy()
        self._number_keys()

    def judge(self, next_declaration: int) -> Verdicts:
        """Judge every row in the order of the file; new declarations are numbered from the number given."""
        outcome = np.full(len(self._key), QUARANTINED, np.uint8)
        reason = np.full(len(self._key), int(Reason.BAD_KEY), np.uint8)
        applied: list[tuple[Any, ...]] = []
        left = np.flatnonzero(self._key >= 0)
        span = len(left)
        while len(left):
            rows = left[:span]
            became, why = self._look(rows)
            declaration = self._key[rows] // 2
            changing = np.flatnonzero(became <= OUT_OF_SCOPE)
            changing = changing[np.unique(declaration[changing], return_index=True)[1]]
            until = np.full(len(self._declaration), len(rows), np.int64)
            until[declaration[changing]] = changing
            settled = np.arange(len(rows)) <= until[declaration]
            outcome[rows[settled]] = became[settled]
            reason[rows[settled]] = why[settled]
            if len(changing):
                applied.append(self._apply(rows[changing]))
            # A key that is changed over and over settles few rows a round: then look at few.
            span = max(_FEW, 4 * int(np.count_nonzero(settled)))
            left = np.concatenate([rows[~settled], left[len(rows) :]])
        versions = self._versions(applied, next_declaration)
        changed = pl.Series("flow", self._flow[self._is_touched & (self._flow >= 0)], dtype=pl.Int64)
        return Verdicts(outcome, reason, self._key, versions, changed)

    def _number_keys(self) -> None:
        """Two keys for each declaration, 2d for leg 1 and 2d + 1 for leg 2: the other leg is `key ^ 1`."""
        keyed = self._batch.rows.select(no=pl.when(pl.col("leg").is_not_null()).then("declaration_no"), leg="leg")
        names = (
            keyed.select("no")
            .drop_nulls()
            .unique(maintain_order=True)
            .with_columns(d=pl.int_range(pl.len(), dtype=pl.Int64))
        )
        place = (2 * pl.col("d") + pl.col("leg").cast(pl.Int64) - 1).fill_null(-1)
        self._key = keyed.join(names, on="no", how="left", maintain_order="left").select(place).to_series().to_numpy()
        self._state = np.full(2 * len(names), _ABSENT, np.int8)
        self._current = np.full(2 * len(names), -1, np.int64)
        self._first = np.full(2 * len(names), -1, np.int64)
        self._version = np.zeros(2 * len(names), np.int64)
        self._flow = np.full(2 * len(names), -1, np.int64)
        self._declaration = np.full(len(names), -1, np.int64)
        self._is_touched = np.zeros(2 * len(names), np.bool_)
        standing = self._batch.standing
        if len(standing):
            joined = standing.join(names, left_on="declaration_no", right_on="no", how="left", maintain_order="left")
            at = joined.select(place).to_series().to_numpy()
            self._state[at] = standing["state"].to_numpy()
            self._current[at] = np.arange(len(standing))
            self._first[at] = standing["first"].to_numpy()
            self._version[at] = standing["version"].to_numpy()
            self._flow[at] = standing["flow"].to_numpy()
            self._declaration[at // 2] = standing["declaration"].to_numpy()

    def _look(self, left: Any) -> tuple[Any, Any]:
        """What each of some rows would become given what stands now, and why."""
        key, action = self._key[left], self._action[left]
        state = self._state[key]
        absent, deleted, live = state == _ABSENT, state == DELETED, (state == IN_SCOPE) | (state == BEYOND)
        adds, changes, deletes = action == ADD, action == CHANGE, action == DELETE
        why = self._reason[left].copy()
        if len(rows := left[changes & live]):
            why[changes & live] = self._changes.reasons(rows, self._current[self._key[rows]])
        became = np.where(why == SOUND, np.where(self._is_beyond[left], OUT_OF_SCOPE, ACCEPTED), QUARANTINED)

        def rule(rows: Any, outcome: int, reason: int) -> None:
            became[rows] = outcome
            why[rows] = reason

        rule(deletes & live, ACCEPTED, SOUND)
        rule(deletes & deleted, DUPLICATE, SOUND)
        rule(adds & live, QUARANTINED, Reason.ALREADY_DECLARED)
        rule((adds | changes) & deleted, QUARANTINED, Reason.DELETED_KEY)
        rule((changes | deletes) & absent, QUARANTINED, Reason.UNKNOWN_KEY)
        rule(self._same(left, adds & ~absent, self._first[key]), DUPLICATE, SOUND)
        rule(self._same(left, changes & live, self._current[key]), DUPLICATE, SOUND)
        rule(action == NO_ACTION, QUARANTINED, Reason.BAD_ACTION)
        rule(self._legs_differ(left, adds & absent), QUARANTINED, Reason.BAD_KEY)
        return became, why

    def _same(self, left: Any, candidates: Any, version: Any) -> Any:
        """Which of the candidates have the content of a version."""
        same = np.zeros(len(left), np.bool_)
        places = np.flatnonzero(candidates & self._is_readable[left])
        if len(places):
            contents = self._batch.contents.select(self._batch.compared)
            mine, theirs = contents[left[places] + self._offset], contents[version[places]]
            equal = [mine[name].eq_missing(theirs[name]).to_numpy() for name in contents.columns]
            same[places] = np.logical_and.reduce(equal)
        return same

    def _legs_differ(self, left: Any, candidates: Any) -> Any:
        """Which new legs differ, in what can be read of them, from the leg that stands."""
        differ = np.zeros(len(left), np.bool_)
        other = self._key[left] ^ 1
        stands = (self._state[other] == IN_SCOPE) | (self._state[other] == BEYOND)
        places = np.flatnonzero(candidates & stands)
        if len(places):
            contents = self._batch.contents.select(SHARED)
            mine, theirs = contents[left[places] + self._offset], contents[self._current[other[places]]]
            unlike = [(mine[name] != theirs[name]).fill_null(value=False).to_numpy() for name in SHARED]
            differ[places] = np.logical_or.reduce(unlike)
        return differ

    def _apply(self, rows: Any) -> tuple[Any, ...]:
        """Let rows stand, one of each declaration at most."""
        key = self._key[rows]
        before = self._current[key]
        deletes, changes = self._action[rows] == DELETE, self._action[rows] == CHANGE
        if changes.any():
            self._changes.settle(rows[changes], before[changes])
        content = np.where(deletes, before, rows + self._offset)
        self._first[key] = np.where(self._state[key] == _ABSENT, content, self._first[key])
        self._state[key] = np.where(deletes, DELETED, np.where(self._is_beyond[rows], BEYOND, IN_SCOPE))
        self._current[key] = content
        self._version[key] += 1
        self._is_touched[key] = True
        return rows, content, key, self._version[key], self._state[key]

    def _versions(self, applied: list[tuple[Any, ...]], next_declaration: int) -> pl.DataFrame:
        schema = {"row": pl.Int64, "content": pl.Int64, "key": pl.Int64, "version": pl.Int32, "state": pl.UInt8}
        parts: list[Any] = (
            [np.concatenate(column) for column in zip(*applied, strict=True)] if applied else [[]] * len(schema)
        )
        versions = pl.DataFrame(dict(zip(schema, parts, strict=True)), schema=schema).sort("row")
        key = versions["key"].to_numpy()
        declaration = _numbered(self._declaration, key // 2, next_declaration)[key // 2]
        return versions.with_columns(
            # Of a declaration's flows the first leg has the lower number, whichever came first.
            pl.Series("flow", 2 * declaration + key % 2, dtype=pl.Int64),
            pl.Series("declaration", declaration, dtype=pl.Int64),
            stands=pl.col("key").is_last_distinct(),
        )


def _numbered(numbers: Any, used: Any, first: int) -> Any:
    """The numbers, those of new ones (-1) given in the order of their first use."""
    places, firsts = np.unique(used[numbers[used] < 0], return_index=True)
    numbers = numbers.copy()
    numbers[places[np.argsort(firsts)]] = np.arange(first, first + len(places))
    return numbers
