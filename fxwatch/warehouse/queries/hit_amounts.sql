-- What some hits are about: the sum of the flows behind each, in cents.
SELECT e.hit_id, sum(f.amount_usd)::BIGINT AS amount_usd
FROM hit_flows e JOIN flows f USING (flow)
WHERE e.hit_id IN (SELECT unnest($ids::VARCHAR[]))
GROUP BY e.hit_id
