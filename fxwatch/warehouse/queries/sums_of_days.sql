-- Partial sums of days, in the shape of sums_between; days of the first month begin with $first.
SELECT greatest(date_trunc('month', "day")::DATE, $first::DATE) AS since, entity, direction, item, bpm6, economy, bank, scope,
       amount_usd, 1::BIGINT AS flows, coalesce(settled_usd, 0) AS settled_usd
FROM flows WHERE state = 0 AND item IS NOT NULL AND "day" BETWEEN $first AND $last
