INSERT INTO loads VALUES ($load_id, $kind, $file, $sha256, $encoding, $extra_columns, $by, $known_from,
  $read, $accepted, $duplicate, $out_of_scope, $quarantined)
