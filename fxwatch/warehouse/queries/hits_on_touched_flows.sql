-- Hits of a rule on some flows (flows_now).
SELECT hit_id FROM hits WHERE rule = $rule AND hit_id IN (SELECT hit_id FROM hit_flows SEMI JOIN flows_now USING (flow))
