"""Off-site supervision of trade in services.

The map of the house, from the cellar up:

- `terms`, `errors`, `settings`, `facts`, `flows`, `keys`, `periods`, `streaks`, `equivalents`, `identifiers`, `canonical`,
  `signing`: the words;
- `rule`: what a rule is; `indicators/`: the rule book itself, one rule a file;
- `rulebook`, `grading`, `policies`, `procedure`, `classifier`: judgement;
- `warehouse` (DuckDB) and `register` (SQLAlchemy): the two stores;
- `intake`, `batch`, `engines`, `reading`, `review`, `check`, `banks`, `recording`, `sample`, `home`, `casework`, `upkeep`:
  the work;
- `cli`: the door of the analyst; `api`: that of the banks, and `client` for those who knock.

>>> import fxwatch
>>> home = fxwatch.open("/path/of/a/home")  # doctest: +SKIP
>>> home.load("flows", "flows.csv")  # doctest: +SKIP
>>> home.run(); home.hits(); home.grades()  # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fxwatch.session import Session

__version__ = "0.1.0"


def open(path: Any) -> "Session":
    """Open a home; see `fxwatch.session.Session` for what can be asked of it.

    Raises:
        fxwatch.errors.HouseError: there is no home at `path`.
    """
    from fxwatch.session import Session

    return Session(path)
