-- Filings as known at a moment, or now where none is given.
SELECT filing_no, (hash(filing_no) >> 1)::BIGINT AS filing, entity, authority, contract_no,
       CASE WHEN contract_no <> '' THEN (hash(contract_no) >> 1)::BIGINT END AS contract, code, amount_usd AS contract_usd, filed_on
FROM (
  SELECT * FROM filings WHERE $known_at IS NULL OR known_from <= $known_at
  QUALIFY row_number() OVER (PARTITION BY authority, filing_no ORDER BY version DESC) = 1
)
WHERE NOT is_deleted
