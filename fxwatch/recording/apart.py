"""Folding in a process of its own: whoever answers banks shares neither its interpreter nor its place in the queue with it.

Folded in a thread of the process that answers, a second's records kept its answers waiting for tens of milliseconds. The
other process is asked with a line and replies with one; it ends when the one that started it does, however that ended.
"""

import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING, Any

from fxwatch.errors import FxwatchError, HouseError
from fxwatch.recording.folding import Folded, fold

if TYPE_CHECKING:
    from fxwatch.home import Home

log = logging.getLogger("fxwatch.records")

_ASKED = b"fold\n"
# Behind whoever answers; not the last of all, because others who write wait for what it holds.
_NICER = 5


class Apart:
    """A process that folds the journals of one home; started when it is first needed, and again when it ended."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self.memory = 0  # the most that it ever held, in bytes, as of its last reply

    def fold(self) -> Folded:
        """See `fold`; where no process can be started, it is done in this one.

        Raises:
            HouseError: the register cannot be written to, or the process ended; every record stays where it is.
        """
        with self._turn:
            try:
                process = self._running()
            except OSError:
                return fold(self._home)
            told = self._asked(process)
        if "english" in told:
            raise HouseError(told["english"], told["chinese"])
        self.memory = told["memory"]
        return Folded(told["records"], told["journals"])

    def end(self) -> None:
        """Let the process go, when it is done with what it does."""
        with self._turn:
            self._end()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            words = [sys.executable, "-m", "fxwatch.recording", str(self._home.path.absolute())]
            self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._process

    def _asked(self, process: "subprocess.Popen[bytes]") -> dict[str, Any]:
        asks, replies = process.stdin, process.stdout
        assert asks is not None
        assert replies is not None
        try:
            asks.write(_ASKED)
            asks.flush()
            told: dict[str, Any] = json.loads(replies.readline())
        except (OSError, ValueError):
            # Killed, or it failed and said so in the log.
            code = self._end()
            raise HouseError(
                f"The process that brings records into the register ended ({code}); it is started again.",
                f"将查询记录并入登记簿的进程已结束（{code}），将重新启动。",
            ) from None
        return told

    def _end(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except OSError:
                continue  # nobody reads what was still to be written
        return process.wait()


def fold_when_asked(home: "Home", asked: IO[bytes], told: IO[bytes]) -> None:
    """What the other process does: fold at each line that comes, until nobody is left who could ask."""
    os.nice(_NICER)
    # Ctrl+C is meant for who answers: that one ends this one, when its last records are folded.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for _ in asked:
        try:
            done = fold(home)
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            reply: dict[str, Any] = {**done._asdict(), "memory": most}
        except FxwatchError as fault:
            reply = {"english": fault.english, "chinese": fault.chinese}
        except Exception as fault:
            # Said by whoever asked, once, and not by an end of this process each second.
            log.exception("Nothing was folded")
            reply = {
                "english": f"Records cannot be brought into the register: {type(fault).__name__}: {fault}.",
                "chinese": f"查询记录无法并入登记簿：{type(fault).__name__}：{fault}。",
            }
        try:
            told.write(json.dumps(reply).encode() + b"\n")
            told.flush()
        except BrokenPipeError:
            return  # whoever asked is gone
