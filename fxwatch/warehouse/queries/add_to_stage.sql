INSERT INTO stage.main.flows BY NAME SELECT *, md5_number_lower(declaration_no) AS no_digest FROM added
