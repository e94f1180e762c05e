-- Whose the legs are that differ in entity, direction or day, by pairs.
SELECT DISTINCT f.entity, s.entity AS other
FROM flows f JOIN second_legs s USING (declaration)
WHERE f.leg = 1 AND f.state = 0 AND f.item IS NOT NULL
  AND (f.entity <> s.entity OR f.direction <> s.direction OR f."day" <> s."day")
