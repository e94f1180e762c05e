-- How many payments (declarations) each bank made for each entity on each day.
SELECT coalesce(upper(f.bank), 'unknown') AS bank, n.entity_id, f."day", count(DISTINCT f.declaration) AS payments
FROM flows f JOIN entity_numbers n USING (entity)
WHERE f.state = 0 AND f.direction = $payment AND f."day" BETWEEN $first AND $last
  AND ($bank IS NULL OR upper(f.bank) = $bank)
GROUP BY ALL
