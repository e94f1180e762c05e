-- Identifiers of the flows behind some hits, sorted.
SELECT e.hit_id, list(f.declaration_no || '/' || f.leg ORDER BY f.declaration_no, f.leg) AS flow_ids
FROM hit_flows e JOIN flows f USING (flow)
WHERE e.hit_id IN (SELECT unnest($ids::VARCHAR[]))
GROUP BY e.hit_id
