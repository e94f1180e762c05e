WITH found AS (
  SELECT entity, direction, "day", sum(amount_usd) AS "value"
  FROM flows WHERE state = 0 AND item <> 0
  GROUP BY entity, direction, "day" HAVING sum(amount_usd) > 100000000
)
SELECT f.entity, f.direction, f."day" AS first_day, any_value(found."value") AS "value",
       list_sort(list(f.declaration_no || '/' || f.leg)) AS flow_ids
FROM flows f JOIN found USING (entity, direction, "day")
WHERE f.state = 0 AND f.item <> 0
GROUP BY f.entity, f.direction, f."day"
