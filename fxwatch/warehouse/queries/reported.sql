-- For which entities each bank reported flows in scope, with the newest flow's day.
SELECT upper(f.bank) AS bank, n.entity_id, max(f."day") AS last_day
FROM flows f JOIN entity_numbers n USING (entity)
WHERE f.state = 0 AND length(f.bank) = 12
GROUP BY ALL
