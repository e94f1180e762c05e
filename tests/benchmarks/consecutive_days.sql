-- Gaps and islands: an active day begins an island when working days lie between it and the active day before.
WITH days AS (
  SELECT "day", sum(is_workday::INT) OVER (ORDER BY "day") - is_workday::INT AS before, sum(is_workday::INT) OVER (ORDER BY "day") AS upto
  FROM calendar
),
active AS (
  SELECT DISTINCT entity, item, "day"
  FROM flows
  WHERE state = 0 AND item IS NOT NULL AND entity NOT IN (SELECT entity FROM roll WHERE transport_enterprise)
),
begun AS (
  SELECT entity, item, "day", lag(upto) OVER key IS DISTINCT FROM before AS begins
  FROM active JOIN days USING ("day")
  WINDOW key AS (PARTITION BY entity, item ORDER BY "day")
),
islands AS (
  SELECT entity, item, "day", sum(begins::INT) OVER (PARTITION BY entity, item ORDER BY "day") AS island FROM begun
),
placed AS (
  SELECT entity, item, "day", island, row_number() OVER (PARTITION BY entity, item, island ORDER BY "day") - 1 AS place FROM islands
),
found AS (
  SELECT entity, item, min("day") AS first_day, max("day") AS last_day, max("day") FILTER (place % 250 = 9) AS raised_on, count(*) AS "value"
  FROM placed
  GROUP BY entity, item, island, place // 250 HAVING count(*) >= 10
)
SELECT f.entity, f.item, found.first_day, any_value(found.last_day) AS last_day, any_value(found.raised_on) AS raised_on,
       any_value(found."value") AS "value", list_sort(list(f.declaration_no || '/' || f.leg)) AS flow_ids
FROM flows f JOIN found USING (entity, item)
WHERE f.state = 0 AND f."day" BETWEEN found.first_day AND found.last_day
GROUP BY f.entity, f.item, found.first_day
