-- Rows of the same key that came before the row that was taken.
UPDATE quarantine SET status = 'resolved'
FROM (
  SELECT declaration_no, leg, max((load_id, line)) AS place
  FROM taken SEMI JOIN (SELECT declaration_no FROM quarantine WHERE status = 'waiting' AND kind = $kind) w USING (declaration_no)
  GROUP BY ALL) t
WHERE quarantine.status = 'waiting' AND quarantine.kind = $kind
  AND quarantine.declaration_no = t.declaration_no AND quarantine.leg IS NOT DISTINCT FROM t.leg
  AND (quarantine.load_id, quarantine.line) < t.place
