"""What leaves the house on paper: the entity's file, the notice letter, the report on the bureau's own work."""

from fxwatch.reporting.entity_file import produce_file
from fxwatch.reporting.letter import produce_letter
from fxwatch.reporting.paper import Paper, digest_of
from fxwatch.reporting.work import produce_work, work_table

__all__ = ["Paper", "digest_of", "produce_file", "produce_letter", "produce_work", "work_table"]
