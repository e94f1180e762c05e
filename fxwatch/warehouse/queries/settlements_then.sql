-- Settlements as known at a moment, or now where none is given; deleted ones left out.
SELECT settlement_no, entity, kind, "day", fx_group, amount_usd
FROM (
  SELECT * FROM settlements WHERE $known_at IS NULL OR known_from <= $known_at
  QUALIFY row_number() OVER (PARTITION BY settlement_no ORDER BY version DESC) = 1
)
WHERE NOT is_deleted
