-- What came and what went since a run: versions that stand now and came with later loads, and those that stood then and do so no
-- longer. Columns as in flow_frame, and state.
CREATE OR REPLACE TEMP TABLE changed AS
  SELECT sign, flow, declaration, entity, direction, item, bpm6, "day", scope, state, amount_usd, settled_usd, payment_type, economy, bank,
         code, currency, amount, counterparty, CASE WHEN contract_no <> '' THEN (hash(contract_no) >> 1)::BIGINT END AS contract,
         CASE WHEN invoice_no <> '' THEN (hash(invoice_no) >> 1)::BIGINT END AS invoice,
         CASE WHEN tax_filing_no <> '' THEN (hash(tax_filing_no) >> 1)::BIGINT END AS tax_filing
  FROM (
    SELECT 1 AS sign, * FROM flows WHERE load_id > $last_load
    UNION ALL BY NAME
    SELECT -1 AS sign, * EXCLUDE (known_to) FROM flow_history WHERE known_from <= $moment AND known_to > $moment)
