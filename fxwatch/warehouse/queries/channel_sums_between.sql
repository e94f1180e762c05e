-- Partial sums of whole months, by economy and bank.
SELECT "month" AS since, direction, item, bpm6, scope, economy, bank, amount_usd, flows, settled_usd
FROM channel_sums WHERE "month" BETWEEN $first AND $last
