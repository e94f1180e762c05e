-- How many rows wait in quarantine, by kind and reason, and since when the oldest of them does.
SELECT kind, reason, count(*) AS "rows", min(known_from) AS oldest FROM quarantine
WHERE status = 'waiting' GROUP BY ALL ORDER BY 3 DESC, 1, 2
