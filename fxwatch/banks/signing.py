"""Whose signature a bank sees: each home has a private key of its own, the register every public key there ever was.

The register alone says which keys sign; a file in the home is only the possession of one. So a home that was restored without
its private key makes a new one, and whatever was signed before stays provable.
"""

import logging
import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fxwatch.errors import Decided, HouseError, NotFound, RequestError
from fxwatch.signing import PublicKey, SigningKey
from fxwatch.terms import Role

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register import Writing

FOLDER = "signing"

log = logging.getLogger("fxwatch.signing")
# A worker of the banks' door may sign with the old key until it has heard of the new one.
OVERLAP = timedelta(seconds=60)


def signing_key(home: "Home") -> SigningKey:
    """The key with which this home signs; made, and put on record, when there is none.

    Raises:
        HouseError: its file cannot be read or written.
    """
    found = _in_force(home, home.register.signing_keys())
    if found is not None:
        return found
    with home.register.writing("a signing key") as writing:
        return _in_force(home, writing.signing_keys()) or _make(home, writing, home.actor(None))


def rotate_signing(home: "Home", *, by: str | None = None) -> SigningKey:
    """Sign with a new key from now on; the old one proves what it signed, for ever.

    Raises:
        Forbidden: the account is no administrator.
        HouseError: a file cannot be read or written.
    """
    actor = home.actor(by)
    with home.register.writing("a signing key") as writing:
        writing.require(actor, Role.ADMINISTRATOR)
        old = _in_force(home, writing.signing_keys())
        made = _make(home, writing, actor)
        if old is not None:
            _retire(home, writing, old.key_id, writing.moment + OVERLAP, by=actor, why="")
    if old is not None:
        _file(home, old.key_id).unlink(missing_ok=True)
    return made


def retire_signing(home: "Home", key_id: str, *, why: str, by: str | None = None) -> None:
    """Trust nothing that a key signs from this moment on: it was lost with its machine, or is in wrong hands.

    Raises:
        NotFound: no such key ever signed here.
        Decided: it is retired already.
        RequestError: no reason was given.
        Forbidden: the account is no administrator.
    """
    if not why.strip():
        raise RequestError("A key is retired for a reason; give it with --why.", "停用签名密钥须注明理由（--why）。")
    with home.register.writing("a signing key") as writing:
        found = {row["key_id"]: row for row in writing.signing_keys()}.get(key_id)
        if found is None:
            raise NotFound(
                f"There is no signing key {key_id}. List them with: fxwatch keys signing",
                f"没有签名密钥 {key_id}。可用 fxwatch keys signing 列出。",
            )
        # One that was just replaced is good for a little while yet: that while can be ended.
        if found["valid_to"] is not None and found["valid_to"] <= writing.moment.isoformat(timespec="microseconds"):
            raise Decided(
                f"The signing key {key_id} is retired since {found['valid_to']} UTC.",
                f"签名密钥 {key_id} 已于 {found['valid_to']} UTC 停用。",
            )
        _retire(home, writing, key_id, writing.moment, by=home.actor(by), why=why)


def public_keys(home: "Home") -> list[PublicKey]:
    """Every key that ever signed, oldest first, as it is published."""
    return [
        PublicKey(
            row["key_id"], row["public"], f"{row['valid_from']}Z", f"{row['valid_to']}Z" if row["valid_to"] else None
        )
        for row in home.register.signing_keys()
    ]


def keys_not_here(home: Path, rows: list[dict[str, str | None]]) -> list[str]:
    """The names of the keys that sign whose private half is not in this home: lost, or of another home on the register."""
    names = [str(row["key_id"]) for row in rows if row["valid_to"] is None]
    return [name for name in names if not (home / FOLDER / f"{name}.pem").exists()]


def _in_force(home: "Home", rows: list[dict[str, str | None]]) -> SigningKey | None:
    """The newest of the keys that sign whose private half is here."""
    for row in reversed(rows):
        file = _file(home, str(row["key_id"]))
        if row["valid_to"] is None and file.exists():
            return _read(file)
    return None


def _make(home: "Home", writing: "Writing", by: str) -> SigningKey:
    # The file first: a process killed between the two leaves a file that no register names, and nobody ever signs with.
    made = SigningKey.new()
    if missing := keys_not_here(home.path, writing.signing_keys()):
        names = ", ".join(missing)
        log.warning(
            "%s",
            f"本库没有签名密钥 {names} 的私钥，现以新密钥 {made.key_id} 签名。若其属于共用登记簿的另一库，则无碍；若已遗失，请停用：fxwatch keys retire-signing {missing[0]} --why 原因"
            if home.settings.language == "zh"
            else f"The private half of the signing key {names} is not here; this home signs with a new key, {made.key_id}. "
            f"If it belongs to another home on this register, all is well; if it was lost, retire it: fxwatch keys retire-signing {missing[0]} --why REASON",
        )
    _write(_file(home, made.key_id), made.pem())
    writing.add_signing_key(made.key_id, made.public, by=by, day=home.today())
    return made


def _retire(home: "Home", writing: "Writing", key_id: str, ends: datetime, *, by: str, why: str) -> None:
    signed: dict[str, Any] = {"by": by, "role": Role.ADMINISTRATOR, "day": home.today(), "why": why}
    content = {"key_id": key_id, "valid_to": ends.isoformat(timespec="microseconds")}
    writing.append("signing_key_retired", subject=f"signing_key:{key_id}", payload=content, **signed)


def _file(home: "Home", key_id: str) -> Path:
    return home.path / FOLDER / f"{key_id}.pem"


def _read(file: Path) -> SigningKey:
    try:
        return SigningKey.from_pem(file.read_bytes())
    except (OSError, ValueError) as fault:
        raise HouseError(
            f"The signing key {file} cannot be read: {fault}. Let its owner run this, or remove it: a new key is made then.",
            f"无法读取签名密钥 {file}:{fault}。请由其所有者运行，或将其删除，届时会生成新密钥。",
        ) from fault


def _write(file: Path, pem: bytes) -> None:
    try:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        handle, half = tempfile.mkstemp(dir=file.parent)  # for its owner alone from the first byte on
        with os.fdopen(handle, "wb") as opened:
            opened.write(pem)
            opened.flush()
            os.fsync(opened.fileno())
        Path(half).rename(file)
    except OSError as fault:
        raise HouseError(
            f"The signing key {file} cannot be written: {fault.strerror}. Nothing was signed. Look whether the disk is full or read-only.",
            f"无法写入签名密钥 {file}:{fault.strerror}。没有签署任何内容。请检查磁盘是否已满或只读。",
        ) from fault
