-- The rows of flows that wait in quarantine, as they came.
SELECT raw FROM quarantine WHERE kind = 'flows' AND status = 'waiting'
