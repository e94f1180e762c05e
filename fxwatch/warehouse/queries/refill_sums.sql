-- The partial sums that monitors add up.
DELETE FROM sums;
INSERT INTO sums
  SELECT date_trunc('month', "day")::DATE, entity, direction, item, bpm6, economy, bank, scope,
         sum(amount_usd), count(*), sum(coalesce(settled_usd, 0))
  FROM flows WHERE state = 0 AND item IS NOT NULL
  GROUP BY ALL;
