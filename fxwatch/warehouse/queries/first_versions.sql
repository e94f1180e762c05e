-- What was first declared of the flows in `wanted`.
SELECT h.* EXCLUDE (known_to), n.entity_id FROM flow_history h JOIN entity_numbers n USING (entity)
WHERE h.version = 1 AND h.flow IN (SELECT flow FROM wanted)
