-- Numbers of the quarantine follow the order in which rows came.
SELECT * FROM quarantine
WHERE status = 'waiting' AND kind = $kind AND quarantine_id > $after AND ($reason IS NULL OR reason = $reason)
ORDER BY quarantine_id LIMIT $limit
