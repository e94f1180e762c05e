-- The newest version of each line of the concordances.
SELECT code, valid_from, valid_to, item, bpm6 FROM codes
QUALIFY row_number() OVER (PARTITION BY code, valid_from ORDER BY known_from DESC) = 1
