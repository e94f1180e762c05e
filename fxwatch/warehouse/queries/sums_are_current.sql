-- Whether the last run saw every load: only then does table sums say what table flows says.
SELECT coalesce((SELECT max(load_id) FROM loads), 0) <= coalesce((SELECT max(last_load) FROM runs), -1)
