SELECT greatest((SELECT coalesce(max(declaration), 0) FROM recent_flows), (SELECT coalesce(max(last_declaration), 0) FROM parts)) + 1
