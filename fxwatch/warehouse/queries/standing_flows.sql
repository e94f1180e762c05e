-- What stands of the declarations in `wanted`.
SELECT f.*, n.entity_id FROM flows f JOIN entity_numbers n USING (entity)
WHERE f.declaration_no IN (SELECT declaration_no FROM wanted)
