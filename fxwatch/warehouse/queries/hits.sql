-- Hits as found, known at a moment: one row a hit. $known_at bounds found_at and gone_at. run_id: of the last run that found it, which for
-- those that stand is the last of all.
SELECT hit_id, rule, entity_id, direction, item, "object", first_day, last_day, raised_on, "value", unit, limit_value,
       flow_count, amount_usd, severity, auto_notice, group_id, supersedes, digest, found_on,
       CASE WHEN gone_at <= $known_at THEN run_id ELSE (SELECT max(run_id) FROM runs WHERE ended_at <= $known_at) END AS run_id, rule_version,
       coalesce(gone_at <= $known_at, false) AS is_gone
FROM hits
WHERE found_at <= $known_at
  AND ($rule IS NULL OR rule = $rule)
  AND ($entity IS NULL OR entity_id = $entity)
  AND ($first IS NULL OR raised_on >= $first)
  AND ($last IS NULL OR raised_on <= $last)
  AND ($ids IS NULL OR hit_id IN (SELECT unnest($ids::VARCHAR[])))
ORDER BY rule, entity_id, raised_on, hit_id
