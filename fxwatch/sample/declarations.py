"""From drawn flows to declarations as banks send them: numbers, texts, late codes, corrections, dirt."""

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from fxwatch.sample.days import Days
from fxwatch.sample.entities import Entities
from fxwatch.sample.names import counterparty_names
from fxwatch.sample.patterns import PAYMENT, PAYMENT_TYPES
from fxwatch.sample.trades import ALL_CODES, CURRENCY, DIRECTIONS, ECONOMY, ECONOMY_CURRENCY, WHOLE_UNITS, Floats, Ints

COLUMNS = (
    "declaration_no", "leg", "action", "entity_id", "party_type", "direction", "day", "code", "currency", "amount", "settled_amount", "counterparty",
    "economy", "payment_type", "contract_no", "invoice_no", "tax_filing_no", "scope", "remark",
)  # fmt: skip

# What becomes of a drawn row.
KEPT, MISTAKE, GOODS, PERSON, DIRT = range(5)

LATE_SHARE, NEVER_CLASSIFIED, CORRECTED_SHARE, REPEATED_SHARE = 0.04, 0.0005, 0.008, 0.001

GOODS_CODES = ("121010", "121020", "121030", "122010", "322041", "421990")
REMARKS = ("", "代垫", "分摊", "前期费用", "退汇")

# The day number of what is never sent.
NEVER = 2**31 - 1

# How many payments above the limit carry the number of a filing with the tax authority.
FILED, FILED_OF_PATTERNS = 0.97, 0.85

# Corrections come within so many days; nothing is made wrong later than that before the end.
SETTLED_AFTER = 40


def declare(
    rng: np.random.Generator,
    rows: pl.DataFrame,
    entities: Entities,
    economies: Ints,
    banks: pl.Series,
    days: Days,
    strangers: pl.Series,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The files' rows in the order in which banks reported them.

    Args:
        rows: columns of `patterns.ROW`, and `declaration`, `leg`, `fate`.
        economies: the economy of each counterparty.
        banks: institution codes.
        strangers: identifiers of nobody on the roll.

    Returns:
        The rows (texts: `COLUMNS`; and `reported`, the number of the day on which the row came); the planted rows with
        their declaration numbers; and the rows that a load must treat otherwise, with the outcome it must give.
    """
    rows = _numbered(rng, rows, entities, days)
    texts = _texts(rng, rows, entities, economies, banks, days)
    is_planted = rows["pattern"] >= 0
    planted = rows.filter(is_planted).with_columns(texts.filter(is_planted)["declaration_no"])
    flows, told = _as_sent(rng, texts, rows, days, strangers)
    return flows, planted, told


def bank_codes(count: int) -> pl.Series:
    """Made-up institution codes: area, bank, branch."""
    areas = ("120000", "310000", "440300", "110000", "440100", "370200", "210200", "320500", "350200", "330200")
    return pl.Series("bank", [f"{areas[n % len(areas)]}{9001 + n:04d}{1 + n // len(areas):02d}" for n in range(count)])


def _numbered(rng: np.random.Generator, rows: pl.DataFrame, entities: Entities, days: Days) -> pl.DataFrame:
    """Rows by day, with bank, running number at that bank on that day, and the day on which they are reported."""
    declaration = rows["declaration"].to_numpy()
    key = rng.permutation(int(declaration.max()) + 1)[declaration]
    bank = entities.banks[rows["entity"].to_numpy(), (key % 20 >= 17).astype(np.int64)]
    # Most banks report on the day itself, the others on the next working day.
    reported = days.later(rows["day"].to_numpy().astype(np.int64), (key % 7 < 3).astype(np.int64))
    return (
        rows.with_columns(
            key=pl.Series(key),
            bank=pl.Series(bank, dtype=pl.Int16),
            reported=pl.Series(np.minimum(reported, days.working[-1]), dtype=pl.Int32),
        )
        .sort("day", "key", "leg")
        .with_columns(number=pl.col("key").rank("dense").over("bank", "day"))
    )


def _texts(
    rng: np.random.Generator, rows: pl.DataFrame, entities: Entities, economies: Ints, banks: pl.Series, days: Days
) -> pl.DataFrame:
    """Every row as it finally stands, in texts."""
    entity, pattern = rows["entity"].to_numpy(), rows["pattern"].to_numpy()
    economy = economies[rows["counterparty"].to_numpy()]
    key = rows["key"].to_numpy()

    def dice() -> Floats:
        """A number between 0 and 1 for each declaration, the same for its legs."""
        return np.asarray(rng.random(int(key.max()) + 1)[key])

    currency = _currencies(dice(), rows["currency"].to_numpy(), economy)
    cents = _cents(rng, rows, currency, entities, days)
    settled = _settled(rng, cents, currency, entities.settling[entity])
    declared = entities.declares_credit_code[entity] & (pattern < 0)
    dates = [d.isoformat() for d in days.days]
    who = pl.Series(np.where(declared, entity + len(entities), entity))
    return pl.DataFrame(
        {
            "declaration_no": _numbers(rows, banks, days),
            "leg": rows["leg"].cast(pl.String),
            "action": pl.repeat("A", len(rows), eager=True),
            "entity_id": pl.concat([entities.key, entities.credit_code]).gather(who),
            "party_type": pl.repeat("C", len(rows), eager=True),
            "direction": pl.Series([d.value for d in DIRECTIONS]).gather(rows["direction"]),
            "day": pl.Series(dates).gather(rows["day"]),
            "code": pl.Series(ALL_CODES).gather(rows["code"]),
            "currency": pl.Series(CURRENCY).gather(pl.Series(currency)),
            "amount": money(pl.Series(cents)),
            "settled_amount": money(pl.Series(settled)).set(pl.Series(settled < 0), ""),
            "counterparty": _counterparties(dice(), rows["counterparty"].to_numpy(), economies).set(
                pl.Series((dice() < 0.015) & (pattern < 0)), ""
            ),
            "economy": pl.Series(ECONOMY)
            .gather(pl.Series(economy))
            .set(pl.Series((dice() < 0.015) & (pattern < 0)), ""),
            "payment_type": pl.Series(PAYMENT_TYPES).gather(rows["payment_type"]),
            "contract_no": _labels("HT", rows["contract"]),
            "invoice_no": _labels("INV", rows["invoice"]),
            "tax_filing_no": _filings(rng, rows, cents, currency, days),
            "scope": pl.repeat("cross_border", len(rows), eager=True).set(pl.Series(dice() < 0.03), "domestic"),
            "remark": _remarks(rng, rows),
        }
    )  # fmt: skip


def money(cents: pl.Series) -> pl.Series:
    """Cents as a plain decimal text.

    >>> money(pl.Series([1234567, 5])).to_list()
    ['12345.67', '0.05']
    """
    number = pl.lit(cents)
    return pl.select((number // 100).cast(pl.String) + "." + (number % 100).cast(pl.String).str.zfill(2)).to_series()


def _currencies(dice: Floats, given: Ints, economy: Ints) -> Ints:
    """The currency of each row, as the counterparty's economy suggests where none is given."""
    usd, cny, eur = (CURRENCY.index(c) for c in ("USD", "CNY", "EUR"))
    drawn = np.select(
        [dice < 0.54, dice < 0.62, dice < 0.65], [usd, cny, eur], ECONOMY_CURRENCY[economy].astype(np.int64)
    )
    return np.where(given >= 0, given, drawn).astype(np.int64)


def _cents(rng: np.random.Generator, rows: pl.DataFrame, currency: Ints, entities: Entities, days: Days) -> Ints:
    """Hundredths of the currency's unit, some of them round."""
    rate = days.rates[days.month[rows["day"].to_numpy()], currency]
    units = rows["usd"].to_numpy() / rate
    ordinary = (rows["pattern"] < 0).to_numpy()
    is_round = ordinary & (rng.random(len(units)) < entities.roundness[rows["entity"].to_numpy()])
    step = 10.0 ** np.maximum(np.floor(np.log10(np.maximum(units, 1.0))) - 1, 0)
    units = np.where(is_round, np.maximum(np.rint(units / step), 1) * step, units)
    # A planted amount lies close to a limit: it is never rounded up.
    whole = WHOLE_UNITS[currency] | (~ordinary & (rng.random(len(units)) < 0.5))
    cents = np.where(whole, np.floor(units) * 100, np.floor(units * 100))
    return np.asarray(np.maximum(cents, 100).astype(np.int64))


def _settled(rng: np.random.Generator, cents: Ints, currency: Ints, settling: Any) -> Ints:
    """Hundredths settled against or bought with CNY; -1 where the bank says nothing."""
    dice, part = rng.random(len(cents)), rng.random(len(cents))
    settled = np.select(
        [dice < 0.75 * settling, dice < 0.75 * settling + 0.1], [cents, (cents * part).astype(np.int64)], 0
    )
    return np.where((currency == CURRENCY.index("CNY")) | (dice > 0.97), -1, settled)


def _numbers(rows: pl.DataFrame, banks: pl.Series, days: Days) -> pl.Series:
    """22 characters: 12 of the institution, 6 of the day, 4 running."""
    short = pl.Series([d.strftime("%y%m%d") for d in days.days])
    bank, day = banks.gather(rows["bank"]), short.gather(rows["day"])
    return pl.select(pl.lit(bank) + pl.lit(day) + pl.lit(rows["number"]).cast(pl.String).str.zfill(4)).to_series()


def _counterparties(dice: Floats, number: Ints, economies: Ints) -> pl.Series:
    """Names with (JW) before them, some in capitals with a full stop."""
    names = pl.Series(counterparty_names(np.arange(len(economies)), [ECONOMY[e] for e in economies.tolist()]))
    forms = pl.concat(["(JW)" + names, "(JW)" + names.str.to_uppercase() + ".", "(JN)" + names])
    form = np.select([dice < 0.08, dice < 0.10], [1, 2], 0)
    return forms.gather(pl.Series(number + form * len(economies)))


def _labels(prefix: str, number: pl.Series) -> pl.Series:
    text = pl.select(pl.lit(prefix) + pl.lit(number).cast(pl.String).str.zfill(7)).to_series()
    return text.set(number < 0, "")


def _filings(rng: np.random.Generator, rows: pl.DataFrame, cents: Ints, currency: Ints, days: Days) -> pl.Series:
    """Numbers of tax filings, for most payments above 50,000."""
    rate = days.rates[days.month[rows["day"].to_numpy()], currency]
    needed = (rows["direction"] == PAYMENT).to_numpy() & (cents / 100 * rate > 50_000)
    chance = np.where((rows["pattern"] >= 0).to_numpy(), FILED_OF_PATTERNS, FILED)
    filed = needed & (rows["filed"] != 0).to_numpy() & (rng.random(len(cents)) < chance)
    year = pl.Series([str(d.year) for d in days.days]).gather(rows["day"])
    text = pl.select(pl.lit(year) + "SW" + pl.int_range(len(rows)).cast(pl.String).str.zfill(8)).to_series()
    return text.set(pl.Series(~filed), "")


def _remarks(rng: np.random.Generator, rows: pl.DataFrame) -> pl.Series:
    remark = np.where(rng.random(len(rows)) < 0.04, rng.integers(1, 4, len(rows)), 0)
    remark = np.where((rows["payment_type"] == PAYMENT_TYPES.index("R")).to_numpy(), 4, remark)
    return pl.Series(REMARKS).gather(pl.Series(remark))


def _as_sent(
    rng: np.random.Generator, texts: pl.DataFrame, rows: pl.DataFrame, days: Days, strangers: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the files say row by row: first versions, changes, deletions, repeats, dirt."""
    count = len(rows)
    fate, reported = rows["fate"].to_numpy(), rows["reported"].to_numpy().astype(np.int64)
    dice, pause = rng.random(count), rng.integers(1, 6, count)
    ordinary = fate == KEPT
    early = reported < days.count - SETTLED_AFTER
    late = ordinary & (rows["pattern"] < 0).to_numpy() & (dice < LATE_SHARE)
    wrong = ordinary & early & (dice > 1 - CORRECTED_SHARE)
    again = ordinary & early & (dice > 0.5) & (dice < 0.5 + REPEATED_SHARE)
    wrong_code = wrong & (dice > 1 - CORRECTED_SHARE / 3)
    slip = pl.when(pl.col("code") == "228990").then(pl.lit("228050")).otherwise(pl.lit("228990"))
    goods = pl.Series(GOODS_CODES).gather(pl.Series(rng.integers(0, len(GOODS_CODES), count)))
    first = texts.with_columns(
        code=pl.when(pl.Series(late))
        .then(pl.lit(""))
        .when(pl.Series(wrong_code))
        .then(slip)
        .when(pl.Series(fate == GOODS))
        .then(goods)
        .otherwise("code"),
        # The usual slip: a figure too many.
        amount=pl.when(pl.Series(wrong & ~wrong_code))
        .then(pl.col("amount").str.replace(".", "0.", literal=True))
        .otherwise("amount"),
        party_type=pl.when(pl.Series(fate == PERSON)).then(pl.lit("D")).otherwise("party_type"),
    )
    dirty = pl.Series(fate == DIRT)
    change = late & (dice > LATE_SHARE * NEVER_CLASSIFIED)
    sent = [
        _at(first, np.where(fate == DIRT, NEVER, reported), 0),
        _at(texts.with_columns(action=pl.lit("C")), days.later(reported, np.where(late, pause, 4 * pause)), 1).filter(
            pl.Series(change | wrong)
        ),
        _at(_deletions(texts), days.later(reported, 3 * pause), 2).filter(pl.Series(fate == MISTAKE)),
        _at(texts, days.later(reported, pause), 3).filter(pl.Series(again)),
    ]
    spoilt, outcome = _spoil(texts.filter(dirty), strangers, days)
    sent.append(_at(spoilt, reported[fate == DIRT], 4))
    told = [
        outcome,
        _told(first.filter(pl.Series(np.isin(fate, (GOODS, PERSON)))), "out_of_scope"),
        _told(texts.filter(pl.Series(again)), "duplicate"),
    ]
    # One gather in place of a filter and a sort, which would copy every text twice.
    together = pl.concat(sent)
    order = together.select("reported", "step").with_row_index().filter(pl.col("reported") < days.count)
    order = order.sort("reported", "step", maintain_order=True)
    return together.drop("step")[order["index"]], pl.concat(told)


def _at(texts: pl.DataFrame, reported: Ints, step: int) -> pl.DataFrame:
    return texts.with_columns(reported=pl.Series(reported, dtype=pl.Int32), step=pl.lit(step, pl.Int8))


def _deletions(texts: pl.DataFrame) -> pl.DataFrame:
    """Of a deletion only the key counts; banks leave the rest empty."""
    empty = [
        pl.lit("").alias(c)
        for c in COLUMNS
        if c not in ("declaration_no", "leg", "entity_id", "direction", "day", "remark")
    ]
    return texts.with_columns(*empty, remark=pl.lit("重复申报")).with_columns(action=pl.lit("D"))


def _told(texts: pl.DataFrame, outcome: str) -> pl.DataFrame:
    return texts.select("declaration_no", "leg", outcome=pl.lit(outcome))


# Each spoils one row (a dict of texts) in one way; the outcome is what a load must say.
_SPOIL: tuple[tuple[str, dict[str, str]], ...] = (
    ("BAD_KEY", {"leg": "3"}),
    ("BAD_ACTION", {"action": "X"}),
    ("UNKNOWN_KEY", {"action": "C"}),
    ("BAD_ID", {"entity_id": "12345678A"}),
    ("UNKNOWN_ENTITY", {"entity_id": "?"}),
    ("BAD_DATE", {"day": "2025-02-30"}),
    ("BAD_DATE", {"day": "31.03.2025"}),
    ("FUTURE_DAY", {"day": "?"}),
    ("BAD_DIRECTION", {"direction": "收入"}),
    ("UNKNOWN_CODE", {"code": "1122"}),
    ("UNKNOWN_CODE", {"code": "299000"}),
    ("BAD_AMOUNT", {"amount": "12,345.00"}),
    ("BAD_AMOUNT", {"amount": "-250.00"}),
    ("BAD_AMOUNT", {"amount": "10.005"}),
    ("BAD_CURRENCY", {"currency": "RMB"}),
    ("NO_RATE", {"currency": "AED"}),
    ("BAD_FIELD", {"economy": "HK"}),
    ("BAD_FIELD", {"settled_amount": "999999999999.99"}),
)
SPOILS = len(_SPOIL)


def _spoil(texts: pl.DataFrame, strangers: pl.Series, days: Days) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that must go to quarantine, each for one reason."""
    future = (days.last + timedelta(days=400)).isoformat()
    spoilt, outcomes = [], []
    for n, row in enumerate(texts.iter_rows(named=True)):
        outcome, change = _SPOIL[n % SPOILS]
        unknown = {"UNKNOWN_ENTITY": {"entity_id": strangers[n % len(strangers)]}, "FUTURE_DAY": {"day": future}}
        spoilt.append({**row, **unknown.get(outcome, change)})
        outcomes.append({"declaration_no": row["declaration_no"], "leg": spoilt[-1]["leg"], "outcome": outcome})
    told = {"declaration_no": pl.String, "leg": pl.String, "outcome": pl.String}
    return pl.DataFrame(spoilt, schema=texts.schema), pl.DataFrame(outcomes, schema=told)
