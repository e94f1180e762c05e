"""A file before it is read: what it is, its digest, its encoding; and its text as blocks of UTF-8."""

import codecs
import gzip
import hashlib
import io
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fxwatch.errors import FileRefused
from fxwatch.intake.columns import refuse
from fxwatch.intake.wording import escaped

BLOCK = 1 << 20
_GZIP, _PARQUET, _ZIP, _OLE = b"\x1f\x8b", b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FALLBACK = "gb18030"
# What a file may be said to be in; other codecs of Python are no encodings of text files.
_ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "gb18030", "gbk",
    "gb2312", "big5", "cp936", "cp1252", "latin-1", "ascii",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A file that can be read.

    Attributes:
        path: where it lies.
        form: `csv`, `csv.gz`, `parquet` or `xlsx`, by what it holds rather than by its name.
        sha256: digest of the whole file, as it lies there.
        encoding: of its text; None for Parquet and XLSX.
        size: bytes.
        stamp: size and time of the last change, to notice one.
    """

    path: Path
    form: str
    sha256: str
    encoding: str | None
    size: int
    stamp: tuple[int, int]


class Tally:
    """How many bytes of the file itself were read."""

    done = 0


def examine(path: Path, encoding: str | None = None) -> Source:
    """Read a file once, for its digest and the encoding of the whole of it.

    Args:
        path: the file.
        encoding: of a CSV file; found when not given (BOM; else UTF-8 if all of it decodes; else GB18030).

    Raises:
        FileRefused: it cannot be read, is no file of a known form, or does not decode.
    """
    with _os_errors(path):
        mode = path.stat().st_mode
    # Opening a pipe would wait for whoever writes into it.
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise refuse(
            path, "it is no file. Name a CSV, Parquet or XLSX file.", "不是文件。请指定 CSV、Parquet 或 XLSX 文件。"
        )
    with _os_errors(path), path.open("rb") as file:
        status = os.fstat(file.fileno())
        stamp = (status.st_size, status.st_mtime_ns)
        form = _form(path, file.read(8))
        file.seek(0)
        if form in ("parquet", "xlsx"):
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Source(path, form, digest, None, status.st_size, stamp)
    if encoding is not None:
        return Source(
            path, form, _decoded(path, form, _codec(path, encoding)), _codec(path, encoding), status.st_size, stamp
        )
    with _os_errors(path), _opened(path, form) as text:
        start = text.read(4)
    by_bom = next((name for bom, name in _BOMS if start.startswith(bom)), None)
    if by_bom:
        return Source(path, form, _decoded(path, form, by_bom), by_bom, status.st_size, stamp)
    try:
        return Source(path, form, _decoded(path, form, "utf-8"), "utf-8", status.st_size, stamp)
    except _Undecodable:
        return Source(path, form, _decoded(path, form, _FALLBACK), _FALLBACK, status.st_size, stamp)


def utf8_blocks(source: Source, tally: Tally) -> Iterator[bytes]:
    """The text of a CSV file as blocks of UTF-8, without a BOM; `tally` follows the bytes of the file.

    Raises:
        FileRefused: the file changed since it was examined.
    """
    assert source.encoding is not None
    plain = source.encoding == "utf-8"
    decoder = codecs.getincrementaldecoder(source.encoding)()
    with _os_errors(source.path), source.path.open("rb") as raw:
        text: BinaryIO = gzip.GzipFile(fileobj=raw) if source.form == "csv.gz" else raw  # type: ignore[assignment]
        try:
            while block := text.read(BLOCK):
                tally.done = raw.tell()
                yield block if plain else decoder.decode(block).encode()
            yield b"" if plain else decoder.decode(b"", final=True).encode()
        except (UnicodeError, EOFError, zlib.error, gzip.BadGzipFile) as fault:
            raise _changed(source) from fault
        status = os.fstat(raw.fileno())
    if (status.st_size, status.st_mtime_ns) != source.stamp:
        raise _changed(source)


class _Undecodable(FileRefused):
    """The bytes are not of the encoding."""


def _form(path: Path, start: bytes) -> str:
    if start.startswith(_GZIP):
        return "csv.gz"
    if start.startswith(_PARQUET):
        return "parquet"
    if start.startswith(_ZIP):
        return "xlsx"
    if start.startswith(_OLE):
        raise refuse(
            path,
            "it is a workbook of the old form. Save it as .xlsx and load that.",
            "是旧版 Excel 文件。请另存为 .xlsx 后再导入。",
        )
    if path.suffix.lower() in (".gz", ".parquet", ".xlsx"):
        named = path.suffix.lower()
        raise refuse(
            path,
            f"it is no {named} file: its first bytes are not of that form. Ask for the file again.",
            f"不是有效的 {named} 文件：文件头不符。请重新取得该文件。",
        )
    return "csv"


def _codec(path: Path, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        name = ""
    if name not in {codecs.lookup(known).name for known in _ENCODINGS}:
        raise refuse(
            path,
            f"there is no encoding {encoding} of text files. Use one of {', '.join(_ENCODINGS)}.",
            f"没有文本文件编码 {encoding}。可用：{'、'.join(_ENCODINGS)}。",
        )
    return name


def _decoded(path: Path, form: str, encoding: str) -> str:
    """The digest of a file that decodes to its end."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with _os_errors(path), path.open("rb") as raw:
        hashed = _Hashed(raw)
        text = gzip.GzipFile(fileobj=hashed) if form == "csv.gz" else hashed
        try:
            while block := text.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeError as fault:
            why = fault.reason if isinstance(fault, UnicodeDecodeError) else fault
            raise _Undecodable(
                escaped(f"{path}: its text is not {encoding} ({why}). Say which encoding it has, or save it as UTF-8."),
                escaped(f"{path}：文本不是 {encoding} 编码。请指明编码，或另存为 UTF-8。"),
            ) from fault
        except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
            raise refuse(
                path,
                f"the compressed file is cut off or damaged ({fault}). Ask for it again.",
                "压缩文件不完整或已损坏。请重新取得该文件。",
            ) from fault
        while hashed.read(BLOCK):
            pass
    return hashed.digest.hexdigest()


class _Hashed(io.RawIOBase):
    """A file whose bytes are digested as they are read."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._raw.read(size)
        self.digest.update(block)
        return block


@contextmanager
def _opened(path: Path, form: str) -> Iterator[BinaryIO]:
    with path.open("rb") as raw:
        try:
            yield gzip.GzipFile(fileobj=raw) if form == "csv.gz" else raw  # type: ignore[misc]
        except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
            raise refuse(
                path,
                f"the compressed file is cut off or damaged ({fault}). Ask for it again.",
                "压缩文件不完整或已损坏。请重新取得该文件。",
            ) from fault


@contextmanager
def _os_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except IsADirectoryError as fault:
        raise refuse(path, "it is a folder. Name the files in it.", "是文件夹。请指定其中的文件。") from fault
    except FileNotFoundError as fault:
        raise refuse(path, "there is no such file.", "没有该文件。") from fault
    except PermissionError as fault:
        raise refuse(path, "there is no permission to read it.", "没有读取该文件的权限。") from fault
    except OSError as fault:
        raise refuse(
            path, f"it cannot be read: {fault.strerror or fault}.", f"无法读取：{fault.strerror or fault}。"
        ) from fault


def _changed(source: Source) -> FileRefused:
    return refuse(
        source.path,
        "it changed while it was being read. Load it again when it is complete.",
        "读取过程中文件发生变化。请待其完整后重新导入。",
    )
