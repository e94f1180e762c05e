-- The rows of a kind that wait in quarantine for a reason, or for any, as they came.
SELECT raw FROM quarantine WHERE kind = $kind AND status = 'waiting' AND ($reason IS NULL OR reason = $reason)
