"""`python -m fxwatch.recording HOME`: the process that folds for one that answers; see `apart`."""

import logging
import sys
from pathlib import Path

from fxwatch.home import Home
from fxwatch.recording.apart import fold_when_asked

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
fold_when_asked(Home(Path(sys.argv[1])), sys.stdin.buffer, sys.stdout.buffer)
