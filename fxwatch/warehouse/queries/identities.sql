-- The texts of the flows that name the object of a finding (asked: flow).
SELECT flow AS named_by, counterparty, contract_no AS contract, invoice_no AS invoice, declaration_no || '/' || leg AS flow
FROM flows SEMI JOIN asked USING (flow)
