-- Filings as known at a moment, or now where none is given.
SELECT filing_no, entity, authority, contract_no, code, amount_usd AS contract_usd, filed_on
FROM (
  SELECT * FROM filings WHERE $known_at IS NULL OR known_from <= $known_at
  QUALIFY row_number() OVER (PARTITION BY authority, filing_no ORDER BY version DESC) = 1
)
WHERE NOT is_deleted
