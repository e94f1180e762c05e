-- The columns of the flow frame, in the queries that give it. Identities are numbers of their texts.
       flow, declaration, entity, direction, item, "day", amount_usd,
       bpm6, scope, settled_usd, payment_type, economy, bank, code, currency, amount,
       counterparty_number AS counterparty, CASE WHEN contract_no <> '' THEN (hash(contract_no) >> 1)::BIGINT END AS contract,
       CASE WHEN invoice_no <> '' THEN (hash(invoice_no) >> 1)::BIGINT END AS invoice,
       CASE WHEN tax_filing_no <> '' THEN (hash(tax_filing_no) >> 1)::BIGINT END AS tax_filing
