-- The hits of a rule that are on record, gone ones included, with their days.
SELECT hit_id, first_day, last_day FROM hits WHERE rule = $rule
