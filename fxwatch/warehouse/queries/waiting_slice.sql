-- Some of the rows that wait, in the order in which they came.
SELECT * FROM quarantine
WHERE status = 'waiting' AND kind = $kind AND ($reason IS NULL OR reason = $reason)
ORDER BY quarantine_id LIMIT $limit OFFSET $offset
