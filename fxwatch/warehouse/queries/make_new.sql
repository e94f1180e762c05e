-- Where what a run found waits to be written: empty, in the form of a first piece (piece).
CREATE OR REPLACE TEMP TABLE new_{name} AS SELECT * FROM piece WHERE false
