-- A digest of every load on record.
SELECT sha256(coalesce(string_agg(concat_ws(' ', load_id, sha256, known_from), chr(10) ORDER BY load_id), '')) FROM loads
