-- The newest load of a byte-identical file, read with the same encoding.
SELECT load_id, "read" FROM loads
WHERE kind = $kind AND sha256 = $sha256 AND encoding IS NOT DISTINCT FROM $encoding
ORDER BY load_id DESC LIMIT 1
