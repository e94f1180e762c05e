-- Of some banks and entities (reported_pairs) the newest flow's day.
SELECT f.bank, n.entity_id, max(f."day") AS last_day
FROM (SELECT upper(bank) AS bank, entity, "day" FROM flows WHERE state = 0 AND length(bank) = 12
      AND entity IN (SELECT entity FROM reported_pairs)) f
  SEMI JOIN reported_pairs p ON p.bank = f.bank AND p.entity = f.entity
  JOIN entity_numbers n ON n.entity = f.entity
GROUP BY ALL
