-- The number of each counterparty, by the text that it is compared by (counterparties: counterparty, name). It is kept for years: its
-- making never changes.
SELECT counterparty, (md5_number_lower(name) >> 1)::BIGINT AS counterparty_number FROM counterparties
