-- A page of one entity's flows, the newest first. $direction and $item are positions in terms.Direction and terms.Item.
-- Which flows they are is found out first, from numbers alone: however deep the page, the texts of no other flow are read.
SELECT declaration_no || '/' || leg AS flow_id, version, state, "day", direction, item, code, currency, amount, amount_usd,
       settled_usd, rate_month, counterparty, economy, payment_type, contract_no, invoice_no, tax_filing_no, scope, bank,
       party_type, remark, load_id
FROM flows
WHERE entity = $entity AND flow IN (
  SELECT flow FROM flows
  WHERE entity = $entity AND ($direction IS NULL OR direction = $direction) AND ($item IS NULL OR item = $item)
  ORDER BY "day" DESC, flow DESC
  LIMIT $most OFFSET $skipped
)
ORDER BY "day" DESC, flow DESC
