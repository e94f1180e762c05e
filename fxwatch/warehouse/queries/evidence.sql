-- The flows behind some hits, as they stand now.
SELECT e.hit_id, f.declaration_no || '/' || f.leg AS flow_id, f."day", f.direction, f.item, f.code, f.currency, f.amount,
       f.amount_usd, f.rate_month, f.counterparty, f.economy, f.payment_type, f.contract_no, f.invoice_no, f.bank, f.remark,
       f.state, f.version
FROM hit_flows e JOIN flows f USING (flow)
WHERE e.hit_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY e.hit_id, flow_id
