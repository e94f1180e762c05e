-- The hits on record that were looked for again (judged), and those that are found (new_hits): few among all.
CREATE OR REPLACE TEMP TABLE looked AS
  SELECT * FROM hits WHERE hit_id IN (SELECT hit_id FROM judged UNION ALL SELECT hit_id FROM new_hits)
