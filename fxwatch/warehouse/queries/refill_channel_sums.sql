-- The partial sums by where the money went.
DELETE FROM channel_sums;
INSERT INTO channel_sums
  SELECT date_trunc('month', "day")::DATE AS "month", direction, item, bpm6, scope, economy, bank,
         sum(amount_usd)::BIGINT, count(*), sum(coalesce(settled_usd, 0))::BIGINT
  FROM flows WHERE state = 0 AND item IS NOT NULL
  GROUP BY ALL ORDER BY 1;
