-- What banks and other authorities reported, and what the rules found. Amounts are whole cents.
CREATE TABLE warehouse (schema_version INTEGER NOT NULL, created_at TIMESTAMP NOT NULL);

-- One row a file (or a retry of the quarantine). known_from is the moment from which its rows were known (UTC).
CREATE TABLE loads (
  load_id INTEGER PRIMARY KEY, kind VARCHAR NOT NULL, file VARCHAR NOT NULL, sha256 VARCHAR NOT NULL,
  encoding VARCHAR, extra_columns VARCHAR[], "by" VARCHAR NOT NULL, known_from TIMESTAMP NOT NULL,
  "read" BIGINT NOT NULL, accepted BIGINT NOT NULL, duplicate BIGINT NOT NULL, out_of_scope BIGINT NOT NULL,
  quarantined BIGINT NOT NULL
);

-- Numbers of entities: small integers for the frames; the register's roll says who they are.
CREATE TABLE entity_numbers (entity INTEGER PRIMARY KEY, entity_id VARCHAR NOT NULL UNIQUE);

-- Of each (declaration_no, leg) the version that stands now, deleted ones included, as far as it lies in this file: most lie in parts.
CREATE TABLE recent_flows (
  flow BIGINT NOT NULL,            -- number of the key, 2 * declaration + leg - 1; all its versions share it
  declaration BIGINT NOT NULL,     -- number of the declaration; its legs share it
  declaration_no VARCHAR NOT NULL, leg UTINYINT NOT NULL,
  version INTEGER NOT NULL,        -- 1 for what was first declared
  state UTINYINT NOT NULL,         -- 0 in scope, 1 out of scope, 2 deleted
  entity INTEGER NOT NULL,
  party_type VARCHAR NOT NULL, direction UTINYINT NOT NULL, "day" DATE NOT NULL,
  code VARCHAR, item UTINYINT, bpm6 UTINYINT,       -- item and bpm6: positions in terms.Item, terms.Bpm6; null while waiting
  currency VARCHAR, amount BIGINT, settled BIGINT,  -- cents of the currency
  rate_month DATE,                                  -- first day of the month of the table used; null for USD
  amount_usd BIGINT, settled_usd BIGINT,            -- cents
  counterparty VARCHAR, economy VARCHAR, payment_type VARCHAR, contract_no VARCHAR, invoice_no VARCHAR,
  tax_filing_no VARCHAR, scope UTINYINT NOT NULL, bank VARCHAR, remark VARCHAR,
  counterparty_number BIGINT,      -- of the text as it is compared (see counterparties.py); null for none
  unread VARCHAR,                  -- JSON of fields that nobody judged and that could not be read (out of scope only)
  load_id INTEGER NOT NULL, line BIGINT NOT NULL, known_from TIMESTAMP NOT NULL
);

-- Files beside this one that hold flows, each with the columns above and the digest by which declarations are looked up. They are
-- written once and never changed. What stands in one but was changed or deleted since is named in `replaced`.
CREATE TABLE parts (
  part INTEGER PRIMARY KEY, flows BIGINT NOT NULL, last_declaration BIGINT NOT NULL, bytes BIGINT NOT NULL, sha256 VARCHAR NOT NULL
);
CREATE TABLE replaced (part INTEGER NOT NULL, flow BIGINT NOT NULL);

-- What stands, wherever it lies. Made again whenever a part comes or goes.
CREATE VIEW flows AS SELECT * FROM recent_flows;

-- Versions that no longer stand: the same columns, and until when they were believed.
CREATE TABLE flow_history AS SELECT *, known_from AS known_to FROM recent_flows WHERE false;

-- Rows that were not taken. status: waiting, or resolved (taken since), or judged_again (a later row of the quarantine holds it).
CREATE TABLE quarantine (
  quarantine_id BIGINT PRIMARY KEY, kind VARCHAR NOT NULL, load_id INTEGER NOT NULL, file VARCHAR NOT NULL, line BIGINT NOT NULL,
  declaration_no VARCHAR, leg VARCHAR, reason VARCHAR NOT NULL, sentence VARCHAR NOT NULL, sentence_zh VARCHAR NOT NULL,
  raw VARCHAR NOT NULL,            -- JSON object: every column as it came
  status VARCHAR NOT NULL, known_from TIMESTAMP NOT NULL
);

-- Monthly tables and days, with every version. The newest known_from speaks.
CREATE TABLE rates ("month" DATE NOT NULL, currency VARCHAR NOT NULL, usd_per_unit DECIMAL(24, 12) NOT NULL,
  source VARCHAR, load_id INTEGER NOT NULL, known_from TIMESTAMP NOT NULL);
CREATE TABLE calendar ("day" DATE NOT NULL, is_workday BOOLEAN NOT NULL, load_id INTEGER NOT NULL, known_from TIMESTAMP NOT NULL);

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

-- The roll as the register knew it when this snapshot was published.
CREATE TABLE roll (
  entity INTEGER NOT NULL, entity_id VARCHAR NOT NULL, name VARCHAR NOT NULL, industry VARCHAR, economic_type VARCHAR,
  area VARCHAR, registered_on DATE, investor_economies VARCHAR, transport_enterprise BOOLEAN NOT NULL, on_record_since DATE NOT NULL
);

-- One row a run: what it looked at, with which numbers.
CREATE TABLE runs (
  run_id INTEGER PRIMARY KEY, started_at TIMESTAMP NOT NULL, ended_at TIMESTAMP NOT NULL, "day" DATE NOT NULL, "by" VARCHAR NOT NULL,
  fxwatch_version VARCHAR NOT NULL, engine VARCHAR NOT NULL, last_load INTEGER NOT NULL, flows BIGINT NOT NULL,
  first_day DATE, last_day DATE, hits BIGINT NOT NULL, rules VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL,
  shadows VARCHAR[],               -- the numbers of what ran in shadow
  scope VARCHAR,                   -- JSON: what was computed again, and why
  basis VARCHAR                    -- JSON: digests of what findings rest on beside the flows and the roll; null before version 3
);
-- What the newest run was told about each entity, as one number; see queries/roll_marks.sql.
CREATE TABLE roll_seen (entity INTEGER NOT NULL, mark UBIGINT NOT NULL);

-- Findings as now known. gone_at: since when it is no longer found; null while it is. supersedes: ids of the same rule and key. run_id:
-- of the last run that found it, where it is gone; while it stands, of the one that wrote it (the newest run found it, too).
CREATE TABLE hits (
  hit_id VARCHAR NOT NULL, rule VARCHAR NOT NULL, entity INTEGER NOT NULL, entity_id VARCHAR NOT NULL,
  direction VARCHAR NOT NULL, item VARCHAR, "object" VARCHAR,
  first_day DATE NOT NULL, last_day DATE NOT NULL, raised_on DATE NOT NULL,
  "value" DECIMAL(24, 6) NOT NULL, unit VARCHAR NOT NULL, limit_value DECIMAL(24, 6) NOT NULL,
  flow_count BIGINT NOT NULL, amount_usd BIGINT NOT NULL, -- cents: the sum of the flows behind it
  severity VARCHAR NOT NULL, auto_notice BOOLEAN NOT NULL, group_id VARCHAR,
  supersedes VARCHAR[] NOT NULL, digest VARCHAR NOT NULL,
  found_on DATE NOT NULL, found_at TIMESTAMP NOT NULL, gone_at TIMESTAMP,
  run_id INTEGER NOT NULL, rule_version VARCHAR NOT NULL
);
CREATE TABLE hit_flows (hit_id VARCHAR NOT NULL, flow BIGINT NOT NULL);
CREATE TABLE hit_settlements (hit_id VARCHAR NOT NULL, settlement_no VARCHAR NOT NULL);
CREATE TABLE not_computed (rule VARCHAR NOT NULL, entity INTEGER NOT NULL, item VARCHAR, "year" INTEGER, reason VARCHAR NOT NULL);
-- What the newest run passed over because data are missing, counted by rule and reason.
CREATE TABLE skipped (rule VARCHAR NOT NULL, reason VARCHAR NOT NULL, "count" BIGINT NOT NULL);

-- What a shadow found (see the register's shadows): never work, so kept apart from hits. As the newest run knew it while the shadow
-- ran; found_on: day of the run that first found it.
CREATE TABLE shadow_hits (
  shadow VARCHAR NOT NULL, hit_id VARCHAR NOT NULL, rule VARCHAR NOT NULL, entity_id VARCHAR NOT NULL,
  direction VARCHAR NOT NULL, item VARCHAR, first_day DATE NOT NULL, last_day DATE NOT NULL, raised_on DATE NOT NULL,
  "value" DECIMAL(24, 6) NOT NULL, unit VARCHAR NOT NULL, limit_value DECIMAL(24, 6) NOT NULL,
  severity VARCHAR NOT NULL, auto_notice BOOLEAN NOT NULL, found_on DATE NOT NULL, run_id INTEGER NOT NULL
);

-- Partial sums that monitors add up, cents and counts of classified flows in scope: by entity, and by where the money went.
-- Both at once would be nearly as many rows as there are flows: who asks for that reads the flows.
CREATE TABLE sums (
  "month" DATE NOT NULL, entity INTEGER NOT NULL, direction UTINYINT NOT NULL, item UTINYINT NOT NULL, bpm6 UTINYINT NOT NULL,
  scope UTINYINT NOT NULL, amount_usd BIGINT NOT NULL, flows BIGINT NOT NULL, settled_usd BIGINT NOT NULL
);
CREATE TABLE channel_sums (
  "month" DATE NOT NULL, direction UTINYINT NOT NULL, item UTINYINT NOT NULL, bpm6 UTINYINT NOT NULL, scope UTINYINT NOT NULL,
  economy VARCHAR, bank VARCHAR, amount_usd BIGINT NOT NULL, flows BIGINT NOT NULL, settled_usd BIGINT NOT NULL
);

-- What a risk model thought of each entity when it was last asked: of one model and one day. Probability of a notice or breach in the
-- months that follow, score in whole points, place (1 is the likeliest), and beside them how odd the entity is among its peers (0 to 1).
CREATE TABLE risk_scores (
  entity INTEGER NOT NULL, entity_id VARCHAR NOT NULL, as_of DATE NOT NULL, model VARCHAR NOT NULL, known_at TIMESTAMP NOT NULL,
  probability DOUBLE NOT NULL, score INTEGER NOT NULL, place INTEGER NOT NULL,
  reasons VARCHAR[] NOT NULL, points INTEGER[] NOT NULL, -- the features that weigh most
  "values" DOUBLE[] NOT NULL, -- every feature, in the order of the model's list
  anomaly DOUBLE NOT NULL, odd VARCHAR[] NOT NULL
);
