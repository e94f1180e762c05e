-- The newest version of each day.
SELECT "day", is_workday FROM calendar
QUALIFY row_number() OVER (PARTITION BY "day" ORDER BY known_from DESC) = 1
