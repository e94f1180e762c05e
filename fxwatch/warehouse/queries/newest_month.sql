-- The newest month that the partial sums hold.
SELECT max("month") FROM sums
