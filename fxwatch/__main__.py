"""`python -m fxwatch`."""

from fxwatch.cli import command

command()
