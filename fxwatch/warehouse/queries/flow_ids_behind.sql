-- The identifier of each flow behind a finding (asked: finding, flow).
SELECT e.finding, f.declaration_no || '/' || f.leg AS flow_id
FROM asked e JOIN flows f USING (flow)
