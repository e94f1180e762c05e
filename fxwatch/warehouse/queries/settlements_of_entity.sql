-- What one entity settled and bought inside accounts, by month.
SELECT date_trunc('month', "day")::DATE AS "month", kind, sum(amount_usd)::BIGINT AS settled_usd
FROM (
  SELECT * FROM settlements
  WHERE settlement_no IN (
    SELECT settlement_no FROM settlements WHERE entity = (SELECT entity FROM entity_numbers WHERE entity_id = $id)
  )
  QUALIFY row_number() OVER (PARTITION BY settlement_no ORDER BY version DESC) = 1
)
WHERE NOT is_deleted AND entity = (SELECT entity FROM entity_numbers WHERE entity_id = $id)
GROUP BY ALL
