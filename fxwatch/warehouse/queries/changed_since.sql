-- What came and what went since a run: versions that stand now and came with later loads, and those that stood then and do so no
-- longer. Columns as in flow_frame, and state.
CREATE OR REPLACE TEMP TABLE changed AS
  SELECT sign, state, {columns}
  FROM (
    SELECT 1 AS sign, * FROM flows WHERE load_id > $last_load
    UNION ALL BY NAME
    SELECT -1 AS sign, * EXCLUDE (known_to) FROM flow_history WHERE known_from <= $moment AND known_to > $moment)
