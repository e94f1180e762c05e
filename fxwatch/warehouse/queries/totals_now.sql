-- The newest version of each control figure.
SELECT bank, "month", direction, flows, amount_usd FROM totals
QUALIFY row_number() OVER (PARTITION BY bank, "month", direction ORDER BY known_from DESC) = 1
