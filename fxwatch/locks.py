"""One writer at a time: an `flock` whose holder leaves its name, so that whoever waits can be told for whom."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from fxwatch.errors import HomeLocked, HouseError

_STEP = 0.02


@contextmanager
def locked(path: Path, *, doing: str, seconds: float, step: float = _STEP) -> Iterator[None]:
    """Hold the lock file while the block runs; the kernel lets go of it when the process dies.

    Raises:
        HomeLocked: somebody else held it for longer than `seconds`; the sentence names who, and since when.
        HouseError: the lock file cannot be written, as on a disk that is full or read-only.
    """
    handle = _open(path)
    try:
        deadline = time.monotonic() + seconds
        while not _try(handle):
            if time.monotonic() > deadline:
                raise _locked(path, seconds)
            time.sleep(step)
        note = json.dumps({"pid": os.getpid(), "doing": doing, "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"})
        with suppress(OSError):  # on a full disk the lock holds all the same; only its note is missing
            os.ftruncate(handle, 0)
            os.pwrite(handle, note.encode(), 0)
        yield
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    except OSError as fault:
        raise HouseError(
            f"{path} cannot be written: {fault.strerror}. Nothing was done. Look whether the disk is full or read-only, and who may write there.",
            f"无法写入 {path}:{fault.strerror}。没有做任何改动。请检查磁盘是否已满或只读、目录权限是否足够。",
        ) from fault


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _locked(path: Path, seconds: float) -> HomeLocked:
    try:
        holder = json.loads(path.read_text("utf-8"))
        who = f"process {holder['pid']} ({holder['doing']}, since {holder['since']})"
        who_zh = f"进程 {holder['pid']}({holder['doing']}，自 {holder['since']})"
    except (ValueError, KeyError, OSError):
        who, who_zh = "another process", "另一进程"
    return HomeLocked(
        f"The home {path.parent} is locked by {who}; waited {seconds:g} s. Try again when it has finished.",
        f"{path.parent} 正由{who_zh}占用，已等待 {seconds:g} 秒。请待其结束后重试。",
    )
