"""Who may come in: keys are recognised in memory, with the same work for a wrong one as for a right one."""

from datetime import date
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from fxwatch.api.problems import Problem

if TYPE_CHECKING:
    from fxwatch.answering import Asker, Known

    Headers = list[tuple[bytes, bytes]]

_NOBODY = bytes(32)


def recognise(known: "Known", headers: "Headers", today: date) -> "Asker":
    """Who asks.

    Raises:
        Problem: the request bears no key that works today.
    """
    secret = b""
    for name, value in headers:
        if name == b"authorization":
            secret = value[7:] if value[:7].lower() == b"bearer " else b""
            break
    digest = sha256(secret).digest()
    asker = known.askers.get(digest)
    # A digest tells nothing of the secrets whose digests are near to it; compared it is in one time all the same.
    is_same = compare_digest(asker.digest if asker else _NOBODY, digest)
    if asker is None or not is_same or not asker.key.works_on(today):
        raise no_key()
    return asker


def no_key() -> Problem:
    """The one refusal for every key that does not work, so that it says nothing about why."""
    return Problem(
        "no-key",
        "This needs a valid key: send Authorization: Bearer and the key that the bureau gave to your bank.",
        "需要有效的密钥：请在 Authorization: Bearer 中提供监管部门发给贵行的密钥。",
        [(b"www-authenticate", b'Bearer realm="fxwatch"')],
    )


def require(asker: "Asker", scope: str) -> None:
    """Let in a scope alone.

    Raises:
        Problem: the key has another one.
    """
    if asker.key.scope != scope:
        raise Problem(
            "not-yours",
            f"This is for keys of scope {scope}; yours has scope {asker.key.scope}.",
            f"此接口限范围为 {scope} 的密钥；您的密钥范围为 {asker.key.scope}。",
        )
