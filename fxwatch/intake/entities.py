"""Entities: the roll of enterprises that receive and pay. They are kept in the register."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from fxwatch.facts import facts
from fxwatch.identifiers import entity_keys
from fxwatch.intake import fields, versions
from fxwatch.intake.columns import Column, Form
from fxwatch.intake.flow_cells import first_reason
from fxwatch.intake.ledger import Load
from fxwatch.intake.reasons import SOUND, Reason, field_sentences, sentences
from fxwatch.intake.rows import Rows

if TYPE_CHECKING:
    from fxwatch.home import Home

LONGEST_NAME = 200  # a registered one has far fewer; every answer to a bank bears it
_INDUSTRY = r"^([A-T]|[0-9]{2,4})$"
_AREA = r"^[0-9]{6}$"
_ENTRY = [
    "entity_id", "name", "industry", "economic_type", "area", "registered_on", "investor_economies", "transport_enterprise",
]  # fmt: skip
_TEXTS = ["name", "industry", "economic_type", "area", "investor_economies"]
_CODES = ["industry", "economic_type", "area"]
_WANTED = {
    "name": (f"a name of at most {LONGEST_NAME} characters", f"不超过 {LONGEST_NAME} 个字符的名称"),
    "industry": (
        "a GB/T 4754 code: a letter or 2 to 4 digits, as text",
        " GB/T 4754 代码（文本）：一个字母或 2 至 4 位数字",
    ),
    "economic_type": ("a code, as text", "代码（文本）"),
    "area": ("an area code of 6 digits, as text", " 6 位行政区划代码（文本）"),
    "investor_economies": ("ISO 3166 codes of three letters, separated by ;", "以 ; 分隔的 ISO 3166 三字母代码"),
    "transport_enterprise": ("true, false, 1 or 0", " true、false、1 或 0"),
}


class EntityIntake:
    """Judges entities and enrols them, all of a file in one act of the register."""

    kind = "entities"
    columns: ClassVar[Mapping[str, Column]] = {
        "entity_id": Column(Form.CODE, bold=True),
        "name": Column(Form.TEXT, bold=True),
        "industry": Column(Form.CODE),
        "economic_type": Column(Form.CODE),
        "area": Column(Form.CODE),
        "registered_on": Column(Form.DAY),
        "investor_economies": Column(Form.TEXT),
        "transport_enterprise": Column(Form.FLAG),
    }

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._new: list[pl.DataFrame] = []

    def take(self, rows: Rows, load: Load) -> None:
        """Judge rows, note those that are sound, put the others into quarantine."""
        read = self._read(rows)
        sound = read.with_row_index("at").filter(pl.col("reason") == SOUND)
        self._new.append(sound.select(_ENTRY))
        load.take(sound["at"].to_list())
        load.refuse(self.kind, rows, versions.refusals(rows, read, _sentence, tuple(self.columns), key=("entity_id",)))

    def finish(self, load: Load) -> None:
        """Enrol, and count what was new."""
        entries = pl.concat(self._new) if self._new else None
        if entries is not None and len(entries):
            outcome = self._home.register.enrol(entries, source=f"{load.file}, load {load.load_id}")["outcome"]
            assert isinstance(outcome, pl.Series)
            accepted = int((outcome == "accepted").sum())
            load.count("accepted", accepted)
            load.count("duplicate", len(entries) - accepted)

    def _read(self, rows: Rows) -> pl.DataFrame:
        schema = rows.columns.schema
        frame = rows.columns.select(
            fields.text(rows, name) if name in ("entity_id", *_TEXTS) else fields.cell(rows, name) for name in _ENTRY
        )
        frame = frame.with_columns(pl.Series("is_misshapen", fields.misshapen(rows)))
        key = entity_keys(frame["entity_id"], verify=self._home.settings.verify_ids)
        if (numbers := fields.numbers_in(rows, "entity_id")) is not None:
            key = key.to_frame().select(pl.when(~pl.Series(numbers)).then(key.name)).to_series()
        economies = [row["economy"] for row in facts("economies.csv")]
        listed = (
            pl.col("investor_economies")
            .str.split(";")
            .list.eval(pl.element().str.strip_chars())
            .list.eval(pl.element().filter(pl.element() != ""))
        )
        frame = frame.with_columns(
            entity_id=key,
            registered_on=fields.day(pl.col("registered_on"), schema.get("registered_on", pl.String())),
            has_day=pl.col("registered_on").is_not_null(),
            transport_enterprise=fields.flag(
                pl.col("transport_enterprise"), schema.get("transport_enterprise", pl.String())
            ),
            has_flag=pl.col("transport_enterprise").is_not_null(),
            investors=listed,
        )
        bad = {
            "name": pl.col("name").is_null() | (pl.col("name").str.len_chars() > LONGEST_NAME),
            "industry": ~pl.col("industry").str.contains(_INDUSTRY),
            "area": ~pl.col("area").str.contains(_AREA),
            "investor_economies": ~pl.col("investors").list.eval(pl.element().is_in(economies)).list.all(),
            "transport_enterprise": pl.col("has_flag") & pl.col("transport_enterprise").is_null(),
        }
        for name in _TEXTS:
            bad[name] = bad.get(name, pl.lit(value=False)).fill_null(value=False) | fields.has_control(pl.col(name))
        for name in _CODES:
            if (numbers := fields.numbers_in(rows, name)) is not None:
                bad[name] |= pl.lit(numbers)
        first_bad = pl.coalesce(
            pl.when(condition.fill_null(value=False)).then(pl.lit(name)) for name, condition in bad.items()
        )
        frame = frame.with_columns(
            bad_field=first_bad,
            investor_economies=pl.when(pl.col("investors").list.len() > 0).then(pl.col("investors").list.join(";")),
        )
        conditions = {
            Reason.BAD_ID: pl.col("entity_id").is_null(),
            Reason.BAD_DATE: pl.col("has_day") & pl.col("registered_on").is_null(),
            Reason.BAD_FIELD: pl.col("bad_field").is_not_null() | pl.col("is_misshapen"),
        }
        return frame.with_columns(reason=first_reason(conditions))


def _sentence(reason: Reason, row: dict[str, Any], read: dict[str, Any]) -> tuple[str, str]:
    if reason is Reason.BAD_ID:
        return sentences(reason, value=row["entity_id"])
    if reason is Reason.BAD_DATE:
        return sentences(reason, value=row["registered_on"], more="registered_on")
    name = read["bad_field"]
    return field_sentences(name, row[name], *_WANTED[name])


def admit(home: "Home", keys: pl.Series, source: str) -> None:
    """Enrol entities by their identifiers alone, those that are not on the roll yet."""
    on_roll = home.register.on_roll()
    unknown = keys.alias("entity_id").unique().sort().to_frame().filter(~pl.col("entity_id").is_in(on_roll.implode()))
    if len(unknown):
        types = {"registered_on": pl.Date, "transport_enterprise": pl.Boolean}
        entries = unknown.select(
            "entity_id",
            pl.col("entity_id").alias("name"),
            *(pl.lit(None, dtype=types.get(name, pl.String)).alias(name) for name in _ENTRY[2:]),
        )
        home.register.enrol(entries, source=source)
