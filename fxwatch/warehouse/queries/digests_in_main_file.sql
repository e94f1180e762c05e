SELECT md5_number_lower(declaration_no) AS no_digest FROM recent_flows
