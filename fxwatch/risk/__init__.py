"""Where to look first: features of an entity as known on a day, models that learn from what the bureau did, and their judgement.

A grade is law and is no business of these rooms. What they say orders the regulators' work and is shown to nobody else.
"""
