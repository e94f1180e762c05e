"""Files come in: checked row by row, kept with their history, and what is not taken waits in quarantine with a reason.

One module a kind (`flows`, `entities`, `settlements`, …; `KINDS`); `csv_rows`, `parquet_rows`, `sheet_rows` read,
`judging` is the state machine of declarations, `loads` is one load from file to publication.
"""

from fxwatch.intake.loads import KINDS, load, retry
from fxwatch.intake.quarantine import export_quarantined, quarantined
from fxwatch.intake.report import LoadReport

__all__ = ["KINDS", "LoadReport", "export_quarantined", "load", "quarantined", "retry"]
