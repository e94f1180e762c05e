-- The digests of the declarations that lie in no part, as declaration_digests makes them.
SELECT md5_number_lower(declaration_no) AS no_digest FROM recent_flows
