-- Numbers of the quarantine follow the order in which rows came.
SELECT * FROM quarantine WHERE load_id = $load_id AND quarantine_id > $after ORDER BY quarantine_id LIMIT $limit
