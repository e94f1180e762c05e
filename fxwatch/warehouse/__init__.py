"""The warehouse: what was reported and what was found, in DuckDB. No other room imports duckdb."""

from fxwatch.warehouse.queries import query
from fxwatch.warehouse.snapshots import Snapshot, current_snapshot, open_snapshot
from fxwatch.warehouse.store import Warehouse, create, upgrade, writing

__all__ = ["Snapshot", "Warehouse", "create", "current_snapshot", "open_snapshot", "query", "upgrade", "writing"]
