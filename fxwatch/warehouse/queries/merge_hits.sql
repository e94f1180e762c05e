-- Merge what this run found (new_hits, new_evidence, new_settled, this_run) with what was on record. {looked}, {is_judged}: see
-- differing_hits; all hits were looked for again, or those that the changes since the last run touch. `differing` names those of the
-- new ones that are written. The others stand as they are.
CREATE OR REPLACE TEMP TABLE written AS SELECT n.* FROM new_hits n SEMI JOIN differing USING (hit_id);
CREATE OR REPLACE TEMP TABLE written_flows AS SELECT e.hit_id, e.flow FROM new_evidence e SEMI JOIN differing USING (hit_id);
CREATE OR REPLACE TEMP TABLE lost AS
  SELECT h.* FROM {looked} h ANTI JOIN new_hits n USING (hit_id) WHERE h.gone_at IS NULL AND {is_judged}
  UNION ALL
  SELECT h.* FROM hits h ANTI JOIN new_hits n USING (hit_id)
  WHERE h.gone_at IS NOT NULL AND EXISTS (SELECT 1 FROM written w WHERE w.rule = h.rule AND w.entity = h.entity);

-- A lost finding is superseded by one of the same rule and key that shares a flow with it.
CREATE OR REPLACE TEMP TABLE taken_over AS
  SELECT n.hit_id, list(DISTINCT l.hit_id ORDER BY l.hit_id) AS superseded
  FROM lost l
  JOIN hit_flows e ON e.hit_id = l.hit_id
  JOIN written_flows x ON x.flow = e.flow
  JOIN written n ON n.hit_id = x.hit_id AND n.rule = l.rule AND n.entity = l.entity AND n.direction = l.direction
    AND n.item IS NOT DISTINCT FROM l.item AND n."object" IS NOT DISTINCT FROM l."object"
  GROUP BY n.hit_id;

-- When each was first found. Older versions could put two under one id: one takes their place.
CREATE OR REPLACE TEMP TABLE known AS
  SELECT hit_id, min(found_on) AS found_on, min(found_at) AS found_at FROM {looked} SEMI JOIN written USING (hit_id) GROUP BY hit_id;

CREATE OR REPLACE TEMP TABLE merged AS
  SELECT n.*, coalesce(t.superseded, []) AS supersedes, coalesce(h.found_on, r."day") AS found_on,
         coalesce(h.found_at, r.moment) AS found_at, NULL::TIMESTAMP AS gone_at, r.run_id
  FROM written n LEFT JOIN known h USING (hit_id) LEFT JOIN taken_over t USING (hit_id) CROSS JOIN this_run r
  UNION ALL BY NAME
  SELECT l.* REPLACE (r.moment AS gone_at, (SELECT max(run_id) FROM runs) AS run_id) FROM lost l CROSS JOIN this_run r WHERE l.gone_at IS NULL;

-- What is lost keeps what it rested on.
DELETE FROM hit_flows WHERE hit_id IN (SELECT hit_id FROM known);
INSERT INTO hit_flows SELECT hit_id, flow FROM written_flows;
DELETE FROM hit_settlements WHERE hit_id IN (SELECT hit_id FROM known);
INSERT INTO hit_settlements SELECT hit_id, settlement_no FROM new_settled SEMI JOIN written USING (hit_id);
DELETE FROM hits WHERE hit_id IN (SELECT hit_id FROM merged);
INSERT INTO hits BY NAME SELECT * FROM merged;
DROP TABLE merged;
DROP TABLE known;
DROP TABLE taken_over;
DROP TABLE lost;
DROP TABLE written_flows;
DROP TABLE written;
DROP TABLE differing;
