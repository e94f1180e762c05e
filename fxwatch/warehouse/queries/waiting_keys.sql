-- Waiting rows of the flow keys in `wanted`.
SELECT q.quarantine_id, q.load_id, q.declaration_no, q.leg FROM quarantine q SEMI JOIN wanted w
  ON q.declaration_no = w.declaration_no AND q.leg = w.leg
WHERE q.status = 'waiting' AND q.kind = 'flows'
