-- Hits of a rule that bear one of some keys (touched_keys): their entity, item and direction, and the day, month or quarter in which they begin.
SELECT hit_id FROM (
  SELECT hit_id, entity, item, direction, first_day AS day, date_trunc('month', first_day)::DATE AS month,
         date_trunc('quarter', first_day)::DATE AS quarter
  FROM hits WHERE rule = $rule)
SEMI JOIN touched_keys USING ({keys})
