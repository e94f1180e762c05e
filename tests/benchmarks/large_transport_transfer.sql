WITH found AS (
  SELECT declaration, sum(amount_usd) AS "value"
  FROM flows WHERE state = 0 AND item = 0
  GROUP BY declaration HAVING sum(amount_usd) > 50000000
)
SELECT f.entity, arg_min(f.direction, f.flow) AS direction, min(f."day") AS first_day, any_value(found."value") AS "value",
       list_sort(list(f.declaration_no || '/' || f.leg)) AS flow_ids
FROM flows f JOIN found USING (declaration)
WHERE f.state = 0 AND f.item = 0
GROUP BY f.entity, declaration
