"""What was declared, held against what others say: settlements, filings, contracts, banks' own totals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import NotFound, RequestError
from fxwatch.identifiers import entity_key
from fxwatch.periods import Period, holding, month_shifted, parse_day, parse_period
from fxwatch.reading.names import with_names
from fxwatch.rulebook import in_force
from fxwatch.terms import GROUPS, Direction, Item, Scope, SettlementKind
from fxwatch.warehouse import reconciling
from fxwatch.warehouse.settling import settled_in
from fxwatch.warehouse.summing import days_loaded, sums_in, who

if TYPE_CHECKING:
    import duckdb

    from fxwatch.home import Home

BOTH = "both"
SCOPES = (BOTH, *(scope.value for scope in Scope))
# Travel and government need no filing (announcements 2013/40, 2021/19).
EXEMPT = (Item.TRAVEL, Item.GOVERNMENT)
# The rule whose limit says which payments need one.
FILING_RULE, FILING_LIMIT = "payment_without_filing", "limit_usd"
TRAILING = 12
_USD = pl.Decimal(24, 2)
_KIND_OF = dict(zip(Direction, SettlementKind, strict=True))


def reconcile(home: "Home", what: str, **asked: Any) -> pl.DataFrame:
    """One of the reconciliations: `settlements`, `filings`, `contracts` or `totals`; see the function of that name.

    Raises:
        NotFound: there is no such reconciliation.
        RequestError: what is asked is not understood.
    """
    if what not in KINDS:
        raise NotFound(
            f"There is no reconciliation {what!r}. There are {', '.join(KINDS)}.",
            f"没有名为 {what!r} 的核对。可用的有：{'、'.join(KINDS)}。",
        )
    found: pl.DataFrame = KINDS[what](home, **asked)
    return found


def settlements(
    home: "Home", *, period: str | None = None, entity: str | None = None, group: str | None = None, scope: str = BOTH
) -> pl.DataFrame:
    """What each entity declared received against what it settled, and paid against what it bought.

    By settlement group, for each month of the period, and for the twelve months that end with it. Settled is the settled part of
    flows and settlements inside accounts, each once. Whoever settles more than it declared comes first.

    Args:
        home: where.
        period: as monitors take it; the newest month with flows unless given. Months are taken whole.
        entity: only this one.
        group: only this settlement group (121–126, 321–326).
        scope: `cross_border`, `domestic` or `both`, of the flows; settlements have none.

    Returns:
        month (its first day), entity_id, name, kind, fx_group, declared_usd, domestic_usd (the domestic part of it), settled_usd,
        difference_usd (settled less declared), declared_12m_usd, settled_12m_usd, difference_12m_usd; exact decimals.

    Raises:
        RequestError: a word is not understood.
    """
    con = home.snapshot().con
    scopes = _scopes(scope)
    groups = _groups(group)
    only = _numbers(con, entity)
    loaded = days_loaded(con)
    if loaded is None:
        return _empty(_SETTLEMENTS)
    days = parse_period(period or f"{loaded.end:%Y-%m}", loaded.end)
    months = [month for month in _months(days) if month <= loaded.end]
    if not months:
        return _empty(_SETTLEMENTS)
    reach = Period(month_shifted(months[0], 1 - TRAILING), holding(months[-1], "month").end)
    declared = _declared(con, reach, scopes, only)
    settled = settled_in(con, reach).with_columns(
        declared=pl.lit(0, pl.Int64), domestic=pl.lit(0, pl.Int64), month=pl.col("since").dt.month_start()
    )
    if only is not None:
        settled = settled.filter(pl.col("entity").is_in(only))
    key = ["entity", "direction", "fx_group"]
    amounts = ["declared", "domestic", "settled_usd"]
    every = pl.concat([frame.select("month", *key, *amounts) for frame in (declared, settled)])
    every = every.filter(pl.col("fx_group").is_in(groups)).group_by("month", *key).agg(pl.col(amounts).sum())
    found = [_month_of(every, month, key) for month in months]
    people = who(con).select("entity", "entity_id", "name")
    rows = pl.concat(found).join(people, on="entity", how="left")
    return _shown_settlements(rows)


def filings(
    home: "Home",
    *,
    period: str | None = None,
    entity: str | None = None,
    scope: str = BOTH,
    limit_usd: int | None = None,
) -> pl.DataFrame:
    """Payments that need a filing with the tax authority and had none on their day (announcements 2013/40, 2021/19).

    A declaration paying more than the limit, its legs together; refunds, travel and government left out. It is filed where a filing
    of the entity has its `tax_filing_no` as number, or its contract.

    Args:
        home: where.
        period: as monitors take it; this year to date unless given.
        entity: only this one.
        scope: `cross_border`, `domestic` or `both`.
        limit_usd: payments above it; unless given, above the limit of the rule `payment_without_filing` in force on their day.

    Returns:
        day, entity_id, name, declaration_no, item, amount_usd (exact), counterparty, contract_no, tax_filing_no, filed_later (the day
        of a filing that came after the payment; null where none did), by day.

    Raises:
        RequestError: a word is not understood.
    """
    con = home.snapshot().con
    days = _days(con, period)
    if days is None:
        return _empty(_FILINGS)
    rule = in_force(home.register.parameters())[FILING_RULE]
    if limit_usd is not None:
        rule = replace(rule, **{FILING_LIMIT: limit_usd})
    found = reconciling.unfiled_payments(
        con,
        days,
        limit_cents=rule.lowest(FILING_LIMIT),
        exempt=EXEMPT,
        scope=_one_scope(scope),
        entity=_number(con, entity),
    ).filter(pl.col("amount_usd") > rule.on(FILING_LIMIT, pl.col("day")))
    shown = with_names(home, found).with_columns(*_usd("amount_usd"), pl.col("item").cast(pl.String))
    return shown.select(*_FILINGS)


def contracts(
    home: "Home", *, as_of: str | date | None = None, entity: str | None = None, scope: str = BOTH, every: bool = False
) -> pl.DataFrame:
    """What was paid on contracts beyond the amount that was filed of them; refunds left out.

    Of several filings of one contract the one that was filed last speaks.

    Args:
        home: where.
        as_of: payments and filings up to this day; the newest flow's unless given.
        entity: only this one.
        scope: `cross_border`, `domestic` or `both`.
        every: also the contracts that are not overpaid.

    Returns:
        entity_id, name, contract_no, authority, filing_no, filed_on, contract_usd, paid_usd, beyond_usd (exact; negative where something
        is left to pay), paid_share (of the contract), payments, first_day, last_day; the most overpaid first.

    Raises:
        RequestError: a word is not understood.
    """
    con = home.snapshot().con
    loaded = days_loaded(con)
    last = parse_day(as_of) if as_of else loaded.end if loaded else date.max
    found = reconciling.contracts_paid(con, last, scope=_one_scope(scope), entity=_number(con, entity))
    found = found.with_columns(
        beyond_usd=pl.col("paid_usd") - pl.col("contract_usd"),
        paid_share=(pl.col("paid_usd") / pl.col("contract_usd")).round(6),
    )
    if not every:
        found = found.filter(pl.col("beyond_usd") > 0)
    found = found.sort("beyond_usd", "entity_id", "contract_no", descending=[True, False, False])
    return with_names(home, found).with_columns(_usd("contract_usd", "paid_usd", "beyond_usd")).select(*_CONTRACTS)


def totals(home: "Home", *, period: str | None = None, bank: str | None = None, every: bool = False) -> pl.DataFrame:
    """Banks' own control totals tied to what was loaded of them, by bank, month and direction.

    Loaded are the flows in scope, those that wait for their code among them; what is out of scope or waits in quarantine is told
    beside it, for that is where a difference often lies.

    Args:
        home: where.
        period: as monitors take it; every month with totals unless given.
        bank: only this one.
        every: also what agrees.

    Returns:
        bank, month (its first day), direction, declared_flows, loaded_flows, flows_difference (loaded less declared), declared_usd,
        loaded_usd, usd_difference (exact), unclassified, out_of_scope, quarantined (rows), note (`agrees`, `differs`, `no_total`:
        flows without a total in a month for which the bank gave others, `nothing_loaded`), by bank, month and direction.

    Raises:
        RequestError: a word is not understood.
    """
    con = home.snapshot().con
    declared = reconciling.totals_declared(con)
    if bank is not None:
        declared = declared.filter(pl.col("bank") == bank.upper())
    if period is not None:
        loaded = days_loaded(con)
        days = parse_period(period, loaded.end if loaded else date.max)
        declared = declared.filter(pl.col("month").is_between(days.start.replace(day=1), days.end))
    if declared.is_empty():
        return _empty(_TOTALS)
    first, last = declared["month"].min(), declared["month"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    reported = reconciling.reported_by_month(
        con, Period(first, holding(last, "month").end), bank.upper() if bank is not None else None
    ).join(declared.select("bank", "month"), on=["bank", "month"], how="semi")
    key = ["bank", "month", "direction"]
    rows = declared.rename({"flows": "declared_flows", "amount_usd": "declared"}).join(
        reported.rename({"flows": "loaded_flows", "amount_usd": "loaded"}), on=key, how="full", coalesce=True
    )
    rows = rows.join(reconciling.waiting_flows(con), on=key, how="left")
    given, there = pl.col("declared_flows").is_not_null(), pl.col("loaded_flows").fill_null(0) > 0
    said = pl.struct("declared_flows", "declared")
    found = pl.struct(declared_flows=pl.col("loaded_flows").fill_null(0), declared=pl.col("loaded").fill_null(0))
    rows = rows.filter(given | there).with_columns(
        note=pl.when(~given)
        .then(pl.lit("no_total"))
        .when(said == found)
        .then(pl.lit("agrees"))
        .when(~there)
        .then(pl.lit("nothing_loaded"))
        .otherwise(pl.lit("differs"))
    )
    counts = ("declared_flows", "loaded_flows", "declared", "loaded", "unclassified", "out_of_scope", "quarantined")
    rows = rows.with_columns(pl.col(counts).fill_null(0)).with_columns(
        flows_difference=pl.col("loaded_flows") - pl.col("declared_flows"),
        difference=pl.col("loaded") - pl.col("declared"),
    )
    if not every:
        rows = rows.filter(pl.col("note") != "agrees")
    rows = rows.sort(key).with_columns(
        declared_usd=_cents("declared"), loaded_usd=_cents("loaded"), usd_difference=_cents("difference")
    )
    return rows.with_columns(pl.col("direction").cast(pl.String)).select(*_TOTALS)


KINDS: dict[str, Callable[..., pl.DataFrame]] = {
    "settlements": settlements,
    "filings": filings,
    "contracts": contracts,
    "totals": totals,
}

_SETTLEMENTS: dict[str, Any] = {
    "month": pl.Date, "entity_id": pl.String, "name": pl.String, "kind": pl.String, "fx_group": pl.String, "declared_usd": _USD,
    "domestic_usd": _USD, "settled_usd": _USD, "difference_usd": _USD, "declared_12m_usd": _USD, "settled_12m_usd": _USD,
    "difference_12m_usd": _USD,
}  # fmt: skip
_FILINGS: dict[str, Any] = {
    "day": pl.Date, "entity_id": pl.String, "name": pl.String, "declaration_no": pl.String, "item": pl.String, "amount_usd": _USD,
    "counterparty": pl.String, "contract_no": pl.String, "tax_filing_no": pl.String, "filed_later": pl.Date,
}  # fmt: skip
_CONTRACTS = (
    "entity_id", "name", "contract_no", "authority", "filing_no", "filed_on", "contract_usd", "paid_usd", "beyond_usd", "paid_share",
    "payments", "first_day", "last_day",
)  # fmt: skip
_TOTALS: dict[str, Any] = {
    "bank": pl.String, "month": pl.Date, "direction": pl.String, "declared_flows": pl.Int64, "loaded_flows": pl.Int64,
    "flows_difference": pl.Int64, "declared_usd": _USD, "loaded_usd": _USD, "usd_difference": _USD, "unclassified": pl.Int64,
    "out_of_scope": pl.Int64, "quarantined": pl.Int64, "note": pl.String,
}  # fmt: skip


def _declared(
    con: "duckdb.DuckDBPyConnection", days: Period, scopes: list[str], only: list[int] | None
) -> pl.DataFrame:
    """What was declared and the settled part of it, by month, entity and settlement group."""
    columns = ["since", "entity", "direction", "item", "scope"]
    sums = sums_in(con, [days], columns, {"entity": only} if only is not None else None)
    group_of = {
        (direction.value, item.value): group
        for direction, kind in _KIND_OF.items()
        for group, items in GROUPS[kind].items()
        for item in items
    }
    table = pl.DataFrame(
        [(direction, item, group) for (direction, item), group in group_of.items()],
        schema={"direction": sums.schema["direction"], "item": sums.schema["item"], "fx_group": pl.String},
        orient="row",
    )
    is_domestic = pl.col("scope") == Scope.DOMESTIC.value
    return (
        sums.filter(pl.col("scope").is_in(scopes))
        .join(table, on=["direction", "item"])
        .with_columns(
            declared="amount_usd",
            domestic=pl.when(is_domestic).then("amount_usd").otherwise(0),
            month=pl.col("since").dt.month_start(),
        )
    )


def _month_of(every: pl.DataFrame, month: date, key: list[str]) -> pl.DataFrame:
    """A month's rows: what it holds, and what the twelve months hold that end with it."""
    is_month = pl.col("month") == month
    year = every.filter(pl.col("month").is_between(month_shifted(month, 1 - TRAILING), month))
    return year.group_by(key).agg(
        *(pl.col(name).filter(is_month).sum() for name in ("declared", "domestic", "settled_usd")),
        pl.col("declared").sum().alias("declared_12m"),
        pl.col("settled_usd").sum().alias("settled_12m"),
    ).with_columns(month=pl.lit(month))  # fmt: skip


def _shown_settlements(rows: pl.DataFrame) -> pl.DataFrame:
    rows = rows.with_columns(
        difference=pl.col("settled_usd") - pl.col("declared"),
        difference_12m=pl.col("settled_12m") - pl.col("declared_12m"),
        kind=pl.col("direction").cast(pl.String).replace_strict({d.value: k.value for d, k in _KIND_OF.items()}),
        name=pl.coalesce("name", "entity_id"),
    )
    rows = rows.sort("month", "difference_12m", "entity_id", "fx_group", descending=[False, True, False, False])
    return rows.with_columns(
        _usd("settled_usd"),
        **{
            f"{name}_usd": _cents(name)
            for name in ("declared", "domestic", "difference", "declared_12m", "settled_12m", "difference_12m")
        },
    ).select(*_SETTLEMENTS)


def _months(days: Period) -> list[date]:
    months, month = [], days.start.replace(day=1)
    while month <= days.end:
        months.append(month)
        month = month_shifted(month, 1)
    return months


def _days(con: "duckdb.DuckDBPyConnection", period: str | None) -> Period | None:
    loaded = days_loaded(con)
    return parse_period(period or "ytd", loaded.end) if loaded else None


def _groups(group: str | None) -> list[str]:
    known = [name for groups in GROUPS.values() for name in groups]
    if group is not None and group not in known:
        raise RequestError(
            f"{group!r} is no settlement group. There are {', '.join(known)}.",
            f"{group!r} 不是结售汇资金属性。可用的有：{'、'.join(known)}。",
        )
    return known if group is None else [group]


def _one_scope(scope: str) -> Scope | None:
    if scope not in SCOPES:
        raise RequestError(
            f"{scope!r} is no scope. Possible are {', '.join(SCOPES)}.",
            f"{scope!r} 不是有效的范围。可用的有：{'、'.join(SCOPES)}。",
        )
    return None if scope == BOTH else Scope(scope)


def _scopes(scope: str) -> list[str]:
    one = _one_scope(scope)
    return [scope.value for scope in Scope] if one is None else [one.value]


def _number(con: "duckdb.DuckDBPyConnection", entity: str | None) -> int | None:
    """The number of the entity asked for; one that nobody has where nothing is known of it."""
    if entity is None:
        return None
    number = reconciling.number_of(con, entity_key(entity, verify=False) or entity)
    if number is None and (key := entity_key(entity)):
        number = reconciling.number_of(con, key)
    return -1 if number is None else number


def _numbers(con: "duckdb.DuckDBPyConnection", entity: str | None) -> list[int] | None:
    number = _number(con, entity)
    return None if number is None else [number]


def _cents(name: str) -> pl.Expr:
    """Cents as exact USD."""
    return (pl.col(name).cast(_USD) / 100).cast(_USD)


def _usd(*names: str) -> list[pl.Expr]:
    return [_cents(name).alias(name) for name in names]


def _empty(schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)
