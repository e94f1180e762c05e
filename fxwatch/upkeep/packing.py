"""The form of a backup: a folder or a tar file with the home's files and a manifest that says what they are.

It is written beside its place and moved there whole, so that there is never half a backup; every file is measured by its
SHA-256 on the way in and on the way out.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from fxwatch.errors import FileRefused, HouseError, RequestError

MANIFEST = "manifest.json"
# Bump this when the files of a backup or the meaning of its manifest change; older ones must still be read.
FORMAT = 2  # since 2 with the parts of the warehouse, in the one folder that a backup may have
FOLDERS = ("parts",)
_PRESSED = (".tar.gz", ".tgz")
_ENDINGS = (*_PRESSED, ".tar")
_AT_ONCE = 1 << 20


class Pack(Protocol):
    """A backup that is being written."""

    def add(self, name: str, file: IO[bytes]) -> dict[str, Any]:
        """Take a file in; returns its `sha256` and its size in `bytes`."""
        ...


@contextmanager
def packing(place: Path) -> Iterator[Pack]:
    """Write a backup: it is in its place, whole, when the block has ended, and not at all when it failed.

    Raises:
        RequestError: there is something already, or the name says no form that is known.
        HouseError: the disk takes no more.
    """
    ending = _ending(place)
    if place.exists() and (ending or not place.is_dir() or any(place.iterdir())):
        raise RequestError(
            f"{place} exists already; a backup is never written over. Name another place.",
            f"{place} 已存在；备份不会覆盖已有内容，请另选位置。",
        )
    half = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
        if ending:
            target = half / place.name
            # A level that costs a third of the time of the strongest and a tenth more room.
            with (
                gzip.open(target, "wb", 4) if ending in _PRESSED else target.open("wb") as stream,
                tarfile.open(fileobj=stream, mode="w") as tar,
            ):
                yield _Tar(tar)
            sync(target)
            target.chmod(0o640)
            target.rename(place)
        else:
            yield _Folder(half)
            sync(half)
            half.chmod(0o750)
            half.rename(place)
        sync(place.parent)
    except OSError as fault:
        raise HouseError(
            f"The backup {place} cannot be written: {fault.strerror or fault}. Nothing is left of it. Make room, or name another place.",
            f"无法写入备份 {place}:{fault.strerror or fault}。没有留下任何内容。请腾出空间或另选位置。",
        ) from fault
    finally:
        if half is not None:
            shutil.rmtree(half, ignore_errors=True)


@contextmanager
def unpacked(source: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """Take a backup apart into a folder, with every file's digest compared; hands out the manifest.

    Raises:
        FileRefused: it is no backup, is damaged, or was written by a newer fxwatch.
    """
    measured = _from_folder(source, folder) if source.is_dir() else _from_tar(source, folder)
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
        files, form = dict(manifest["files"]), int(manifest["format"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise _no_backup(source, "it has no manifest that can be read", "没有可读的清单") from fault
    if form > FORMAT:
        raise FileRefused(
            f"The backup {source} is of form {form}; this fxwatch knows forms up to {FORMAT}. Use a newer fxwatch.",
            f"备份 {source} 的格式为 {form}，本程序只认识至 {FORMAT}。请使用更新的 fxwatch。",
        )
    for name, kept in files.items():
        if name not in measured:
            raise _no_backup(source, f"{name} is missing", f"缺少 {name}")
        if measured[name]["sha256"] != kept["sha256"]:
            raise _no_backup(
                source,
                f"{name} was changed: its digest is not that of the manifest",
                f"{name} 已被改动，摘要与清单不符",
            )
    yield manifest


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, name: str, file: IO[bytes]) -> dict[str, Any]:
        target = self._folder / name
        target.parent.mkdir(exist_ok=True)
        measured = write_measured(file, target)
        sync(target.parent)
        return measured


class _Tar:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, file: IO[bytes]) -> dict[str, Any]:
        member = tarfile.TarInfo(name)
        member.size = file.seek(0, io.SEEK_END)
        member.mode = 0o640
        file.seek(0)
        measuring = _Measuring(file)
        self._tar.addfile(member, measuring)
        return {"sha256": measuring.digest.hexdigest(), "bytes": member.size}


class _Measuring:
    """Reads a file and measures what goes by."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(size)
        self.digest.update(part)
        return part


def write_measured(file: IO[bytes], target: Path) -> dict[str, Any]:
    """Write a file and have it on the disk; returns its `sha256` and its size in `bytes`."""
    measuring, size = _Measuring(file), 0
    with target.open("xb") as written:
        while part := measuring.read(_AT_ONCE):
            size += written.write(part)
        written.flush()
        os.fsync(written.fileno())
    target.chmod(0o640)
    return {"sha256": measuring.digest.hexdigest(), "bytes": size}


def sync(path: Path) -> None:
    """Have a file or a folder on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _from_folder(source: Path, folder: Path) -> dict[str, dict[str, Any]]:
    measured = {}
    for path in sorted(p for place in (source, *(source / f for f in FOLDERS)) for p in place.glob("*") if p.is_file()):
        name = path.relative_to(source).as_posix()
        with path.open("rb") as file:
            measured[name] = write_measured(file, _place(folder, name))
    return measured


def _from_tar(source: Path, folder: Path) -> dict[str, dict[str, Any]]:
    measured = {}
    try:
        with tarfile.open(source) as tar:
            for member in tar:
                # A name that leads elsewhere is none that we wrote.
                if not member.isfile() or not _is_ours(member.name):
                    raise _no_backup(source, f"it holds {member.name!r}", f"其中有 {member.name!r}")
                file = tar.extractfile(member)
                if file is not None:
                    measured[member.name] = write_measured(file, _place(folder, member.name))
    except (tarfile.TarError, EOFError, FileNotFoundError, IsADirectoryError, PermissionError) as fault:
        raise _no_backup(source, f"it cannot be read ({fault})", f"无法读取（{fault}）") from fault
    except OSError as fault:
        if fault.errno is not None:
            raise
        raise _no_backup(source, f"it cannot be read ({fault})", f"无法读取（{fault}）") from fault
    return measured


def _is_ours(name: str) -> bool:
    """Whether a file lies in the backup itself or in a folder that a backup may have."""
    last = (
        name if "/" not in name else next((name.removeprefix(f"{f}/") for f in FOLDERS if name.startswith(f"{f}/")), "")
    )
    return bool(last) and "/" not in last and last != ".." and name not in FOLDERS


def _place(folder: Path, name: str) -> Path:
    place = folder / name
    place.parent.mkdir(mode=0o750, exist_ok=True)
    return place


def _ending(place: Path) -> str:
    for ending in _ENDINGS:
        if place.name.endswith(ending):
            return ending
    if place.suffix in (".zip", ".gz", ".bz2", ".xz", ".7z", ".rar"):
        raise RequestError(
            f"{place} names no form of a backup. End it with {', '.join(_ENDINGS)}, or name a folder.",
            f"{place} 不是受支持的备份形式。请以 {'、'.join(_ENDINGS)} 结尾，或指明文件夹。",
        )
    return ""


def _no_backup(source: Path, english: str, chinese: str) -> FileRefused:
    return FileRefused(
        f"{source} is no whole backup: {english}. Nothing was restored. Take another one.",
        f"{source} 不是完好的备份：{chinese}。没有恢复任何内容。请换用其他备份。",
    )
