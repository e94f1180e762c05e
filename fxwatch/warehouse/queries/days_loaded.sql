-- First and last day of the flows that monitors look at: as the newest run found them, where nothing was loaded since.
WITH newest AS (SELECT first_day, last_day, last_load FROM runs ORDER BY run_id DESC LIMIT 1)
SELECT first_day, last_day FROM newest WHERE last_load >= (SELECT coalesce(max(load_id), 0) FROM loads) AND first_day IS NOT NULL
