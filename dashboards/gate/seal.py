"""The seal on what a browser keeps for us: signed with this home's secret, so that nobody can make one up."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer

from fxwatch.errors import HouseError

SECRET_FILE = "dashboard.secret"
_SECRET_BYTES = 32
SESSION = "fxwatch_session"
LANGUAGE = "fxwatch_language"


class Seal:
    """Seals values and opens what it sealed."""

    def __init__(self, secret: bytes) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="fxwatch.dashboards")

    def close(self, value: str) -> str:
        """A value with our signature."""
        sealed = self._serializer.dumps(value)
        return sealed if isinstance(sealed, str) else sealed.decode()

    def open(self, sealed: str | None) -> str | None:
        """The value, if the signature is ours; None for anything else."""
        if not sealed:
            return None
        try:
            value = self._serializer.loads(sealed)
        except BadData:
            return None
        return value if isinstance(value, str) else None


def secret_of(home: Path) -> bytes:
    """The secret of a home, made when it is first needed and readable by its owner alone. No backup holds it."""
    path = home / SECRET_FILE
    with suppress(FileNotFoundError):
        return _whole(path)
    half = home / f".{SECRET_FILE}-{os.getpid()}-{secrets.token_hex(4)}"
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(half, path)  # whoever is first; the others take that one
    half.unlink()
    return _whole(path)


def _whole(path: Path) -> bytes:
    secret = path.read_bytes()
    if len(secret) < _SECRET_BYTES:
        raise HouseError(
            f"{path} is damaged: it holds {len(secret)} bytes of {_SECRET_BYTES}. Remove it; another is made, and everybody signs in again.",
            f"{path} 已损坏：应有 {_SECRET_BYTES} 字节，实有 {len(secret)} 字节。请删除该文件；系统将重新生成，所有人须重新登录。",
        )
    return secret
