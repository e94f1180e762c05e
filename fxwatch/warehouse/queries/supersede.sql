-- Waiting rows of earlier loads that came again, identical, in this one.
UPDATE quarantine SET status = 'judged_again'
WHERE status = 'waiting' AND kind = $kind AND load_id < $load_id
  AND raw IN (SELECT raw FROM quarantine WHERE load_id = $load_id AND kind = $kind)
