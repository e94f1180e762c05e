-- What is left in a part of before there were numbers of counterparties, with these (numbers: counterparty, counterparty_number).
SELECT f.*, n.counterparty_number FROM ({flows}) f LEFT JOIN numbers n USING (counterparty)
