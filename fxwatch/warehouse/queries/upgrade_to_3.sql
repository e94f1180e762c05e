-- Flows move into files of their own, which snapshots share: what lies here now goes there with the next load of flows.
ALTER TABLE flows RENAME TO recent_flows;
CREATE TABLE parts (
  part INTEGER PRIMARY KEY, flows BIGINT NOT NULL, last_declaration BIGINT NOT NULL, bytes BIGINT NOT NULL, sha256 VARCHAR NOT NULL
);
CREATE TABLE replaced (part INTEGER NOT NULL, flow BIGINT NOT NULL);
CREATE VIEW flows AS SELECT * FROM recent_flows;

-- What other authorities keep and what banks say of themselves: settlements, filings, totals, codes.
-- Settlement and purchase of foreign exchange inside accounts, every version; of a number the highest version known stands.
CREATE TABLE settlements (
  settlement_no VARCHAR NOT NULL, version INTEGER NOT NULL, is_deleted BOOLEAN NOT NULL,
  entity INTEGER NOT NULL, kind UTINYINT NOT NULL,  -- position in terms.SettlementKind
  "day" DATE NOT NULL, fx_group VARCHAR NOT NULL, currency VARCHAR NOT NULL, amount BIGINT NOT NULL, -- cents of the currency
  rate_month DATE, amount_usd BIGINT NOT NULL,      -- as in flows
  load_id INTEGER NOT NULL, line BIGINT NOT NULL, known_from TIMESTAMP NOT NULL
);

-- Registers of other authorities, every version; the key is authority and number. contract_usd by the table for filed_on's month.
CREATE TABLE filings (
  authority VARCHAR NOT NULL, filing_no VARCHAR NOT NULL, version INTEGER NOT NULL, is_deleted BOOLEAN NOT NULL,
  entity INTEGER NOT NULL, contract_no VARCHAR, code VARCHAR, currency VARCHAR, amount BIGINT, filed_on DATE NOT NULL,
  rate_month DATE, amount_usd BIGINT,
  load_id INTEGER NOT NULL, line BIGINT NOT NULL, known_from TIMESTAMP NOT NULL
);

-- A bank's own control figures, and codes of other generations with their item (null: no trade in services). The newest known_from speaks.
CREATE TABLE totals (bank VARCHAR NOT NULL, "month" DATE NOT NULL, direction UTINYINT NOT NULL, flows BIGINT NOT NULL,
  amount_usd BIGINT NOT NULL, load_id INTEGER NOT NULL, known_from TIMESTAMP NOT NULL);
CREATE TABLE codes (code VARCHAR NOT NULL, valid_from DATE NOT NULL, valid_to DATE, item UTINYINT, bpm6 UTINYINT,
  load_id INTEGER NOT NULL, known_from TIMESTAMP NOT NULL);

-- What runs in shadow is kept apart from the hits.
CREATE TABLE shadow_hits (
  shadow VARCHAR NOT NULL, hit_id VARCHAR NOT NULL, rule VARCHAR NOT NULL, entity_id VARCHAR NOT NULL,
  direction VARCHAR NOT NULL, item VARCHAR, first_day DATE NOT NULL, last_day DATE NOT NULL, raised_on DATE NOT NULL,
  "value" DECIMAL(24, 6) NOT NULL, unit VARCHAR NOT NULL, limit_value DECIMAL(24, 6) NOT NULL,
  severity VARCHAR NOT NULL, auto_notice BOOLEAN NOT NULL, found_on DATE NOT NULL, run_id INTEGER NOT NULL
);

-- Settlements behind hits, and what a run passed over.
CREATE TABLE hit_settlements (hit_id VARCHAR NOT NULL, settlement_no VARCHAR NOT NULL);
CREATE TABLE skipped (rule VARCHAR NOT NULL, reason VARCHAR NOT NULL, "count" BIGINT NOT NULL);
ALTER TABLE runs ADD COLUMN shadows VARCHAR[];

-- A run says what it computed again and why, and what its successors compare theirs with.
ALTER TABLE runs ADD COLUMN scope VARCHAR;
ALTER TABLE runs ADD COLUMN basis VARCHAR;
CREATE TABLE roll_seen (entity INTEGER NOT NULL, mark UBIGINT NOT NULL);

-- What a risk model thought of each entity when it was last asked: of one model and one day. Probability of a notice or breach in the
-- months that follow, score in whole points, place (1 is the likeliest), and beside them how odd the entity is among its peers (0 to 1).
CREATE TABLE risk_scores (
  entity INTEGER NOT NULL, entity_id VARCHAR NOT NULL, as_of DATE NOT NULL, model VARCHAR NOT NULL, known_at TIMESTAMP NOT NULL,
  probability DOUBLE NOT NULL, score INTEGER NOT NULL, place INTEGER NOT NULL,
  reasons VARCHAR[] NOT NULL, points INTEGER[] NOT NULL, -- the features that weigh most
  "values" DOUBLE[] NOT NULL, -- every feature, in the order of the model's list
  anomaly DOUBLE NOT NULL, odd VARCHAR[] NOT NULL
);
