SELECT hit_id FROM hits
WHERE rule = $rule AND (entity IN (SELECT entity FROM touched) OR entity IN (SELECT entity FROM touched_entities))
