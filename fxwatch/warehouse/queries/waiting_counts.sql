SELECT kind, count(*) FROM quarantine WHERE status = 'waiting' AND ($reason IS NULL OR reason = $reason) GROUP BY kind
