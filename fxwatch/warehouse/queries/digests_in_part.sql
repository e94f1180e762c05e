SELECT no_digest FROM part_{part}.main.flows
