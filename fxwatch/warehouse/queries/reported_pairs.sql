-- The banks and entities that changed flows name, with the newest day of those that came and of those that went.
SELECT upper(bank) AS bank, entity, entity_id, max("day") FILTER (sign = 1) AS came, max("day") FILTER (sign = -1) AS went
FROM changed JOIN entity_numbers USING (entity) WHERE state = 0 AND length(bank) = 12 GROUP BY ALL
