-- Settlements behind hits, and what a run passed over.
CREATE TABLE hit_settlements (hit_id VARCHAR NOT NULL, settlement_no VARCHAR NOT NULL);
CREATE TABLE skipped (rule VARCHAR NOT NULL, reason VARCHAR NOT NULL, "count" BIGINT NOT NULL);
