-- What sums of one entity's flows are made of; only the columns that are asked for are read.
SELECT state, "day", direction, item, economy, counterparty, scope, amount_usd, settled_usd
FROM flows WHERE entity = $entity
