-- Which of the findings that were looked for again (new_hits) differ from what is on record, so that they are written: `differing`.
-- What one supersedes may change where one of its kind is lost, or is found again. {looked}: the hits on record that were looked for
-- again or are found, or all hits; {is_judged}: whether one of these (h) was looked for again. All that is told of a finding is compared
-- as one number, as the rows of a nation are too wide to be held.
CREATE OR REPLACE TEMP TABLE differing AS
  SELECT hit_id FROM (
    SELECT hit_id, hash(digest, entity, entity_id, rule_version, first_day, last_day, raised_on, "value", limit_value, unit, flow_count,
                        amount_usd, severity, auto_notice, direction, item, "object", group_id) AS told FROM new_hits)
  ANTI JOIN (
    SELECT hit_id, hash(digest, entity, entity_id, rule_version, first_day, last_day, raised_on, "value", limit_value, unit, flow_count,
                        amount_usd, severity, auto_notice, direction, item, "object", group_id) AS told FROM {looked} WHERE gone_at IS NULL)
  USING (hit_id, told);
CREATE OR REPLACE TEMP TABLE unlike AS
  SELECT DISTINCT h.rule, h.entity FROM {looked} h
  WHERE (h.gone_at IS NULL AND {is_judged} AND h.hit_id NOT IN (SELECT hit_id FROM new_hits))
    OR (h.gone_at IS NOT NULL AND h.hit_id IN (SELECT hit_id FROM new_hits));
INSERT INTO differing SELECT n.hit_id FROM new_hits n SEMI JOIN unlike USING (rule, entity) ANTI JOIN differing USING (hit_id);
DROP TABLE unlike;
