-- How many flows the entities have that changed flows name, or that moved on the roll (moved).
SELECT count(*) FROM flows WHERE state = 0 AND entity IN (SELECT entity FROM changed UNION SELECT entity FROM moved)
