-- Entities of which rules would now be told something else than at the last run.
SELECT entity FROM ({marks}) n FULL JOIN roll_seen s USING (entity) WHERE n.mark IS DISTINCT FROM s.mark
