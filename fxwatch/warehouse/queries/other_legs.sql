-- The legs that stand as they did of declarations of which another leg changed. Columns as in flow_frame.
SELECT 0 AS sign, * FROM (
  SELECT flow, declaration, entity, direction, item, "day", amount_usd,
         bpm6, scope, settled_usd, payment_type, economy, bank, code, currency, amount,
         counterparty, CASE WHEN contract_no <> '' THEN (hash(contract_no) >> 1)::BIGINT END AS contract,
         CASE WHEN invoice_no <> '' THEN (hash(invoice_no) >> 1)::BIGINT END AS invoice,
         CASE WHEN tax_filing_no <> '' THEN (hash(tax_filing_no) >> 1)::BIGINT END AS tax_filing
  FROM flows
  WHERE state = 0 AND item IS NOT NULL AND declaration IN (SELECT declaration FROM changed))
WHERE flow NOT IN (SELECT flow FROM changed)
