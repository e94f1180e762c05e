"""Files that are on the disk when it is said that they are, and their digests."""

import hashlib
import os
import shutil
from pathlib import Path


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk when this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy_safely(source: Path, target: Path) -> None:
    """Copy a file, and have it on the disk when this returns."""
    shutil.copyfile(source, target)
    sync(target)


def put(path: Path, text: str) -> None:
    """Replace a small file in one step."""
    half = path.with_name(f"{path.name}.half")
    half.write_text(text, "utf-8")
    sync(half)
    half.rename(path)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
