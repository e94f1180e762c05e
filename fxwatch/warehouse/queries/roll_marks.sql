-- What rules are told about each entity, as one number.
SELECT entity, hash(entity_id, industry, registered_on, investor_economies, on_record_since, transport_enterprise) AS mark
FROM ({watched})
