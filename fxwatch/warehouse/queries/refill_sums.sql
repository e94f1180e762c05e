-- The partial sums that monitors add up. In the order of months and entities, so that a month or an entity is read alone.
DELETE FROM sums;
INSERT INTO sums
  SELECT date_trunc('month', "day")::DATE AS "month", entity, direction, item, bpm6, scope,
         sum(amount_usd)::BIGINT, count(*), sum(coalesce(settled_usd, 0))::BIGINT
  FROM flows WHERE state = 0 AND item IS NOT NULL
  GROUP BY ALL ORDER BY 1, 2;

DELETE FROM channel_sums;
INSERT INTO channel_sums
  SELECT date_trunc('month', "day")::DATE AS "month", direction, item, bpm6, scope, economy, bank,
         sum(amount_usd)::BIGINT, count(*), sum(coalesce(settled_usd, 0))::BIGINT
  FROM flows WHERE state = 0 AND item IS NOT NULL
  GROUP BY ALL ORDER BY 1;
