-- What stands of the declarations in `wanted` outside of the parts.
SELECT f.*, n.entity_id, NULL::INTEGER AS part FROM recent_flows f JOIN entity_numbers n USING (entity)
WHERE f.declaration_no IN (SELECT declaration_no FROM wanted)
