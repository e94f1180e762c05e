-- Who the numbers of entities stand for; an entity that is on no roll has its identifier alone.
SELECT n.entity, n.entity_id, r.name, r.industry, r.area
FROM entity_numbers n LEFT JOIN roll r USING (entity)
