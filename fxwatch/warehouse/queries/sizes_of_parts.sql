-- How many flows each part holds, and how many of them were replaced.
SELECT p.part, p.flows, count(r.flow) FROM parts p LEFT JOIN replaced r USING (part) GROUP BY ALL ORDER BY 1
