-- What stands of the settlements in `wanted`, deleted ones included.
SELECT s.*, n.entity_id FROM settlements s JOIN entity_numbers n USING (entity)
WHERE s.settlement_no IN (SELECT settlement_no FROM wanted)
QUALIFY row_number() OVER (PARTITION BY s.settlement_no ORDER BY s.version DESC) = 1
