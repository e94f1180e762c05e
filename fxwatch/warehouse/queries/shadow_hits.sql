-- What shadows found, as the newest run that looked with them knew it.
SELECT * FROM shadow_hits ORDER BY shadow, rule, entity_id, raised_on, hit_id
