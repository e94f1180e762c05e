"""The tables of the register. Acts are the truth; what is projected from them lies beside them for quick answers.

Moments are UTC texts of microseconds and days ISO texts, so that their order is the order of the text in every
database, and what a hash covers is exactly what is stored.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
)

# Bump this when a table changes, and write the step that leads here from the version before, in `migrations`.
SCHEMA_VERSION = 5

METADATA = MetaData()

# schema_version; moment: the newest moment given out, so that moments never repeat and never go back.
meta = Table("meta", METADATA, Column("key", String(32), primary_key=True), Column("value", String(64), nullable=False))

acts = Table(
    "acts",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(26), nullable=False),
    Column("day", String(10), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("by", String(128), nullable=False),
    Column("role", String(16), nullable=False),
    Column("subject", String(512), nullable=False, index=True),
    Column("entity_id", String(32), index=True),
    Column("why", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)

# One row a version of an entry of the roll. Clustered by its key: a look-up is one descent, the whole roll one scan.
roll = Table(
    "roll",
    METADATA,
    Column("entity_id", String(32), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("known_from", String(26), nullable=False),
    Column("known_to", String(26)),
    Column("name", Text, nullable=False),
    Column("industry", String(8)),
    Column("economic_type", Text),
    Column("area", String(6)),
    Column("registered_on", String(10)),
    Column("investor_economies", Text),
    Column("transport_enterprise", Boolean),
    Column("on_record_since", String(10), nullable=False),
    Column("source", Text, nullable=False),
    sqlite_with_rowid=False,
)

# What questions were asked and what was answered, word for word. `answer` is what `signature` covers; `key` names the key
# of a bank that asked by HTTP. `day` is the day on which it was asked: that of `at`, but where a simulation pins today.
questions = Table(
    "questions",
    METADATA,
    Column("receipt", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", String(26), nullable=False),
    Column("bank", String(12), nullable=False),
    Column("by", String(128), nullable=False),
    Column("asked", String(64), nullable=False),
    Column("entity_id", String(32), nullable=False, index=True),
    Column("on", String(10), nullable=False),
    Column("grade", String(8), nullable=False),
    Column("answer", Text, nullable=False),
    Column("day", String(10)),
    Column("key", String(16)),
    Column("signature", String(128)),
    Index("questions_of_bank", "bank", "day", "entity_id", "on"),
    sqlite_autoincrement=True,
)

# ---- The entrance: see `entrance`. Nothing here is an act or is made from one.

# `kept` is what argon2 keeps of a password: it proves the password and does not tell it.
passwords = Table(
    "passwords",
    METADATA,
    Column("account", String(128), primary_key=True),
    Column("kept", String(256), nullable=False),
    Column("set_at", String(26), nullable=False),
)

# Known by the digest of a token that only the browser has. `before` is the account's sign-in before this one.
sessions = Table(
    "sessions",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("account", String(128), nullable=False, index=True),
    Column("opened_at", String(26), nullable=False),
    Column("seen_at", String(26), nullable=False),
    Column("ends_at", String(26), nullable=False),
    Column("before", String(26)),
)

# Wrong passwords in a row, of an account and from an address.
tries = Table(
    "tries",
    METADATA,
    Column("whose", String(256), primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("at", String(26), nullable=False),
)

preferences = Table(
    "preferences",
    METADATA,
    Column("account", String(128), primary_key=True),
    Column("language", String(2)),
    Column("signed_in_at", String(26)),
)

# Receipt numbers that were given out, a block at a time: those of the API wait in a journal, whose bytes up to `folded` are
# rows of `questions`. `home` says where the journal lies. The row `first` = 0 is the counter: `last` is the newest number.
blocks = Table(
    "blocks",
    METADATA,
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("home", Text, nullable=False),
    Column("at", String(26), nullable=False),
    Column("folded", BigInteger, nullable=False),
)

# Processes of the API that answer now, each with when it was last heard of.
processes = Table(
    "processes",
    METADATA,
    Column("process", String(32), primary_key=True),
    Column("home", Text, nullable=False),
    Column("seen_at", String(26), nullable=False),
)

# What is left of a key's limit where several processes share it: how many questions at a moment (seconds since 1970).
allowances = Table(
    "allowances",
    METADATA,
    Column("key", String(16), primary_key=True),
    Column("left", Float, nullable=False),
    Column("at", Float, nullable=False),
)

# For which entities a bank reported flows, with the newest flow's day: copied from the warehouse by every run, because
# the banks' door reads the register alone.
reported = Table(
    "reported",
    METADATA,
    Column("bank", String(12), primary_key=True),
    Column("entity_id", String(32), primary_key=True),
    Column("last_day", String(10), nullable=False),
    sqlite_with_rowid=False,
)

# Lists of grades that a bank took along. digest: of what was signed; list_digest: of its lines. `list_of` numbers the
# download whose rows of `told` say what it held: its own, or an earlier one of the same day that held the same.
downloads = Table(
    "downloads",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(26), nullable=False),
    Column("day", String(10), nullable=False),
    Column("bank", String(12), nullable=False),
    Column("by", String(128), nullable=False),
    Column("key", String(16)),
    Column("kind", String(8), nullable=False),
    Column("entities", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("list_digest", String(64), nullable=False),
    Column("list_of", Integer, nullable=False),
    Index("downloads_of_bank", "bank", "day"),
)

# What a download told about each entity: a record per entity.
told = Table(
    "told",
    METADATA,
    Column("download", Integer, primary_key=True, autoincrement=False),
    Column("entity_id", String(32), primary_key=True),
    Column("grade", String(8), nullable=False),
    sqlite_with_rowid=False,
)

# ---- Projections: written with their act, in its transaction; `verify` makes them again and compares.

accounts = Table(
    "accounts",
    METADATA,
    Column("name", String(128), primary_key=True),
    Column("roles", Text, nullable=False),
    Column("institution", String(12)),
    Column("is_active", Boolean, nullable=False),
    Column("act", Integer, nullable=False),
)

notices = Table(
    "notices",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("notice", String(16), nullable=False, unique=True),
    Column("entity_id", String(32), nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", String(26), nullable=False),
    Column("by", String(128), nullable=False),
    Column("why", Text, nullable=False),
    Column("policy", String(32)),
    Column("act", Integer, nullable=False),
    Column("rescinded_on", String(10)),
    Column("rescinded_at", String(26)),
    Column("rescinded_by", String(128)),
    Column("rescinded_why", Text),
    Column("rescinded_act", Integer),
    Index("notices_of_entity", "entity_id", "day"),
)

# Every decision ever made about a hit; the newest act speaks. rule, entity_id, raised_on and digest are those of the
# copy that the act kept, and do not move when the hit does.
decisions = Table(
    "decisions",
    METADATA,
    Column("hit_id", String(256), primary_key=True),
    Column("act", Integer, primary_key=True, autoincrement=False),
    Column("decision", String(16), nullable=False),
    Column("notice", String(16), index=True),
    Column("day", String(10), nullable=False),
    Column("at", String(26), nullable=False),
    Column("by", String(128), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("entity_id", String(32), nullable=False, index=True),
    Column("raised_on", String(10), nullable=False),
    Column("explains_until", String(10)),
    Column("digest", String(64)),
)

# One row a version of a breach. `day` is that of the bureau's decision, `recorded_on` that of the act.
breaches = Table(
    "breaches",
    METADATA,
    Column("breach_no", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("entity_id", String(32), nullable=False),
    Column("day", String(10), nullable=False),
    Column("provision", Text, nullable=False),
    Column("description", Text),
    Column("reference", Text),
    Column("recorded_on", String(10), nullable=False),
    Column("at", String(26), nullable=False),
    Column("by", String(128), nullable=False),
    Column("act", Integer, nullable=False),
    Column("replaced_on", String(10)),
    Column("replaced_at", String(26)),
    Column("rescinded_on", String(10)),
    Column("rescinded_at", String(26)),
    Column("rescinded_by", String(128)),
    Column("rescinded_why", Text),
    Column("rescinded_act", Integer),
    Index("breaches_of_entity", "entity_id", "day"),
)

parameters = Table(
    "parameters",
    METADATA,
    Column("act", Integer, primary_key=True, autoincrement=False),
    Column("name", String(128), nullable=False),
    Column("value", Text, nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("basis", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", String(26), nullable=False),
    Column("by", String(128), nullable=False),
    Index("parameters_in_force", "name", "valid_from"),
)

# An inquiry (跟踪调查): a question to an entity with a day by which it is to be answered.
inquiries = Table(
    "inquiries",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("inquiry", String(16), nullable=False, unique=True),
    Column("entity_id", String(32), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("due_on", String(10), nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", String(26), nullable=False),
    Column("by", String(128), nullable=False),
    Column("act", Integer, nullable=False),
    Column("answer", Text),
    Column("answered_on", String(10)),
    Column("answered_at", String(26)),
    Column("answered_by", String(128)),
    Column("answered_act", Integer),
    Column("finding", Text),
    Column("closed_on", String(10)),
    Column("closed_at", String(26)),
    Column("closed_by", String(128)),
    Column("closed_act", Integer),
)

# An objection (异议) to a notice; one each. last_day: the last on which it could be lodged in time; decide_by: the last
# on which it is to be decided.
objections = Table(
    "objections",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("objection", String(16), nullable=False, unique=True),
    Column("notice", String(16), nullable=False, unique=True),
    Column("entity_id", String(32), nullable=False, index=True),
    Column("why", Text, nullable=False),
    Column("last_day", String(10), nullable=False),
    Column("decide_by", String(10), nullable=False),
    Column("late_because", Text),
    Column("day", String(10), nullable=False),
    Column("at", String(26), nullable=False),
    Column("by", String(128), nullable=False),
    Column("act", Integer, nullable=False),
    Column("outcome", String(16)),
    Column("decided_on", String(10)),
    Column("decided_at", String(26)),
    Column("decided_by", String(128)),
    Column("decided_why", Text),
    Column("decided_act", Integer),
)

# What waits for another account's approval. `does` is the kind of act that it becomes, `on_what` its subject.
proposals = Table(
    "proposals",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("proposal", String(16), nullable=False, unique=True),
    Column("does", String(32), nullable=False),
    Column("on_what", String(512), nullable=False, index=True),
    Column("entity_id", String(32)),
    Column("policy", String(32)),
    Column("why", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", String(26), nullable=False),
    Column("by", String(128), nullable=False),
    Column("act", Integer, nullable=False),
    Column("outcome", String(16)),
    Column("decided_on", String(10)),
    Column("decided_at", String(26)),
    Column("decided_by", String(128)),
    Column("decided_why", Text),
    Column("decided_act", Integer),
)

# Whose work a hit is; the newest act speaks. due_on is empty where the register's general term holds.
assignments = Table(
    "assignments",
    METADATA,
    Column("hit_id", String(256), primary_key=True),
    Column("act", Integer, primary_key=True, autoincrement=False),
    Column("assigned_to", String(128), nullable=False),
    Column("due_on", String(10)),
    Column("day", String(10), nullable=False),
    Column("at", String(26), nullable=False),
    Column("by", String(128), nullable=False),
)

# Hits that an act names without deciding them: an inquiry, a proposal, an assignment, a note.
mentions = Table(
    "mentions",
    METADATA,
    Column("hit_id", String(256), primary_key=True),
    Column("act", Integer, primary_key=True, autoincrement=False),
)

# Policies that the bureau adopted; `content` is the policy as JSON, as its act keeps it.
adopted_policies = Table(
    "policies",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("act", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", String(26), nullable=False),
    Column("by", String(128), nullable=False),
    Column("ended_on", String(10)),
    Column("ended_at", String(26)),
    Column("ended_by", String(128)),
    Column("ended_why", Text),
    Column("ended_act", Integer),
)

# What runs in shadow: a version of a parameter, or a whole rule (parameter and value empty), from `valid_from` on. Ended by an
# act; promoted_act: the version of a parameter by which it came into force.
shadows = Table(
    "shadows",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("shadow", String(16), nullable=False, unique=True),
    Column("rule", String(64), nullable=False),
    Column("parameter", String(64)),
    Column("value", Text),
    Column("valid_from", String(10), nullable=False),
    Column("basis", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", String(26), nullable=False),
    Column("by", String(128), nullable=False),
    Column("act", Integer, nullable=False),
    Column("ended_from", String(10)),
    Column("ended_on", String(10)),
    Column("ended_at", String(26)),
    Column("ended_by", String(128)),
    Column("ended_why", Text),
    Column("ended_act", Integer),
    Column("promoted_act", Integer),
)

# Keys with which banks ask by HTTP. digest: SHA-256 of the secret, which is kept nowhere. expires_on: the last day on
# which it works; empty where it has none. per_second: how many questions it may ask.
keys = Table(
    "keys",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", String(16), nullable=False, unique=True),
    Column("bank", String(12), nullable=False),
    Column("name", String(64), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("per_second", Integer, nullable=False),
    Column("expires_on", String(10)),
    Column("digest", String(64), nullable=False, unique=True),
    Column("day", String(10), nullable=False),
    Column("at", String(26), nullable=False),
    Column("by", String(128), nullable=False),
    Column("act", Integer, nullable=False),
    Column("revoked_on", String(10)),
    Column("revoked_at", String(26)),
    Column("revoked_by", String(128)),
    Column("revoked_why", Text),
    Column("revoked_act", Integer),
)

# Public halves of the keys that sign answers, for ever. valid_to: until when one signed; empty while it does.
signing_keys = Table(
    "signing_keys",
    METADATA,
    Column("act", Integer, primary_key=True, autoincrement=False),
    Column("key_id", String(16), nullable=False, unique=True),
    Column("public", String(64), nullable=False),
    Column("valid_from", String(26), nullable=False),
    Column("valid_to", String(26)),
)

PROJECTIONS = (
    *(accounts, notices, decisions, breaches, parameters),
    *(inquiries, objections, proposals, assignments, mentions, adopted_policies, shadows),
    *(keys, signing_keys),
)


def keep_as_in_sqlite(table: Table, connection: Connection, **_: Any) -> None:
    """Let every text of a table be as long as it is and compare byte by byte, as in SQLite.

    Elsewhere a length would be enforced that one register has never minded, and order would follow the server's locale.
    It is said to the database alone: in a type of SQLAlchemy it would be said again with every value that is bound.
    """
    if connection.dialect.name == "postgresql":
        quote = connection.dialect.identifier_preparer.quote
        texts = [quote(column.name) for column in table.columns if isinstance(column.type, String)]
        changes = ", ".join(f'ALTER COLUMN {name} TYPE TEXT COLLATE "C"' for name in texts)
        connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} {changes}")


for _table in METADATA.tables.values():
    event.listen(_table, "after_create", keep_as_in_sqlite)
