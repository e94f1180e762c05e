"""Flows: what banks report, one leg of a declaration a row."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl

from fxwatch.equivalents import LARGEST_USD_CENTS, RATE_PLACES, tables_in_use, usd_cents
from fxwatch.intake import flow_sentences
from fxwatch.intake.classification import Classification
from fxwatch.intake.columns import Column
from fxwatch.intake.directory import Directory, EntityNumbers
from fxwatch.intake.entities import admit
from fxwatch.intake.flow_cells import COLUMNS, COMPARED, CONTENT, FlowFacts
from fxwatch.intake.judging import ACCEPTED, DUPLICATE, OUT_OF_SCOPE, QUARANTINED, Batch, Judge, Verdicts
from fxwatch.intake.ledger import Load, Refusal
from fxwatch.intake.reasons import SOUND, Reason
from fxwatch.intake.rows import Rows
from fxwatch.warehouse import loading, records
from fxwatch.warehouse.counterparties import with_numbers
from fxwatch.warehouse.declared import KEPT, Declared, Marks, engine_beside, with_digests
from fxwatch.warehouse.recording import newest_load

if TYPE_CHECKING:
    import duckdb

    from fxwatch.home import Home
    from fxwatch.warehouse.parts import Stage

_NO_MONTH = np.iinfo(np.int32).min


def _on_roll(home: "Home", con: "duckdb.DuckDBPyConnection") -> Directory:
    """Who is on the roll; kept for the loads that follow."""
    return home.kept.get("on roll", home.register.roll_mark(), lambda: Directory(home.on_roll(con)))


class FlowIntake:
    """Judges and keeps flows."""

    kind = "flows"
    columns: ClassVar[Mapping[str, Column]] = COLUMNS

    def __init__(self, home: "Home", con: "duckdb.DuckDBPyConnection", stage: "Stage | None" = None) -> None:
        settings = home.settings
        self._home = home
        self._stage = stage
        self._rates = loading.rates_now(con).select(
            "month", "currency", rate=pl.col("usd_per_unit").to_physical().cast(pl.Int128)
        )
        assert RATE_PLACES == 12, "the warehouse keeps rates with 12 decimals; to_physical relies on it"
        self._facts = FlowFacts(
            today=home.today(),
            verify_ids=settings.verify_ids,
            roll=None if settings.admit_unknown else _on_roll(home, con),
            tables=tables_in_use(self._rates, reach=settings.rate_months, rate_month=settings.rate_month),
            classification=Classification(records.codes_now(con)),
        )
        self._numbers = EntityNumbers(home.kept, con)
        self._next_declaration = loading.next_number(con, "declaration")
        self._taken = Marks()  # the declarations that this load has taken
        self._declared: Declared | None = None
        self._con, self._beside = con, engine_beside()
        self._admitted: list[pl.Series] = []

    def read(self, rows: Rows) -> Rows:
        """The rows with their columns read: what needs no other row, and so may be done ahead in another thread."""
        read = with_numbers(self._beside, with_digests(self._beside, self._facts.read(rows)))
        # A large batch has others beside it, for which it is worth knowing what is on record.
        if self._declared is None and 2 * len(rows) > self._home.settings.batch_rows:
            self._declared = self._learn()
        may_stand = pl.lit(value=True) if self._declared is None else self._declared.has(read["no_digest"])
        return replace(rows, read=read.with_columns(may_stand.alias("may_stand")))

    def take(self, rows: Rows, load: Load) -> None:
        """Judge rows, write the versions they make, put the others into quarantine, count all."""
        if not len(rows):
            return
        read = rows.read if rows.read is not None else self.read(rows).read
        assert read is not None, "`read` reads"
        stood, first = self._standing(read, load)
        contents = pl.concat([stood.select(CONTENT), first.select(CONTENT), read.select(CONTENT)])
        standing = self._with_first(stood, first)
        kept = KeptMonths(contents, read, self._rates)
        judge = Judge(Batch(contents.select(COMPARED), COMPARED, standing, read), kept)
        verdicts = judge.judge(self._next_declaration)
        # First the quarantine: what is taken in this batch resolves what the rows before it may wait for.
        self._refuse(read, verdicts, rows, load)
        if len(verdicts.changed):
            gone = stood.join(verdicts.changed.alias("flow").to_frame(), on="flow", how="semi")
            loading.replace_flows(load.con, gone, load.moment, self._stage)
        self._write(read, kept.patched(contents), verdicts, rows, load)
        for outcome, name in ((ACCEPTED, "accepted"), (OUT_OF_SCOPE, "out_of_scope"), (DUPLICATE, "duplicate")):
            load.count(name, int(np.count_nonzero(verdicts.outcome == outcome)))
        load.take(np.flatnonzero(verdicts.outcome != QUARANTINED).tolist())

    def finish(self, load: Load) -> None:
        """Enrol the entities that were admitted by their identifiers alone."""
        if self._admitted:
            admit(self._home, pl.concat(self._admitted), source=f"{load.file}, load {load.load_id}")

    def _learn(self) -> Declared:
        kept = self._home.kept
        with self._con.cursor() as own:
            return kept.get(KEPT, newest_load(own), lambda: Declared(own, kept.last(KEPT)))

    # ---- what stands

    def _standing(self, read: pl.DataFrame, load: Load) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The standing versions of the batch's declarations, and the first versions of those that changed."""
        keyed = read.filter(pl.col("leg").is_not_null()).select("declaration_no", "no_digest", "may_stand")
        is_own = pl.Series(self._taken.among(keyed["no_digest"].to_numpy()))
        asked = keyed.filter(is_own | keyed["may_stand"]).unique()
        own = keyed.filter(is_own).unique()
        if not len(asked):
            nothing = pl.DataFrame(
                schema={
                    **read.schema,
                    "flow": pl.Int64,
                    "declaration": pl.Int64,
                    "version": pl.Int32,
                    "state": pl.UInt8,
                }
            )
            return nothing, nothing
        standing = loading.standing_flows(load.con, asked, own, self._stage)
        changed = standing.filter(pl.col("version") > 1)["flow"]
        first = loading.first_versions(load.con, changed) if len(changed) else standing.clear()
        return standing, first

    def _with_first(self, standing: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
        places = first.select("flow", first=pl.int_range(pl.len(), dtype=pl.Int64) + len(standing))
        own = pl.int_range(pl.len(), dtype=pl.Int64)
        joined = (
            standing.join(places, on="flow", how="left", maintain_order="left")
            if len(first)
            else standing.with_columns(first=own)
        )
        return joined.with_columns(pl.coalesce("first", own)).select(
            "declaration_no", "leg", "state", "version", "flow", "declaration", "first"
        )

    # ---- what is written

    def _write(self, read: pl.DataFrame, contents: pl.DataFrame, verdicts: Verdicts, rows: Rows, load: Load) -> None:
        versions = verdicts.versions
        if not len(versions):
            return
        self._taken.add(read["no_digest"].gather(versions["row"]).to_numpy())
        self._next_declaration = max(self._next_declaration, int(versions["declaration"].max()) + 1)  # type: ignore[arg-type]
        entity_ids = contents["entity_id"].gather(versions["content"])
        of_whom = self._numbers.of(entity_ids)
        if self._facts.roll is None:
            self._admitted.append(entity_ids.filter(versions["state"] == 0).unique())
        known = versions.select("flow", "declaration", "version", "state").with_columns(entity=of_whom)

        def made(places: pl.Series) -> pl.DataFrame:
            version = versions.select("row", "content").select(pl.all().gather(places))
            content = contents.drop("entity_id").select(pl.all().gather(version["content"]))
            key = read.select(pl.col("declaration_no", "leg", "no_digest").gather(version["row"]))
            line = rows.line.gather(version["row"]).alias("line")
            whole = pl.concat([content, key, known.select(pl.all().gather(places)), line.to_frame()], how="horizontal")
            return whole.with_columns(load_id=pl.lit(load.load_id, dtype=pl.Int32), known_from=pl.lit(load.moment))

        stands = versions["stands"]
        # In the order in which they are kept, so that every column is moved once.
        by_entity = pl.DataFrame([of_whom, pl.int_range(len(of_whom), dtype=pl.UInt32, eager=True).alias("n")]).filter(
            stands
        )
        by_entity = by_entity.sort("entity", maintain_order=True)
        loading.add_flows(load.con, made(by_entity["n"]), self._stage)
        passed = (~stands).arg_true()
        if len(passed):
            loading.add_history(load.con, made(passed).drop("no_digest").with_columns(known_to=pl.lit(load.moment)))
        if loading.is_waiting(load.con, self.kind):
            at = versions["row"].to_numpy()
            keys = read.select("declaration_no", pl.col("leg").cast(pl.String))
            taken = load.places(rows)[at].hstack(keys[at])
            loading.resolve(load.con, self.kind, taken)

    def _refuse(self, read: pl.DataFrame, verdicts: Verdicts, rows: Rows, load: Load) -> None:
        places = np.flatnonzero(verdicts.outcome == QUARANTINED)
        if not len(places):
            return
        reasons = verdicts.reason[places]
        unknown = places[reasons == Reason.UNKNOWN_KEY]
        if len(unknown):
            waits = self._waiting(read, verdicts, rows, unknown, load)
            reasons[np.isin(places, unknown[waits])] = int(Reason.KEY_IN_QUARANTINE)
        last_taken = np.full(int(verdicts.key.max(initial=-1)) + 1, -1, np.int64)
        np.maximum.at(last_taken, verdicts.versions["key"].to_numpy(), verdicts.versions["row"].to_numpy())
        key = verdicts.key[places]
        resolved = (
            (key >= 0) & (last_taken[np.maximum(key, 0)] > places)
            if len(last_taken)
            else np.zeros(len(places), np.bool_)
        )
        told = flow_sentences.tell(rows, places.tolist(), [Reason(r) for r in reasons.tolist()], self._facts, read)
        keys = flow_sentences.keys(rows, places.tolist())
        load.refuse(
            self.kind,
            rows,
            [
                Refusal(place, Reason(reason), *told[i], *keys[i], is_resolved=bool(resolved[i]))
                for i, (place, reason) in enumerate(zip(places.tolist(), reasons.tolist(), strict=True))
            ],
        )

    def _waiting(self, read: pl.DataFrame, verdicts: Verdicts, rows: Rows, unknown: Any, load: Load) -> Any:
        """Of rows whose key was never declared: whether the key waits in quarantine, from this file or before."""
        refused = np.flatnonzero((verdicts.outcome == QUARANTINED) & (verdicts.key >= 0))
        first = np.full(int(verdicts.key.max()) + 1, len(rows), np.int64)
        np.minimum.at(first, verdicts.key[refused], refused)
        waits = first[verdicts.key[unknown]] < unknown
        if loading.is_waiting(load.con, self.kind):
            keys = read[unknown].select("declaration_no", pl.col("leg").cast(pl.String))
            waits |= _waited_before(keys, loading.waiting_keys(load.con, keys.unique()), unknown, load)
        return waits


def _waited_before(keys: pl.DataFrame, found: pl.DataFrame, rows: Any, load: Load) -> Any:
    """Which keys have a row among those found in quarantine; rows that are judged again do not wait for themselves."""
    if load.origin is None:
        others = found.filter(pl.col("load_id").ne_missing(load.again))
        own = pl.lit(np.iinfo(np.int64).max)
    else:
        others = found.filter(~pl.col("quarantine_id").is_in(load.origin["quarantine_id"].implode()))
        own = pl.lit(load.origin["quarantine_id"][rows])
    first = others.group_by("declaration_no", "leg").agg(pl.col("quarantine_id").min())
    keys = keys.join(first, on=["declaration_no", "leg"], how="left", maintain_order="left")
    return keys.select((pl.col("quarantine_id") < own).fill_null(value=False)).to_series().to_numpy()


class KeptMonths:
    """Changes keep the month of their table unless day or currency changes (spec section 5)."""

    def __init__(self, contents: pl.DataFrame, read: pl.DataFrame, rates: pl.DataFrame) -> None:
        self._contents = contents
        self._read = read
        self._rates = rates
        self._offset = len(contents) - len(read)
        self._reason = read["reason"].to_numpy()
        self._month = contents["rate_month"].to_physical().fill_null(_NO_MONTH).to_numpy().copy()
        self._kept: list[pl.DataFrame] = []

    def reasons(self, rows: Any, before: Any) -> Any:
        """Why the content of each row cannot replace a version; `SOUND` where it can."""
        reasons = self._reason[rows].copy()
        keeps = self._keeps(rows, before)
        if keeps.any():
            changed = self._converted(rows[keeps], before[keeps])
            in_scope = ~pl.col("is_beyond")
            why = (
                pl.when(pl.col("defect") != SOUND).then("defect")
                .when(in_scope & pl.col("usd").is_null()).then(pl.lit(int(Reason.NO_RATE), dtype=pl.UInt8))
                .when(in_scope & (pl.col("usd") > LARGEST_USD_CENTS)).then(pl.lit(int(Reason.BAD_AMOUNT), dtype=pl.UInt8))
                .when(in_scope & pl.col("is_bad_field")).then(pl.lit(int(Reason.BAD_FIELD), dtype=pl.UInt8))
                .otherwise(pl.lit(SOUND, dtype=pl.UInt8))
            )  # fmt: skip
            reasons[keeps] = changed.select(why).to_series().to_numpy()
        return reasons

    def settle(self, rows: Any, before: Any) -> None:
        """Each row replaces a version: note the month that it keeps, and its equivalents by that month's table."""
        keeps = self._keeps(rows, before)
        if keeps.any():
            changed = self._converted(rows[keeps], before[keeps])
            self._month[rows[keeps] + self._offset] = self._month[before[keeps]]
            self._kept.append(
                changed.select(
                    pl.Series("at", rows[keeps] + self._offset, dtype=pl.Int64),
                    "rate_month",
                    amount_usd=pl.when(~pl.col("is_beyond")).then("usd").cast(pl.Int64),
                    settled_usd=pl.when(~pl.col("is_beyond")).then("settled_usd").cast(pl.Int64),
                )
            )

    def patched(self, contents: pl.DataFrame) -> pl.DataFrame:
        """The contents with what was kept."""
        if not self._kept:
            return contents
        kept = pl.concat(self._kept)
        at = kept["at"].to_list()
        return contents.with_columns(
            contents[name].scatter(at, kept[name]) for name in ("rate_month", "amount_usd", "settled_usd")
        )

    def _keeps(self, rows: Any, before: Any) -> Any:
        shared = self._contents.select("day", "currency")
        mine, theirs = shared[rows + self._offset], shared[before]
        same = [(mine[name] == theirs[name]).fill_null(value=False).to_numpy() for name in shared.columns]
        return np.logical_and.reduce(same) & (self._month[before] != _NO_MONTH)

    def _converted(self, rows: Any, before: Any) -> pl.DataFrame:
        frame = self._read[rows].with_columns(
            pl.Series("rate_month", self._month[before], dtype=pl.Int32).cast(pl.Date)
        )
        joined: pl.DataFrame = frame.join(
            self._rates,
            left_on=["currency", "rate_month"],
            right_on=["currency", "month"],
            how="left",
            maintain_order="left",
        )
        return joined.with_columns(
            usd=usd_cents(pl.col("amount"), pl.col("rate")), settled_usd=usd_cents(pl.col("settled"), pl.col("rate"))
        )
