-- Hits say what they are about in USD; partial sums no longer cross entities with economies and banks.
ALTER TABLE hits RENAME TO hits_without_amounts;
CREATE TABLE hits (
  hit_id VARCHAR NOT NULL, rule VARCHAR NOT NULL, entity INTEGER NOT NULL, entity_id VARCHAR NOT NULL,
  direction VARCHAR NOT NULL, item VARCHAR, "object" VARCHAR,
  first_day DATE NOT NULL, last_day DATE NOT NULL, raised_on DATE NOT NULL,
  "value" DECIMAL(24, 6) NOT NULL, unit VARCHAR NOT NULL, limit_value DECIMAL(24, 6) NOT NULL,
  flow_count BIGINT NOT NULL, amount_usd BIGINT NOT NULL, severity VARCHAR NOT NULL, auto_notice BOOLEAN NOT NULL, group_id VARCHAR,
  supersedes VARCHAR[] NOT NULL, digest VARCHAR NOT NULL,
  found_on DATE NOT NULL, found_at TIMESTAMP NOT NULL, gone_at TIMESTAMP,
  run_id INTEGER NOT NULL, rule_version VARCHAR NOT NULL
);
INSERT INTO hits BY NAME
  SELECT h.*, coalesce(a.amount_usd, 0) AS amount_usd
  FROM hits_without_amounts h
  LEFT JOIN (SELECT e.hit_id, sum(f.amount_usd)::BIGINT AS amount_usd FROM hit_flows e JOIN flows f USING (flow) GROUP BY e.hit_id) a
    USING (hit_id);
DROP TABLE hits_without_amounts;

ALTER TABLE sums RENAME TO crossed_sums;
CREATE TABLE sums (
  "month" DATE NOT NULL, entity INTEGER NOT NULL, direction UTINYINT NOT NULL, item UTINYINT NOT NULL, bpm6 UTINYINT NOT NULL,
  scope UTINYINT NOT NULL, amount_usd BIGINT NOT NULL, flows BIGINT NOT NULL, settled_usd BIGINT NOT NULL
);
INSERT INTO sums
  SELECT "month", entity, direction, item, bpm6, scope, sum(amount_usd)::BIGINT, sum(flows)::BIGINT, sum(settled_usd)::BIGINT
  FROM crossed_sums GROUP BY ALL ORDER BY 1, 2;
CREATE TABLE channel_sums (
  "month" DATE NOT NULL, direction UTINYINT NOT NULL, item UTINYINT NOT NULL, bpm6 UTINYINT NOT NULL, scope UTINYINT NOT NULL,
  economy VARCHAR, bank VARCHAR, amount_usd BIGINT NOT NULL, flows BIGINT NOT NULL, settled_usd BIGINT NOT NULL
);
INSERT INTO channel_sums
  SELECT "month", direction, item, bpm6, scope, economy, bank, sum(amount_usd)::BIGINT, sum(flows)::BIGINT, sum(settled_usd)::BIGINT
  FROM crossed_sums GROUP BY ALL ORDER BY 1;
DROP TABLE crossed_sums;
