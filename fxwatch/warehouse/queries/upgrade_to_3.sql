-- What runs in shadow is kept apart from the hits.
CREATE TABLE shadow_hits (
  shadow VARCHAR NOT NULL, hit_id VARCHAR NOT NULL, rule VARCHAR NOT NULL, entity_id VARCHAR NOT NULL,
  direction VARCHAR NOT NULL, item VARCHAR, first_day DATE NOT NULL, last_day DATE NOT NULL, raised_on DATE NOT NULL,
  "value" DECIMAL(24, 6) NOT NULL, unit VARCHAR NOT NULL, limit_value DECIMAL(24, 6) NOT NULL,
  severity VARCHAR NOT NULL, auto_notice BOOLEAN NOT NULL, digest VARCHAR NOT NULL,
  found_on DATE NOT NULL, run_id INTEGER NOT NULL
);
