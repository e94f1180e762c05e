-- Identifiers of the flows behind some hits, sorted.
SELECT hit_id, list(flow_id ORDER BY flow_id) AS flow_ids
FROM (
  SELECT e.hit_id, f.declaration_no || '/' || f.leg AS flow_id FROM hit_flows e JOIN flows f USING (flow)
  UNION ALL
  SELECT hit_id, 'settlement:' || settlement_no FROM hit_settlements
)
WHERE hit_id IN (SELECT unnest($ids::VARCHAR[]))
GROUP BY hit_id
