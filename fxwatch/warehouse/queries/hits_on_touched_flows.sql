-- Hits of some rules on some flows (flows_now).
SELECT hit_id FROM hits
WHERE rule IN (SELECT unnest($rules::VARCHAR[])) AND hit_id IN (SELECT hit_id FROM hit_flows SEMI JOIN flows_now USING (flow))
