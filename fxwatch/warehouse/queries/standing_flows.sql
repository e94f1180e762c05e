-- What stands of the declarations in `wanted` outside of the parts.
SELECT *, NULL::INTEGER AS part FROM recent_flows WHERE declaration_no IN (SELECT declaration_no FROM wanted)
