CREATE OR REPLACE TEMP TABLE second_legs AS
  SELECT declaration, entity, direction, "day" FROM flows WHERE leg = 2 AND state = 0 AND item IS NOT NULL
