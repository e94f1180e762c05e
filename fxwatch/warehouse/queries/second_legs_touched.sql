-- The second legs of declarations of entities in touched_entities, and whom each pays: the contract, else the counterparty.
CREATE OR REPLACE TEMP TABLE second_legs AS
  SELECT declaration, coalesce(nullif(contract_no, ''), counterparty_number::VARCHAR) AS payee
  FROM flows SEMI JOIN touched_entities USING (entity)
  WHERE leg = 2 AND state = 0 AND item IS NOT NULL
