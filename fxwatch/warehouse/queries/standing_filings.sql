-- What stands of the filings in `wanted`.
SELECT f.*, n.entity_id FROM filings f JOIN entity_numbers n USING (entity) SEMI JOIN wanted w USING (authority, filing_no)
QUALIFY row_number() OVER (PARTITION BY f.authority, f.filing_no ORDER BY f.version DESC) = 1
