-- What some entities are called on the roll.
SELECT entity_id, name FROM roll WHERE entity_id IN (SELECT unnest($ids::VARCHAR[]))
