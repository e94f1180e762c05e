-- The number of each counterparty, by the text that it is compared by (counterparties: counterparty, name).
SELECT counterparty, (hash(name) >> 1)::BIGINT AS number FROM counterparties
