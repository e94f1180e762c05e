"""`python -m fxwatch`."""

from fxwatch.cli import main

main()
