-- Flows in scope that one of the schemes has no place for, by code: no code yet, or no one head of BPM6 ($unallocated).
SELECT CASE WHEN item IS NULL THEN 'no_code' ELSE 'no_head' END AS why, code, count(*) AS "rows",
       sum(amount_usd)::BIGINT AS amount_usd, min("day") AS first_day, max("day") AS last_day
FROM flows
WHERE state = 0 AND (item IS NULL OR bpm6 = $unallocated)
GROUP BY ALL
