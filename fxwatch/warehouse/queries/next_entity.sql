SELECT coalesce(max(entity), 0) + 1 FROM entity_numbers
