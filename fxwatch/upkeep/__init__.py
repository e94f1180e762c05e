"""Keeping a home: backup and restoration, what is damaged and how to mend it, older homes brought up."""

from fxwatch.upkeep.backup import Backup, back_up
from fxwatch.upkeep.doctor import examine
from fxwatch.upkeep.findings import Diagnosis, Finding, Severity
from fxwatch.upkeep.repair import repair
from fxwatch.upkeep.restoring import Restored, restore
from fxwatch.upkeep.upgrading import Upgraded, upgrade

__all__ = [
    "Backup",
    "Diagnosis",
    "Finding",
    "Restored",
    "Severity",
    "Upgraded",
    "back_up",
    "examine",
    "repair",
    "restore",
    "upgrade",
]
