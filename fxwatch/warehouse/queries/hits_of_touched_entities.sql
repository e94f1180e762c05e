SELECT hit_id FROM hits SEMI JOIN touched_entities USING (entity) WHERE rule = $rule
