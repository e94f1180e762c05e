-- Which of the findings that were looked for again (new_hits, new_evidence; judged: what is on record of them) differ from what is on
-- record, so that they are written: `differing`. What one supersedes may change where one of its kind is lost, or is found again.
-- {amounts}: what tells the amount of every flow behind these.
CREATE OR REPLACE TEMP TABLE amounts AS
  SELECT e.hit_id, sum(f.amount_usd)::BIGINT AS amount_usd FROM new_evidence e JOIN {amounts} f USING (flow) GROUP BY e.hit_id;
CREATE OR REPLACE TEMP TABLE differing AS
  SELECT n.hit_id FROM new_hits n ANTI JOIN (
    SELECT h.hit_id FROM hits h JOIN new_hits n USING (hit_id) LEFT JOIN amounts a USING (hit_id)
    WHERE h.gone_at IS NULL AND h.digest = n.digest AND h.amount_usd = coalesce(a.amount_usd, 0) AND h.entity = n.entity AND h.first_day = n.first_day AND h.last_day = n.last_day
      AND h.raised_on = n.raised_on AND h."value" = n."value" AND h.limit_value = n.limit_value AND h.unit = n.unit
      AND h.flow_count = n.flow_count AND h.severity = n.severity AND h.auto_notice = n.auto_notice AND h.rule_version = n.rule_version
      AND h.direction = n.direction AND h.entity_id = n.entity_id AND h.item IS NOT DISTINCT FROM n.item
      AND h."object" IS NOT DISTINCT FROM n."object" AND h.group_id IS NOT DISTINCT FROM n.group_id) same USING (hit_id);
CREATE OR REPLACE TEMP TABLE unlike AS
  SELECT DISTINCT h.rule, h.entity FROM hits h
  WHERE (h.gone_at IS NULL AND h.hit_id IN (SELECT hit_id FROM judged) AND h.hit_id NOT IN (SELECT hit_id FROM new_hits))
    OR (h.gone_at IS NOT NULL AND h.hit_id IN (SELECT hit_id FROM new_hits));
INSERT INTO differing SELECT n.hit_id FROM new_hits n SEMI JOIN unlike USING (rule, entity) ANTI JOIN differing USING (hit_id);
DROP TABLE unlike;
