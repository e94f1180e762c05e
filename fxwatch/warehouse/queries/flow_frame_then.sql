-- The flow frame as it was known at a moment: of each flow the version that stood then.
SELECT {columns}
FROM (
  SELECT *, NULL::TIMESTAMP AS known_to FROM flows WHERE known_from <= $known_at
  UNION ALL BY NAME
  SELECT * FROM flow_history WHERE known_from <= $known_at AND known_to > $known_at
)
WHERE state = 0 AND item IS NOT NULL
