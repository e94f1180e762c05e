-- Numbers (counterparty, counterparty_number) for the rows of a table.
UPDATE {table} AS f SET counterparty_number = n.counterparty_number FROM numbers n WHERE f.counterparty = n.counterparty
