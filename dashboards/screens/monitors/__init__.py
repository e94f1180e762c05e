"""The screen "monitors"."""

from dashboards.visit import Visit


def show(visit: Visit) -> None:
    """Show the screen."""
