-- A new part: the columns of recent_flows, and a digest of the number by which the flows of a declaration are found.
CREATE TABLE stage.main.flows AS SELECT *, NULL::UBIGINT AS no_digest FROM recent_flows WHERE false
