-- Since when each hit was known: since the last of the flows up to the day it was raised on was. Columns as in the flows' query.
WITH loaded AS (
  SELECT load_id, quantile_disc("day", 0.5) < max(known_from)::DATE - $fresh::INTEGER AS is_history
  FROM (SELECT load_id, "day", known_from FROM flows UNION ALL SELECT load_id, "day", known_from FROM flow_history)
  GROUP BY load_id
)
SELECT h.hit_id, h.rule, h.entity, h.raised_on,
       greatest(h.raised_on, coalesce(max(CASE WHEN is_history THEN least(f."day" + $week::INTEGER, (f.known_from + INTERVAL 8 HOUR)::DATE) ELSE (f.known_from + INTERVAL 8 HOUR)::DATE END), h.raised_on))
         AS known_on
FROM hits h
LEFT JOIN hit_flows b USING (hit_id)
LEFT JOIN flows f ON f.flow = b.flow AND f."day" <= h.raised_on
LEFT JOIN loaded USING (load_id)
WHERE h.gone_at IS NULL
GROUP BY h.hit_id, h.rule, h.entity, h.raised_on
