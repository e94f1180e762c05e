-- Numbers of keys are given once and kept; what was replaced has the number of what stands.
SELECT coalesce(max(flow), 0) + 1 FROM flows
