-- What came and what went since a run: versions that stand now and came with later loads, and those that stood then and do so no longer.
CREATE OR REPLACE TEMP TABLE changed AS
  SELECT 1 AS sign, flow, declaration, entity, direction, item, bpm6, "day", scope, state, economy, bank, amount_usd, settled_usd
  FROM flows WHERE load_id > $last_load
  UNION ALL BY NAME
  SELECT -1 AS sign, flow, declaration, entity, direction, item, bpm6, "day", scope, state, economy, bank, amount_usd, settled_usd
  FROM flow_history WHERE known_from <= $moment AND known_to > $moment
