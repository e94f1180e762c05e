-- The legs that stand as they did of declarations of which another leg changed. Columns as in flow_frame.
SELECT 0 AS sign, * FROM (
  SELECT {columns}
  FROM flows
  WHERE state = 0 AND item IS NOT NULL AND declaration IN (SELECT declaration FROM changed))
WHERE flow NOT IN (SELECT flow FROM changed)
