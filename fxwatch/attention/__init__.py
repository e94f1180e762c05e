"""Risk in a home: what was known is gathered, models are trained, judged and put in force, entities are scored and explained.

Banks never see any of it: neither `check` nor the API knows this room.
"""
