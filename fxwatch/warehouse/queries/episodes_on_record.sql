-- What is found now of a rule on some entities: whose, of which of their keys, and from which day to which.
SELECT hit_id, entity, direction, item, "object", raised_on, last_day
FROM hits SEMI JOIN touched_entities USING (entity) WHERE rule = $rule AND gone_at IS NULL
