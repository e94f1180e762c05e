-- For which entities each bank reported flows in scope, with the newest flow's day. Entities are named when there is one row for each.
SELECT bank, n.entity_id, last_day
FROM (SELECT upper(bank) AS bank, entity, max("day") AS last_day FROM flows WHERE state = 0 AND length(bank) = 12 GROUP BY ALL)
  JOIN entity_numbers n USING (entity)
