-- How many findings that still hold were raised for entities of some industries between two days.
SELECT r.entity_id, count(*)::BIGINT AS hits
FROM hits h JOIN roll r USING (entity)
WHERE h.gone_at IS NULL AND h.raised_on BETWEEN $first AND $last AND list_contains($industries::VARCHAR[], left(r.industry, 2))
GROUP BY ALL
