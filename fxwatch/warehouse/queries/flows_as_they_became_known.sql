-- Classified flows in scope with the day from which, and the day before which, a version was known. A load most of whose flows
-- are old is a history: nobody can say any more when the bank had reported them, and its rows count as known a week after their day.
WITH versions AS (
  SELECT * FROM flows WHERE "day" > $after
  UNION ALL BY NAME
  SELECT * EXCLUDE (known_to) FROM flow_history WHERE "day" > $after
),
loaded AS (
  SELECT load_id, quantile_disc("day", 0.5) < max(known_from)::DATE - $fresh::INTEGER AS is_history
  FROM (SELECT load_id, "day", known_from FROM flows UNION ALL SELECT load_id, "day", known_from FROM flow_history)
  GROUP BY load_id
),
known AS (
  SELECT v.*, CASE WHEN is_history THEN least("day" + $week::INTEGER, (known_from + INTERVAL 8 HOUR)::DATE) ELSE (known_from + INTERVAL 8 HOUR)::DATE END AS known_on
  FROM versions v JOIN loaded USING (load_id)
),
changed AS (SELECT DISTINCT flow FROM flow_history),
ended AS (
  SELECT flow, version, lead(known_on) OVER (PARTITION BY flow ORDER BY version) AS gone_on
  FROM known SEMI JOIN changed USING (flow)
)
SELECT k.flow, k.declaration, k.entity, k.direction, k.item, k."day", k.amount_usd, k.settled_usd, k.payment_type, k.economy,
       k.counterparty_number AS counterparty,
       CASE WHEN k.invoice_no IS NOT NULL THEN hash(k.invoice_no) END AS invoice,
       k.code IN ('228990', '229990') AS is_vague, k.amount % 100000 = 0 AS is_round,
       k.known_on, e.gone_on
FROM known k LEFT JOIN ended e USING (flow, version)
WHERE k.state = 0 AND k.item IS NOT NULL AND (e.gone_on IS NULL OR e.gone_on > k.known_on)
