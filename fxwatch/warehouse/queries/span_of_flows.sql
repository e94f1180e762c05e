SELECT min("day"), max("day") FROM flows WHERE state = 0 AND item IS NOT NULL
