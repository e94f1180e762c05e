-- The payments of some days of some entities at some banks (wanted: bank, entity_id, day).
SELECT any_value(f."day") AS "day", any_value(w.bank) AS bank, any_value(f.declaration_no) AS declaration_no, n.entity_id,
       any_value(r.name) AS name, count(*) AS flows, sum(f.amount_usd)::BIGINT AS cents
FROM flows f JOIN entity_numbers n USING (entity)
  JOIN wanted w ON w.entity_id = n.entity_id AND w."day" = f."day" AND w.bank = coalesce(upper(f.bank), 'unknown')
  LEFT JOIN roll r USING (entity)
WHERE f.state = 0 AND f.direction = $payment
GROUP BY f.declaration, n.entity_id
