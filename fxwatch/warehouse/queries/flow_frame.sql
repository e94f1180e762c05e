-- The flow frame: classified flows in scope, as compact integers. Columns beside those of flows.FLOW_COLUMNS are asked for by name.
SELECT flow, declaration, entity, direction, item, "day", amount_usd,
       bpm6, scope, settled_usd, payment_type, economy, bank, code, currency,
       counterparty, contract_no AS contract, invoice_no AS invoice
FROM flows
WHERE state = 0 AND item IS NOT NULL
