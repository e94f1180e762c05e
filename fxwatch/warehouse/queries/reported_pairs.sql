-- The banks and entities that changed flows name.
CREATE OR REPLACE TEMP TABLE reported_pairs AS
  SELECT DISTINCT upper(bank) AS bank, entity FROM changed WHERE state = 0 AND length(bank) = 12
