-- What was paid on each contract that some authority has with its amount: the filing that was the latest on $last speaks.
-- $scope: position in terms.Scope, null for both.
WITH filed AS (
  SELECT entity, contract_no, authority, filing_no, filed_on, amount_usd AS contract_usd FROM (
    SELECT * FROM filings
    QUALIFY row_number() OVER (PARTITION BY authority, filing_no ORDER BY version DESC) = 1
  )
  WHERE NOT is_deleted AND contract_no IS NOT NULL AND amount_usd IS NOT NULL AND filed_on <= $last
  QUALIFY row_number() OVER (PARTITION BY entity, contract_no ORDER BY filed_on DESC, known_from DESC, filing_no DESC, authority) = 1
)
SELECT n.entity_id, f.contract_no, x.authority, x.filing_no, x.filed_on, x.contract_usd, sum(f.amount_usd)::BIGINT AS paid_usd,
       count(DISTINCT f.declaration) AS payments, min(f."day") AS first_day, max(f."day") AS last_day
FROM flows f JOIN filed x USING (entity, contract_no) JOIN entity_numbers n USING (entity)
WHERE f.state = 0 AND f.direction = 1 AND f.item IS NOT NULL AND f.payment_type IS DISTINCT FROM 'R'
  AND ($scope IS NULL OR f.scope = $scope) AND f."day" <= $last AND ($entity IS NULL OR f.entity = $entity)
GROUP BY ALL
ORDER BY ALL
