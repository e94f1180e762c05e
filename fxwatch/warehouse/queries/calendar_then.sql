-- Each day's newest version, among those known at a moment where one is given.
SELECT "day", arg_max(is_workday, (known_from, load_id)) AS is_workday
FROM calendar
WHERE $known_at IS NULL OR known_from <= $known_at
GROUP BY "day"
