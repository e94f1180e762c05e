"""Backup of a home that is in use: the published snapshot, the register and the settings, all as of one moment."""

import errno
import hashlib
import io
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from fxwatch import __version__
from fxwatch.errors import HouseError, RequestError
from fxwatch.home import REGISTER_FILE
from fxwatch.locks import locked
from fxwatch.recording import fold
from fxwatch.settings import FILE as SETTINGS_FILE
from fxwatch.settings import strip_password
from fxwatch.terms import Role
from fxwatch.upkeep.packing import FORMAT, MANIFEST, packing
from fxwatch.warehouse import current_snapshot
from fxwatch.warehouse.parts import FOLDER as PARTS
from fxwatch.warehouse.parts import folder_of
from fxwatch.warehouse.snapshots import kept_digest, parts_of
from fxwatch.warehouse.store import FILE as WAREHOUSE_FILE
from fxwatch.warehouse.store import LOCK
from fxwatch.warehouse.versions import SCHEMA_VERSION

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register.copying import Copied

_TRIES = 5


@dataclass(frozen=True)
class Backup:
    """A backup that was made. `manifest` is what it says of itself, `digest` the SHA-256 of that text."""

    place: Path
    manifest: dict[str, Any]
    digest: str


def back_up(home: "Home", place: Path, *, by: str | None = None, why: str = "") -> Backup:
    """Copy a home while it is in use, and put that on record.

    Neither store is simply copied first. A register copied after the snapshot may name hits of a run in between; one
    copied before it may lack the entities and breaches that a load in between brought, although the snapshot says they
    were loaded. So the register is copied while one snapshot stays current: every hit that an act names was published
    by then, and whatever that snapshot counts as loaded reached the register before it.

    Private signing keys are left out: a backup travels further than a home, and whoever held one could sign answers. A home
    that is restored makes a key of its own; the register has every public one, so whatever was signed stays provable.

    Args:
        home: what to copy.
        place: a file that ends in .tar, .tar.gz or .tgz, or a folder; it must not exist yet.
        by: an administrator; without it the operating-system user's account.
        why: the reason, for the record.

    Raises:
        Forbidden: the account is no administrator.
        RequestError: there is something at `place` already, or it lies in the home.
        HouseError: the disk takes no more, or the snapshot is damaged.
    """
    actor = home.actor(by)
    home.register.require(actor, Role.ADMINISTRATOR)
    if home.path.resolve() in place.resolve().parents:
        raise RequestError(
            f"{place} lies in the home itself: what takes the home takes the backup too. Name a place outside of {home.path}.",
            f"{place} 在本库之内：库若丢失，备份也随之丢失。请另选 {home.path} 之外的位置。",
        )
    began = datetime.now(UTC).replace(tzinfo=None)
    fold(home)  # what banks were told until now is to be in the copy
    with packing(place) as pack, _one_moment(home) as (snapshot, pinned, register, copied):
        files = {name: pack.add(name, file) for name, file in pinned.items()}
        if files[WAREHOUSE_FILE]["sha256"] != (kept_digest(snapshot) or files[WAREHOUSE_FILE]["sha256"]):
            raise HouseError(
                f"The snapshot {snapshot} is not what was published; nothing was backed up. See: fxwatch --home {home.path} doctor --deep",
                f"快照 {snapshot} 与发布时不符，未作备份。请查看：fxwatch --home {home.path} doctor --deep",
            )
        with register.open("rb") as file:
            files[REGISTER_FILE] = pack.add(REGISTER_FILE, file)
        files[SETTINGS_FILE] = pack.add(SETTINGS_FILE, io.BytesIO(_settings(home)))
        manifest = {
            "format": FORMAT,
            "fxwatch": __version__,
            "made_at": began.isoformat(timespec="seconds") + "Z",
            "made_by": actor,
            "home": str(home.path),
            "simulation": home.simulation,
            "snapshot": snapshot.name,
            "warehouse_version": SCHEMA_VERSION,
            "register_version": copied.version,
            "acts": copied.acts,
            "head": copied.head,
            "files": files,
        }
        text = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
        pack.add(MANIFEST, io.BytesIO(text))
    digest = hashlib.sha256(text).hexdigest()
    home.register.append(
        "backup_made",
        by=actor,
        role=Role.ADMINISTRATOR,
        subject="home",
        day=home.today(),
        why=why,
        payload={
            "place": str(place),
            "manifest": digest,
            "snapshot": snapshot.name,
            "acts": copied.acts,
            "head": copied.head,
        },
    )
    return Backup(place, manifest, digest)


@contextmanager
def _one_moment(home: "Home") -> "Iterator[tuple[Path, dict[str, IO[bytes]], Path, Copied]]":
    """The snapshot, its open files by their names in the home, the register's copy and what that holds: as of one moment."""
    with tempfile.TemporaryDirectory(prefix="fxwatch-backup-", dir=_roomy(home)) as folder:
        file = Path(folder) / REGISTER_FILE
        for _ in range(_TRIES):
            snapshot = current_snapshot(home.path)
            with ExitStack() as held:
                try:
                    # Held open, they stay readable although newer snapshots may have them removed meanwhile.
                    pinned = _hold(snapshot, held)
                except FileNotFoundError:
                    continue
                copied = home.register.copy_to(file)
                if current_snapshot(home.path) == snapshot:
                    yield snapshot, pinned, file, copied
                    return
            file.unlink()
        # Somebody publishes all the time: keep them waiting for as long as the register's copy takes.
        with ExitStack() as held:
            with locked(home.path / LOCK, doing="backup", seconds=home.settings.lock_seconds):
                snapshot = current_snapshot(home.path)
                try:
                    pinned = _hold(snapshot, held)
                except FileNotFoundError as fault:
                    raise HouseError(
                        f"The snapshot {snapshot} is not whole: {fault.filename} is missing; nothing was backed up. See: fxwatch doctor",
                        f"快照 {snapshot} 不完整：缺少 {fault.filename}，未作备份。请查看：fxwatch doctor",
                    ) from fault
                copied = home.register.copy_to(file)
            yield snapshot, pinned, file, copied


def _hold(snapshot: Path, held: ExitStack) -> dict[str, IO[bytes]]:
    """Open a snapshot and the parts that it shares, by their names in the home; closed with `held`.

    Raises:
        FileNotFoundError: it was removed meanwhile.
    """
    files: dict[str, IO[bytes]] = {WAREHOUSE_FILE: held.enter_context(snapshot.open("rb"))}
    shared = parts_of(snapshot)
    if shared is None:
        raise FileNotFoundError(errno.ENOENT, "removed meanwhile", str(snapshot))
    for name in sorted(shared):
        files[f"{PARTS}/{name}"] = held.enter_context((folder_of(snapshot) / name).open("rb"))
    return files


def _roomy(home: "Home") -> Path | None:
    """Where the register's copy waits until it is packed: in the home, which may be the only disk with room."""
    folder = home.path / "tmp"
    return folder if folder.is_dir() else None


def _settings(home: "Home") -> bytes:
    """The settings file as it may be copied: a password that somebody wrote into it is left out."""
    path = home.path / SETTINGS_FILE
    if not path.exists():
        return b""
    import tomlkit

    document = tomlkit.parse(path.read_text("utf-8"))
    if "register_url" in document:
        document["register_url"] = strip_password(str(document["register_url"]))
    return tomlkit.dumps(document).encode()
