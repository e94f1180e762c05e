-- The flow frame as it was known at a moment: of each flow the version that stood then.
SELECT flow, declaration, entity, direction, item, "day", amount_usd,
       bpm6, scope, settled_usd, payment_type, economy, bank, code, currency, amount,
       counterparty, CASE WHEN contract_no <> '' THEN (hash(contract_no) >> 1)::BIGINT END AS contract,
       CASE WHEN invoice_no <> '' THEN (hash(invoice_no) >> 1)::BIGINT END AS invoice,
       CASE WHEN tax_filing_no <> '' THEN (hash(tax_filing_no) >> 1)::BIGINT END AS tax_filing
FROM (
  SELECT *, NULL::TIMESTAMP AS known_to FROM flows WHERE known_from <= $known_at
  UNION ALL BY NAME
  SELECT * FROM flow_history WHERE known_from <= $known_at AND known_to > $known_at
)
WHERE state = 0 AND item IS NOT NULL
