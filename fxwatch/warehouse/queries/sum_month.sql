-- The partial sums of one month, in the order of entities, so that a month or an entity is read alone. Month by month, as the groups of
-- one fit into memory, where those of all months of a nation do not.
INSERT INTO sums
  SELECT $month::DATE AS "month", entity, direction, item, bpm6, scope,
         sum(amount_usd)::BIGINT, count(*), sum(coalesce(settled_usd, 0))::BIGINT
  FROM flows WHERE state = 0 AND item IS NOT NULL AND "day" >= $month::DATE AND "day" < $until::DATE
  GROUP BY ALL ORDER BY 2
