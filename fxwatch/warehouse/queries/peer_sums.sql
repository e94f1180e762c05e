-- What entities of some industries moved in some months, from the partial sums of the last run.
SELECT s.entity, r.entity_id, s.direction, s.item, sum(s.amount_usd)::BIGINT AS amount_usd, sum(s.flows)::BIGINT AS flows
FROM sums s JOIN roll r USING (entity)
WHERE s."month" BETWEEN $first AND $last AND list_contains($industries::VARCHAR[], left(r.industry, 2))
GROUP BY ALL
