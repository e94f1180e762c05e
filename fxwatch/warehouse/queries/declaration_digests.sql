-- The digest by which each declaration is looked up in parts. It is kept for years: its making never changes.
SELECT md5_number_lower(declaration_no) AS no_digest FROM declarations
