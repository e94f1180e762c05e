-- The identifier of each flow behind a finding (asked: what names the finding, and flow), of one stretch of numbers.
SELECT e.* EXCLUDE (flow), f.declaration_no || '/' || f.leg AS flow_id
FROM asked e JOIN (FROM flows WHERE flow BETWEEN $first AND $last) f USING (flow)
