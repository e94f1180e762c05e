SELECT coalesce(max(quarantine_id), 0) + 1 FROM quarantine
