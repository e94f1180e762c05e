-- Hits that were first published after a moment; all of them where none is given.
SELECT hit_id FROM hits WHERE $after IS NULL OR found_at > $after
