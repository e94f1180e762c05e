-- Flows name their counterparty by a number, too. What lies in parts is written anew with it.
ALTER TABLE recent_flows ADD COLUMN counterparty_number BIGINT;
ALTER TABLE flow_history ADD COLUMN counterparty_number BIGINT;
