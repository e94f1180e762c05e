-- Every numbered entity, on the roll or not: who it is and whether the rule on days in a row excepts it.
SELECT n.entity, n.entity_id, r.* EXCLUDE (entity, entity_id, transport_enterprise),
       coalesce(r.transport_enterprise, false) AS transport_enterprise
FROM entity_numbers n LEFT JOIN roll r USING (entity)
