-- The flow frame: classified flows in scope, as compact integers. Columns beside those of flows.FLOW_COLUMNS are asked for by name.
SELECT {columns}
FROM flows
WHERE state = 0 AND item IS NOT NULL
