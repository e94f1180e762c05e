-- The rows of a part whose declarations are among wanted_numbers, by their digests. {{part}} stands for its name.
SELECT rowid AS place FROM {part}.main.flows
WHERE no_digest IN (SELECT md5_number_lower(declaration_no) FROM wanted_numbers)
