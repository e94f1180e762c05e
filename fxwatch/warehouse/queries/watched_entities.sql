-- Every numbered entity, on the roll or not: what rules may ask about it.
SELECT n.entity, n.entity_id, r.industry, r.registered_on, r.investor_economies, r.on_record_since,
       coalesce(r.transport_enterprise, false) AS transport_enterprise
FROM entity_numbers n LEFT JOIN roll r USING (entity)
