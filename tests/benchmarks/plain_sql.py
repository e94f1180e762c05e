"""The same work in plain SQL, written once for DuckDB and for Spark: what little differs between them is put in by `Dialect`."""

from dataclasses import dataclass
from datetime import date

from tests.benchmarks.answers import ALL

LIMIT_TRANSPORT, LIMIT_DAY, MIN_DAYS, CUT = 50_000_000, 100_000_000, 10, 250


@dataclass(frozen=True)
class Dialect:
    """How an engine says what the standard leaves open."""

    month: str  # the first day of a day's month
    sorted_list: str  # of the texts of a group
    whole: str  # integer division of place by CUT
    before: str  # the month that lies {months} before


DUCKDB = Dialect(
    month="date_trunc('month', \"day\")::DATE",
    sorted_list="list_sort(list(declaration_no || '/' || leg))",
    whole="place // 250",
    before="(month - INTERVAL {months} MONTH)::DATE",
)
SPARK = Dialect(
    month="trunc(day, 'MM')",
    sorted_list="sort_array(collect_list(declaration_no || '/' || leg))",
    whole="place div 250",
    before="add_months(month, -{months})",
)

TRANSPORT = f"""
SELECT declaration, min(entity) AS entity, min(direction) AS direction, min(day) AS first_day, sum(amount_usd) AS value
FROM flows WHERE item = 0 GROUP BY declaration HAVING sum(amount_usd) > {LIMIT_TRANSPORT}"""
TRANSPORT_FLOWS = """
SELECT t.declaration, t.entity, t.direction, t.first_day, t.value, f.flow, f.declaration_no, f.leg
FROM flows f JOIN large_transport_transfer t ON f.declaration = t.declaration WHERE f.item = 0"""

DAILY = f"""
SELECT entity, direction, day AS first_day, sum(amount_usd) AS value
FROM flows WHERE item <> 0 GROUP BY entity, direction, day HAVING sum(amount_usd) > {LIMIT_DAY}"""
DAILY_FLOWS = """
SELECT t.entity, t.direction, t.first_day, t.value, f.flow, f.declaration_no, f.leg
FROM flows f JOIN large_daily_total t ON f.entity = t.entity AND f.direction = t.direction AND f.day = t.first_day WHERE f.item <> 0"""


def streaks(dialect: Dialect) -> str:
    """Gaps and islands: an active day begins an island when working days lie between it and the active day before."""
    return f"""
WITH days AS (
  SELECT day, sum(CAST(is_workday AS INT)) OVER (ORDER BY day) - CAST(is_workday AS INT) AS before,
         sum(CAST(is_workday AS INT)) OVER (ORDER BY day) AS upto
  FROM calendar
),
active AS (
  SELECT DISTINCT entity, item, day FROM flows WHERE entity NOT IN (SELECT entity FROM people WHERE transport_enterprise)
),
begun AS (
  SELECT entity, item, active.day,
         CASE WHEN lag(upto) OVER (PARTITION BY entity, item ORDER BY active.day) = before THEN 0 ELSE 1 END AS begins
  FROM active JOIN days ON active.day = days.day
),
islands AS (
  SELECT entity, item, day, sum(begins) OVER (PARTITION BY entity, item ORDER BY day) AS island FROM begun
),
placed AS (
  SELECT entity, item, day, island, row_number() OVER (PARTITION BY entity, item, island ORDER BY day) - 1 AS place FROM islands
)
SELECT entity, item, min(day) AS first_day, max(day) AS last_day,
       max(CASE WHEN place % {CUT} = {MIN_DAYS - 1} THEN day END) AS raised_on, count(*) AS value
FROM placed GROUP BY entity, item, island, {dialect.whole} HAVING count(*) >= {MIN_DAYS}"""


STREAK_FLOWS = """
SELECT t.entity, t.item, t.first_day, t.last_day, t.raised_on, t.value, f.flow, f.declaration_no, f.leg
FROM flows f JOIN consecutive_days t ON f.entity = t.entity AND f.item = t.item AND f.day BETWEEN t.first_day AND t.last_day"""

KEYS = {
    "large_transport_transfer": "declaration, entity, direction, first_day, value",
    "large_daily_total": "entity, direction, first_day, value",
    "consecutive_days": "entity, item, first_day, last_day, raised_on, value",
}
FLOWS_BEHIND = {"large_transport_transfer": TRANSPORT_FLOWS, "large_daily_total": DAILY_FLOWS, "consecutive_days": STREAK_FLOWS}  # fmt: skip


def rules(dialect: Dialect) -> dict[str, str]:
    return {"large_transport_transfer": TRANSPORT, "large_daily_total": DAILY, "consecutive_days": streaks(dialect)}


def with_texts(name: str, dialect: Dialect) -> str:
    """The hits of a rule with the sorted texts of their flows."""
    return f"SELECT {KEYS[name]}, {dialect.sorted_list} AS flow_ids FROM ({FLOWS_BEHIND[name]}) GROUP BY {KEYS[name]}"


def sums(dialect: Dialect) -> str:
    return f"""
SELECT {dialect.month} AS month, entity, direction, item, sum(amount_usd) AS amount, count(*) AS flows,
       sum(coalesce(settled_usd, 0)) AS settled
FROM flows GROUP BY {dialect.month}, entity, direction, item"""


def channels(dialect: Dialect) -> str:
    return f"""
SELECT {dialect.month} AS month, direction, item, economy, sum(amount_usd) AS amount
FROM flows GROUP BY {dialect.month}, direction, item, economy"""


def monitors(dialect: Dialect, year: date) -> dict[str, str]:
    """From `sums` and `channels`; `year` is its first day."""
    this = f"month >= DATE '{year}'"
    base = {name: dialect.before.format(months=months) for name, months in (("p", 1), ("y", 12))}
    lines = f"""
  SELECT month, direction, item, sum(amount) AS amount FROM sums GROUP BY month, direction, item
  UNION ALL SELECT month, direction, {ALL} AS item, sum(amount) AS amount FROM sums GROUP BY month, direction"""
    grid = f"""
  SELECT m.month, d.direction, i.item FROM (SELECT DISTINCT month FROM sums WHERE {this}) m
  CROSS JOIN (SELECT DISTINCT direction FROM sums) d
  CROSS JOIN (SELECT item FROM items) i"""
    trends = f"""
WITH lines AS ({lines}), grid AS ({grid}),
based AS (SELECT month, direction, item, {base["p"]} AS month_p, {base["y"]} AS month_y FROM grid)
SELECT g.direction, g.item, g.month, coalesce(l.amount, 0) AS amount, coalesce(p.amount, 0) AS previous,
       coalesce(y.amount, 0) AS same_last_year
FROM based g LEFT JOIN lines l ON l.month = g.month AND l.direction = g.direction AND l.item = g.item
LEFT JOIN lines p ON p.month = g.month_p AND p.direction = g.direction AND p.item = g.item
LEFT JOIN lines y ON y.month = g.month_y AND y.direction = g.direction AND y.item = g.item"""
    held = f"""
  SELECT 'entity' AS over_what, direction, item, entity AS holder, sum(amount) AS amount FROM sums WHERE {this}
  GROUP BY direction, item, entity
  UNION ALL SELECT 'entity', direction, {ALL}, entity, sum(amount) FROM sums WHERE {this} GROUP BY direction, entity"""
    economies = f"""
  SELECT 'economy' AS over_what, direction, item, economy AS holder, sum(amount) AS amount FROM channels
  WHERE {this} AND economy IS NOT NULL GROUP BY direction, item, economy
  UNION ALL SELECT 'economy', direction, {ALL}, economy, sum(amount) FROM channels
  WHERE {this} AND economy IS NOT NULL GROUP BY direction, economy"""

    def held_by(holders: str) -> str:
        return f"""
SELECT direction, item, over_what AS over, sum(CASE WHEN place <= 3 THEN amount END) * 1e0 / sum(amount) AS top3,
       sum(CASE WHEN place <= 10 THEN amount END) * 1e0 / sum(amount) AS top10,
       sum(amount * 1e0 * amount) / (sum(amount * 1e0) * sum(amount * 1e0)) AS hhi
FROM (SELECT *, row_number() OVER (PARTITION BY over_what, direction, item ORDER BY amount DESC) AS place FROM ({holders}))
GROUP BY over_what, direction, item"""

    return {
        "top_items": f"""
SELECT * FROM (
  SELECT direction, item, sum(amount) AS amount, sum(flows) AS flows, count(DISTINCT entity) AS entities,
         row_number() OVER (PARTITION BY direction ORDER BY sum(amount) DESC, item) AS rank
  FROM sums WHERE {this} GROUP BY direction, item) WHERE rank <= 3""",
        "top_entities": f"""
SELECT * FROM (
  SELECT direction, item, entity, sum(amount) AS amount, sum(flows) AS flows,
         row_number() OVER (PARTITION BY direction, item ORDER BY sum(amount) DESC, entity) AS rank
  FROM sums WHERE {this} GROUP BY direction, item, entity) WHERE rank <= 10""",
        "trends": trends,
        "surges": f"""
WITH totals AS (SELECT direction, month, previous AS p, same_last_year AS y FROM trends WHERE item = {ALL}),
bases AS (
  SELECT direction, item, month, 'mom' AS basis, {base["p"]} AS base_month, amount - previous AS change, previous AS base FROM trends
  UNION ALL
  SELECT direction, item, month, 'yoy', {base["y"]}, amount - same_last_year, same_last_year FROM trends
),
sharp AS (
  SELECT b.* FROM bases b JOIN totals t ON t.direction = b.direction AND t.month = b.month
  WHERE b.item <> {ALL} AND b.base > 0 AND b.change <> 0 AND abs(b.change) * 2 >= b.base
    AND abs(b.change) * 100 >= CASE WHEN b.basis = 'mom' THEN t.p ELSE t.y END
),
moved AS (
  SELECT direction, item, month, basis, change, entity, sum(amount) AS contribution FROM (
    SELECT s.direction, s.item, s.month, s.basis, s.change, f.entity, f.amount FROM sharp s
    JOIN sums f ON f.month = s.month AND f.direction = s.direction AND f.item = s.item
    UNION ALL
    SELECT s.direction, s.item, s.month, s.basis, s.change, f.entity, -f.amount FROM sharp s
    JOIN sums f ON f.month = s.base_month AND f.direction = s.direction AND f.item = s.item)
  GROUP BY direction, item, month, basis, change, entity
)
SELECT * FROM (
  SELECT direction, item, month, basis, entity, contribution,
         row_number() OVER (PARTITION BY direction, item, month, basis ORDER BY abs(contribution) DESC, entity) AS rank
  FROM moved WHERE sign(contribution) = sign(change)) WHERE rank <= 10""",
        "concentration": f"{held_by(held)} UNION ALL {held_by(economies)}",
        "balance": f"""
SELECT month, sum(CASE WHEN direction = 0 THEN amount ELSE 0 END) AS receipts,
       sum(CASE WHEN direction = 1 THEN amount ELSE 0 END) AS payments,
       sum(CASE WHEN direction = 0 THEN settled ELSE 0 END) AS settled,
       sum(CASE WHEN direction = 1 THEN settled ELSE 0 END) AS purchased
FROM sums WHERE {this} GROUP BY month""",
    }
