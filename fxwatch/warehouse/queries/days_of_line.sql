-- The same flows added up by day and direction.
SELECT "day", direction, sum(amount_usd)::BIGINT AS amount_usd, count(*) AS flows
FROM flows
WHERE entity = $entity AND state = 0 AND item IS NOT NULL AND "day" BETWEEN $first AND $last
  AND ($direction IS NULL OR direction = $direction) AND ($item IS NULL OR item = $item)
  AND ($bpm6 IS NULL OR bpm6 = $bpm6) AND ($scope IS NULL OR scope = $scope)
  AND ($economies IS NULL OR coalesce(economy, 'unknown') IN (SELECT unnest($economies::VARCHAR[])))
  AND ($banks IS NULL OR coalesce(bank, 'unknown') IN (SELECT unnest($banks::VARCHAR[])))
GROUP BY ALL
ORDER BY 1, 2
