-- Waiting rows of a kind whose key is one of those in `wanted`.
SELECT q.quarantine_id, q.load_id, q.declaration_no FROM quarantine q SEMI JOIN wanted w USING (declaration_no)
WHERE q.status = 'waiting' AND q.kind = $kind
