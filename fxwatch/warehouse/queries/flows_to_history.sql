-- What stood of the flows in `replaced`, believed until the moment given.
INSERT INTO flow_history BY NAME
SELECT f.*, ?::TIMESTAMP AS known_to FROM flows f WHERE f.flow IN (SELECT flow FROM replaced)
