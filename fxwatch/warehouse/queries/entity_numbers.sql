SELECT entity, entity_id FROM entity_numbers
