SELECT {columns} FROM part_{part}.main.flows
