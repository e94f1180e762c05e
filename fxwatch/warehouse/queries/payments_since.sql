-- The same of some entities alone, each from a day on (watched_since: entity_id, since).
SELECT coalesce(upper(f.bank), 'unknown') AS bank, w.entity_id, f."day", count(DISTINCT f.declaration) AS payments
FROM flows f JOIN (SELECT entity, entity_id, since FROM entity_numbers JOIN watched_since USING (entity_id)) w USING (entity)
WHERE f.state = 0 AND f.direction = $payment AND f."day" BETWEEN $first AND $last AND f."day" >= w.since
  AND ($bank IS NULL OR upper(f.bank) = $bank)
GROUP BY ALL
