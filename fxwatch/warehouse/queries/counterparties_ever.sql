-- Every text that ever stood for a counterparty.
SELECT DISTINCT counterparty FROM (SELECT counterparty FROM flows UNION ALL SELECT counterparty FROM flow_history)
WHERE counterparty IS NOT NULL
