-- Hits of a rule on flows that changed, or that share a key with one that did (flows_now).
SELECT hit_id FROM hits
WHERE rule = $rule AND (entity IN (SELECT entity FROM touched_entities) OR hit_id IN (
  SELECT hit_id FROM hit_flows WHERE flow IN (SELECT flow FROM flows_now UNION SELECT flow FROM changed)))
