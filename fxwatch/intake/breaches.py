"""Breaches: recorded violations. Loading them writes acts into the register."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from fxwatch.identifiers import entity_keys
from fxwatch.intake import fields, versions
from fxwatch.intake.columns import Column, Form
from fxwatch.intake.entities import admit
from fxwatch.intake.flow_cells import first_reason
from fxwatch.intake.judging import DELETE, NO_ACTION
from fxwatch.intake.ledger import Load
from fxwatch.intake.reasons import SOUND, Reason, field_sentences, sentences
from fxwatch.intake.rows import Rows

if TYPE_CHECKING:
    from fxwatch.home import Home

_KEY = r"^[^\s\x00-\x1f]([^\x00-\x1f]{0,62}[^\s\x00-\x1f])?$"
_ACTIONS = {"A": 0, "D": DELETE}
_TEXTS = ["provision", "description", "reference"]


class BreachIntake:
    """Judges breaches and records them, all of a file in one transaction of the register."""

    kind = "breaches"
    columns: ClassVar[Mapping[str, Column]] = {
        "breach_no": Column(Form.CODE, bold=True),
        "action": Column(Form.TEXT),
        "entity_id": Column(Form.CODE, bold=True),
        "day": Column(Form.DAY, bold=True),
        "provision": Column(Form.TEXT, bold=True),
        "description": Column(Form.TEXT),
        "reference": Column(Form.TEXT),
    }

    def __init__(self, home: "Home", by: str) -> None:
        self._home = home
        self._by = by
        waiting = home.register.proposals().filter(status="waiting", does="breach_recorded")["on_what"]
        self._known = {*home.register.breaches()["breach_no"], *waiting.str.strip_prefix("breach:")}
        roll = home.register.on_roll()
        self._roll = None if home.settings.admit_unknown else roll
        self._new: list[pl.DataFrame] = []

    def take(self, rows: Rows, load: Load) -> None:
        """Judge rows, note those that are sound, put the others into quarantine."""
        read = self._read(rows)
        load.refuse(self.kind, rows, versions.refusals(rows, read, _sentence, tuple(self.columns), key=("breach_no",)))
        sound = read.with_row_index("at").filter(pl.col("reason") == SOUND)
        self._new.append(sound.select("breach_no", "action", "entity_id", "day", *_TEXTS))
        load.take(sound["at"].to_list())

    def finish(self, load: Load) -> None:
        """Record, and count what was new."""
        from fxwatch.review import record_breaches

        found = pl.concat(self._new) if self._new else None
        if found is None or not len(found):
            return
        if self._roll is None:
            admit(self._home, found["entity_id"].drop_nulls(), source=f"{load.file}, load {load.load_id}")
        words = found.with_columns(action=pl.when(pl.col("action") == DELETE).then(pl.lit("D")))
        outcomes = record_breaches(
            self._home, words.iter_rows(named=True), by=self._by, why=f"{load.file}, load {load.load_id}"
        )
        # What waits for approval is taken: it is on record as proposed.
        taken = outcomes.count("accepted") + outcomes.count("proposed")
        load.count("accepted", taken)
        load.count("duplicate", len(outcomes) - taken)

    def _read(self, rows: Rows) -> pl.DataFrame:
        schema = rows.columns.schema
        frame = rows.columns.select(
            fields.cell(rows, "day"), *(fields.text(rows, name) for name in self.columns if name != "day")
        )
        key = entity_keys(frame["entity_id"], verify=self._home.settings.verify_ids)
        frame = frame.with_columns(pl.Series("is_misshapen", fields.misshapen(rows)), key.alias("entity_id"))
        is_number = {name: fields.numbers_in(rows, name) for name in ("breach_no", "entity_id")}
        bad_key, bad_id = (pl.lit(marks) if marks is not None else pl.lit(value=False) for marks in is_number.values())
        frame = frame.with_columns(
            day=fields.day(pl.col("day"), schema["day"]),
            action=fields.number_of(pl.col("action").fill_null("A"), _ACTIONS).fill_null(NO_ACTION),
        )
        frame = frame.with_columns(is_known=pl.Series(self._follow(frame), dtype=pl.Boolean))
        texts = [fields.has_control(pl.col(name)) for name in _TEXTS]
        stays = pl.col("action") != DELETE
        on_roll = pl.lit(value=True) if self._roll is None else pl.col("entity_id").is_in(self._roll.implode())
        conditions = {
            Reason.BAD_KEY: ~pl.col("breach_no").str.contains(_KEY).fill_null(value=False) | bad_key,
            Reason.BAD_ACTION: pl.col("action") == NO_ACTION,
            Reason.UNKNOWN_KEY: ~stays & ~pl.col("is_known"),
            Reason.BAD_ID: stays & (pl.col("entity_id").is_null() | bad_id),
            Reason.UNKNOWN_ENTITY: stays & ~on_roll,
            Reason.BAD_DATE: stays & pl.col("day").is_null(),
            Reason.FUTURE_DAY: stays & (pl.col("day") > self._home.today()),
            Reason.BAD_FIELD: stays & pl.any_horizontal(pl.col("provision").is_null(), "is_misshapen", *texts),
        }
        frame = frame.with_columns(reason=first_reason(conditions))
        self._known.update(frame.filter((pl.col("reason") == SOUND) & stays)["breach_no"].to_list())
        return frame

    def _follow(self, frame: pl.DataFrame) -> list[bool]:
        """Whether the number of each row was recorded before it, here or in the file."""
        seen = set(self._known)
        known = []
        for number, action in frame.select("breach_no", "action").iter_rows():
            known.append(number in seen)
            if action != DELETE:
                seen.add(number)
        return known


def _sentence(reason: Reason, row: dict[str, Any], read: dict[str, Any]) -> tuple[str, str]:
    if reason is Reason.BAD_KEY:
        return field_sentences("breach_no", row["breach_no"], "1 to 64 characters, as text", " 1 至 64 个字符（文本）")
    if reason is Reason.BAD_ACTION:
        return field_sentences("action", row["action"], "A, D or nothing", " A、D 或空")
    if reason in (Reason.BAD_DATE, Reason.FUTURE_DAY):
        return sentences(reason, value=row["day"], more="day")
    if reason is Reason.BAD_ID:
        return sentences(reason, value=row["entity_id"])
    if reason is Reason.UNKNOWN_ENTITY:
        return sentences(reason, value=read["entity_id"])
    if reason is Reason.UNKNOWN_KEY:
        return (
            f"breach {row['breach_no']} is to be rescinded, but was never recorded; load its row first, then this one again.",
            f"违规 {row['breach_no']} 从未登记，无法撤销；请先导入该违规，再导入本行。",
        )
    return field_sentences(
        "provision", row["provision"], "text, without control characters", "文本，不得为空或含控制字符"
    )
