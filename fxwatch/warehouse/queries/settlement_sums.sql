-- What was settled and bought between two days, by month, entity and group; days of the first month begin with $first.
SELECT greatest(date_trunc('month', "day")::DATE, $first::DATE) AS since, entity, kind, fx_group,
       sum(amount_usd)::BIGINT AS settled_usd
FROM (
  SELECT * FROM settlements
  QUALIFY row_number() OVER (PARTITION BY settlement_no ORDER BY version DESC) = 1
)
WHERE NOT is_deleted AND "day" BETWEEN $first AND $last
GROUP BY ALL
