-- Partial sums of whole months, by entity.
SELECT "month" AS since, entity, direction, item, bpm6, scope, amount_usd, flows, settled_usd
FROM sums WHERE "month" BETWEEN $first AND $last
