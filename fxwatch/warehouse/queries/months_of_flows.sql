-- The first days of the months with classified flows in scope, and of the months after them.
SELECT DISTINCT "month", ("month" + INTERVAL 1 MONTH)::DATE
FROM (SELECT date_trunc('month', "day")::DATE AS "month" FROM flows WHERE state = 0 AND item IS NOT NULL) ORDER BY 1
