-- The numbers that banks gave to some declarations.
SELECT DISTINCT declaration, declaration_no
FROM flows
WHERE declaration IN (SELECT declaration FROM asked)
