SELECT coalesce(max(declaration), 0) + 1 FROM flows
