-- How many flows each entity has.
SELECT entity, count(*) AS flows FROM flows WHERE state = 0 GROUP BY entity
