"""Records of answers on their way: appended to a journal before an answer leaves, folded into the register soon after."""

from fxwatch.recording.apart import Apart
from fxwatch.recording.folding import Folded, fold
from fxwatch.recording.journal import FOLDER, Journal, home_name

__all__ = ["FOLDER", "Apart", "Folded", "Journal", "fold", "home_name"]
