-- The newest version of each table.
SELECT "month", currency, usd_per_unit, source FROM rates
QUALIFY row_number() OVER (PARTITION BY "month", currency ORDER BY known_from DESC) = 1
