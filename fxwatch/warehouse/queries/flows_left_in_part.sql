SELECT {columns} FROM part_{part}.main.flows ANTI JOIN (SELECT flow FROM replaced WHERE part = {part}) USING (flow)
