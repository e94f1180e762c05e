-- The partial sums with what changed: the rows of touched keys are written anew, and those that come to nothing are left out.
CREATE OR REPLACE TEMP TABLE difference AS
  SELECT date_trunc('month', "day")::DATE AS "month", entity, direction, item, bpm6, scope, sum(sign * amount_usd)::BIGINT AS amount_usd,
         sum(sign)::BIGINT AS flows, sum(sign * coalesce(settled_usd, 0))::BIGINT AS settled_usd
  FROM changed WHERE state = 0 AND item IS NOT NULL GROUP BY ALL;
CREATE OR REPLACE TEMP TABLE summed AS
  SELECT "month", entity, direction, item, bpm6, scope, sum(amount_usd)::BIGINT AS amount_usd, sum(flows)::BIGINT AS flows,
         sum(settled_usd)::BIGINT AS settled_usd
  FROM (FROM difference UNION ALL BY NAME FROM sums SEMI JOIN difference USING ("month", entity, direction, item, bpm6, scope))
  GROUP BY ALL HAVING sum(flows) > 0;
DELETE FROM sums USING difference d WHERE sums."month" = d."month" AND sums.entity = d.entity AND sums.direction = d.direction
  AND sums.item = d.item AND sums.bpm6 = d.bpm6 AND sums.scope = d.scope;
INSERT INTO sums BY NAME FROM summed ORDER BY "month", entity;
DROP TABLE difference;
DROP TABLE summed;

-- There are few of these, and their keys may be empty: all are added up again.
CREATE OR REPLACE TEMP TABLE summed AS
  SELECT "month", direction, item, bpm6, scope, economy, bank, sum(amount_usd)::BIGINT AS amount_usd, sum(flows)::BIGINT AS flows,
         sum(settled_usd)::BIGINT AS settled_usd
  FROM (
    FROM channel_sums
    UNION ALL BY NAME
    SELECT date_trunc('month', "day")::DATE AS "month", direction, item, bpm6, scope, economy, bank, sign * amount_usd AS amount_usd,
           sign AS flows, sign * coalesce(settled_usd, 0) AS settled_usd
    FROM changed WHERE state = 0 AND item IS NOT NULL)
  GROUP BY ALL HAVING sum(flows) > 0;
DELETE FROM channel_sums;
INSERT INTO channel_sums BY NAME FROM summed ORDER BY "month";
DROP TABLE summed;
