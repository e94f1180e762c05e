-- Hits as found, known at a moment: one row a hit. $known_at bounds found_at and gone_at.
SELECT hit_id, rule, entity_id, direction, item, "object", first_day, last_day, raised_on, "value", unit, limit_value,
       flow_count, amount_usd, severity, auto_notice, group_id, supersedes, digest, found_on, run_id, rule_version,
       coalesce(gone_at <= $known_at, false) AS is_gone
FROM hits
WHERE found_at <= $known_at
  AND ($rule IS NULL OR rule = $rule)
  AND ($entity IS NULL OR entity_id = $entity)
  AND ($first IS NULL OR raised_on >= $first)
  AND ($last IS NULL OR raised_on <= $last)
  AND ($ids IS NULL OR hit_id IN (SELECT unnest($ids::VARCHAR[])))
ORDER BY rule, entity_id, raised_on, hit_id
