-- Flows of one entity that a row of a monitor adds up, the newest first. Positions in terms stand for words; null: whatever it is.
SELECT declaration_no || '/' || leg AS flow_id, "day", direction, item, bpm6, code, currency, amount, amount_usd, settled_usd,
       counterparty, economy, payment_type, contract_no, invoice_no, scope, bank, remark
FROM flows
WHERE entity = $entity AND state = 0 AND item IS NOT NULL AND "day" BETWEEN $first AND $last
  AND ($direction IS NULL OR direction = $direction) AND ($item IS NULL OR item = $item)
  AND ($bpm6 IS NULL OR bpm6 = $bpm6) AND ($scope IS NULL OR scope = $scope)
  AND ($economies IS NULL OR coalesce(economy, 'unknown') IN (SELECT unnest($economies::VARCHAR[])))
  AND ($banks IS NULL OR coalesce(bank, 'unknown') IN (SELECT unnest($banks::VARCHAR[])))
ORDER BY "day" DESC, flow DESC
LIMIT $most
