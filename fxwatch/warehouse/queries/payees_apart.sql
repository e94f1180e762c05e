-- Whose declarations have a first leg with another payee than the second.
SELECT DISTINCT f.entity
FROM flows f SEMI JOIN touched_entities USING (entity) JOIN second_legs s USING (declaration)
WHERE f.leg = 1 AND f.state = 0 AND f.item IS NOT NULL
  AND coalesce(nullif(f.contract_no, ''), f.counterparty_number::VARCHAR) IS DISTINCT FROM s.payee
