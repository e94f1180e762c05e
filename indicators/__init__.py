"""The rule book, and nothing else: one rule, one file, one class, one name."""
