-- Every flow of one entity as it stands now: those that wait for a code, are out of scope or were deleted as well.
SELECT declaration_no || '/' || leg AS flow_id, version, state, "day", direction, item, code, currency, amount, amount_usd,
       settled_usd, rate_month, counterparty, economy, payment_type, contract_no, invoice_no, tax_filing_no, scope, bank,
       party_type, remark, load_id
FROM flows
WHERE entity = $entity
ORDER BY "day", declaration_no, leg
