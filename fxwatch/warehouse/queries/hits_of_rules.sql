SELECT hit_id FROM hits WHERE list_contains($rules::VARCHAR[], rule) AND (NOT $standing OR gone_at IS NULL)
