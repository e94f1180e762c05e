-- Rows that wait, in the order in which they came.
SELECT * FROM quarantine
WHERE status = 'waiting' AND ($load_id IS NULL OR load_id = $load_id) AND ($reason IS NULL OR reason = $reason)
ORDER BY quarantine_id
