"""Risk in a home: what was known is gathered, models are trained, judged and put in force, entities are scored and explained."""
