SELECT * EXCLUDE (no_digest) FROM part_{part}.main.flows
