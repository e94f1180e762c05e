-- Flows move into files of their own, which snapshots share: what lies here now goes there with the next load of flows.
ALTER TABLE flows RENAME TO recent_flows;
CREATE TABLE parts (
  part INTEGER PRIMARY KEY, flows BIGINT NOT NULL, last_declaration BIGINT NOT NULL, bytes BIGINT NOT NULL, sha256 VARCHAR NOT NULL
);
CREATE TABLE replaced (part INTEGER NOT NULL, flow BIGINT NOT NULL);
CREATE VIEW flows AS SELECT * FROM recent_flows;
