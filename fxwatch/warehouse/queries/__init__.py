"""Named queries: one `.sql` file each, with bound parameters."""

from functools import cache
from importlib.resources import files


@cache
def query(name: str) -> str:
    """The text of `queries/NAME.sql`."""
    return files(__package__).joinpath(f"{name}.sql").read_text("utf-8")
