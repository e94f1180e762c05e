-- The rows of a part whose declarations are among wanted_numbers, by their digests. {{part}} stands for its name.
SELECT rowid AS place FROM {part}.main.flows WHERE no_digest IN (SELECT no_digest FROM wanted_numbers)
