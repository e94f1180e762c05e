-- First and last day of the flows that monitors look at.
SELECT min("day"), max("day") FROM flows WHERE state = 0 AND item IS NOT NULL
