-- Partial sums of whole months.
SELECT "month" AS since, entity, direction, item, bpm6, economy, bank, scope, amount_usd, flows, settled_usd
FROM sums WHERE "month" BETWEEN $first AND $last
