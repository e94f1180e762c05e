-- Some rows of a part, whole.
SELECT * EXCLUDE (no_digest), {number}::INTEGER AS part FROM {part}.main.flows
WHERE rowid IN (SELECT place FROM wanted_places)
