"""Restoration of a backup into an empty home, after every digest and the whole chain were verified."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from fxwatch.errors import FileRefused, RequestError
from fxwatch.home import REGISTER_FILE, Home, is_home, name_register, os_user
from fxwatch.register import Register
from fxwatch.settings import FILE as SETTINGS_FILE
from fxwatch.settings import read_settings
from fxwatch.terms import Role
from fxwatch.upkeep.packing import MANIFEST, unpacked
from fxwatch.warehouse import upgrade
from fxwatch.warehouse.store import FILE as WAREHOUSE_FILE

_FILES = (WAREHOUSE_FILE, REGISTER_FILE, SETTINGS_FILE)
IN_THE_HOME = "file"
# More receipts than a bureau's banks get between two backups: those of the home that was lost are not given out again.
RECEIPTS_LOST = 100_000_000
_SHANGHAI = timedelta(hours=8)  # all year round


@dataclass(frozen=True)
class Restored:
    """A home that was restored. `acts` are those of the backup; what was done after it is not in it."""

    path: Path
    manifest: dict[str, Any]
    acts: int
    head: str


def restore(source: Path, path: Path, *, by: str | None = None, register_url: str | None = None) -> Restored:
    """Make a home out of a backup: built beside its place and moved there whole, so that there is never half a home.

    Args:
        source: a file or folder that `back_up` wrote.
        path: a folder that does not exist yet or is empty.
        by: an administrator by the restored register; without it the operating-system user's account.
        register_url: an empty database of PostgreSQL for the register, or `file` for a file in the home; without it where
            the backed-up settings and the environment say.

    Raises:
        RequestError: the folder is not empty.
        FileRefused: the backup is damaged, none of ours, or its chain does not hold.
        Forbidden: the account is no administrator.
        HouseError: the register's place holds one already, or the disk takes no more.
    """
    if is_home(path) or (path.exists() and (not path.is_dir() or any(path.iterdir()))):
        raise RequestError(
            f"{path} is not an empty folder; a backup is never restored over anything. Name another with --home.",
            f"{path} 不是空文件夹；备份不会覆盖已有内容，请用 --home 另选位置。",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        half.chmod(0o750)
        with unpacked(source, half) as manifest:
            for file in half.iterdir():
                if file.is_file() and file.name not in _FILES:
                    file.unlink()
        if missing := [name for name in _FILES if not (half / name).exists()]:
            raise FileRefused(
                f"The backup {source} has no {missing[0]} beside its {MANIFEST}. Nothing was restored.",
                f"备份 {source} 的 {MANIFEST} 旁缺少 {missing[0]}。没有恢复任何内容。",
            )
        actor = by or os_user()
        _prove(half / REGISTER_FILE, manifest, actor)
        for folder in ("tmp", "published"):
            (half / folder).mkdir()
        upgrade(half, read_settings(half))
        where = _settle(half, register_url, manifest, actor)
        try:
            half.rename(path)
        except BaseException:
            _take_back(where)
            raise
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return Restored(path, manifest, int(manifest["acts"]), str(manifest["head"]))


def _prove(file: Path, manifest: dict[str, Any], actor: str) -> None:
    """The chain holds from its first act to the one that the manifest names; an older register is brought up first."""
    Register.upgrade(file, by=actor, why="restore")
    register = Register.open(file)
    try:
        proof = register.verify(str(manifest["head"]))
        register.require(actor, Role.ADMINISTRATOR)
    finally:
        register.close()
    if not proof.ok:
        raise FileRefused(
            f"The register of the backup does not hold: {proof.english} Nothing was restored.",
            f"备份中的登记簿不成立：{proof.chinese}没有恢复任何内容。",
        )


def _settle(half: Path, register_url: str | None, manifest: dict[str, Any], actor: str) -> Path | str:
    """Put the register where it is to be, and the restoration on record there; returns where it is."""
    if register_url is not None:
        name_register(half, "" if register_url == IN_THE_HOME else register_url)
    settled = Home(half)
    in_file = half / REGISTER_FILE
    where = settled.register_place if register_url is None else in_file if register_url == IN_THE_HOME else register_url
    if isinstance(where, str):
        Register.fill(in_file, where)
        for file in half.glob(f"{REGISTER_FILE}*"):
            file.unlink()
    try:
        _record(where, settled, manifest, actor)
    except BaseException:
        _take_back(where)
        raise
    return where


def _record(where: Path | str, settled: Home, manifest: dict[str, Any], actor: str) -> None:
    register = Register.open(where)
    try:
        pinned = settled.settings.today if register.simulation else None
        with register.writing("restore") as writing:
            writing.append(
                "home_restored",
                by=actor,
                role=Role.ADMINISTRATOR,
                subject="home",
                day=pinned or (writing.moment + _SHANGHAI).date(),
                why="",
                payload={name: manifest[name] for name in ("made_at", "made_by", "acts", "head")},
            )
            writing.skip_receipts(RECEIPTS_LOST)
    finally:
        register.close()


def _take_back(where: Path | str) -> None:
    """A database does not go with the folder."""
    if isinstance(where, str):
        register = Register.open(where)
        register.discard()
        register.close()
