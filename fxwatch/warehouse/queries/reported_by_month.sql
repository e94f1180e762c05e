-- What each bank reported, by month and direction: in scope (those that wait for their code among them), and beside it.
SELECT coalesce(upper(bank), 'UNKNOWN') AS bank, date_trunc('month', "day")::DATE AS "month", direction,
       count(*) FILTER (state = 0) AS flows, coalesce(sum(amount_usd) FILTER (state = 0), 0)::BIGINT AS amount_usd,
       count(*) FILTER (state = 0 AND item IS NULL) AS unclassified, count(*) FILTER (state = 1) AS out_of_scope
FROM flows
WHERE state < 2 AND "day" BETWEEN $first AND $last AND ($bank IS NULL OR upper(bank) = $bank)
GROUP BY ALL
