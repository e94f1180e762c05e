-- Payments above $limit_cents (legs together) that need a filing with the tax authority and had none on their day.
-- $exempt: positions in terms.Item of what needs none; $scope: position in terms.Scope, null for both.
WITH legs AS (
  SELECT declaration, declaration_no, entity, "day", item, amount_usd, counterparty, contract_no, tax_filing_no
  FROM flows
  WHERE state = 0 AND direction = 1 AND item IS NOT NULL AND NOT list_contains($exempt::UTINYINT[], item)
    AND payment_type IS DISTINCT FROM 'R' AND ($scope IS NULL OR scope = $scope) AND "day" BETWEEN $first AND $last
    AND ($entity IS NULL OR entity = $entity)
),
payments AS (
  SELECT declaration, any_value(declaration_no) AS declaration_no, entity, min("day") AS "day", min(item) AS item,
         sum(amount_usd)::BIGINT AS amount_usd, min(counterparty) AS counterparty, min(contract_no) AS contract_no,
         min(tax_filing_no) AS tax_filing_no
  FROM legs GROUP BY declaration, entity HAVING sum(amount_usd) > $limit_cents
),
filed AS (
  SELECT entity, filing_no, contract_no, filed_on FROM (
    SELECT * FROM filings WHERE authority = 'tax'
    QUALIFY row_number() OVER (PARTITION BY filing_no ORDER BY version DESC) = 1
  ) WHERE NOT is_deleted
),
found AS (
  SELECT l.declaration, x.filed_on FROM legs l JOIN filed x ON x.entity = l.entity AND x.filing_no = l.tax_filing_no
  UNION ALL
  SELECT l.declaration, x.filed_on FROM legs l JOIN filed x ON x.entity = l.entity AND x.contract_no = l.contract_no
),
earliest AS (SELECT declaration, min(filed_on) AS filed_later FROM found GROUP BY declaration)
SELECT n.entity_id, p.declaration_no, p."day", p.item, p.amount_usd, p.counterparty, p.contract_no, p.tax_filing_no, e.filed_later
FROM payments p JOIN entity_numbers n USING (entity) LEFT JOIN earliest e USING (declaration)
WHERE e.filed_later IS NULL OR e.filed_later > p."day"
ORDER BY p."day", p.declaration_no
