-- Which hit names which as superseded.
SELECT hit_id, unnest(supersedes) AS superseded FROM hits WHERE len(supersedes) > 0
