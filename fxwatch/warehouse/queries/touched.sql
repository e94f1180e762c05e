-- The keys of flows that changed, as they stood and as they stand.
CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT {within} FROM changed WHERE state = 0 AND item IS NOT NULL
