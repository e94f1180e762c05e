SELECT * FROM quarantine WHERE load_id = $load_id ORDER BY line, quarantine_id
