-- What the shadows of this run found (new_shadow_hits, this_run) in the place of what they had found; found_on stays.
CREATE OR REPLACE TEMP TABLE found_before AS
  SELECT shadow, hit_id, found_on FROM shadow_hits WHERE shadow IN (SELECT unnest(shadows) FROM new_run);
DELETE FROM shadow_hits WHERE shadow IN (SELECT unnest(shadows) FROM new_run);
INSERT INTO shadow_hits BY NAME
  SELECT n.*, coalesce(b.found_on, r."day") AS found_on, r.run_id
  FROM new_shadow_hits n LEFT JOIN found_before b USING (shadow, hit_id) CROSS JOIN this_run r;
DROP TABLE found_before;
