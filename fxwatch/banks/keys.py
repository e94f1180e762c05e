"""Keys with which a bank's software asks: made by an administrator, shown once, kept as a digest alone."""

import hashlib
import re
import secrets
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from fxwatch.errors import Decided, NotFound, RequestError
from fxwatch.terms import KeyScope, Role

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register import BankKey

PREFIX = "fxw_"  # so that a secret that went astray is recognised by whoever looks for such things
SECRET_BYTES = 32
DEFAULT_PER_SECOND = 100
MOST_PER_SECOND = 1_000_000
_BANK = re.compile(r"[0-9A-Z]{12}")
_NAME = re.compile(r"[\w.@-]{1,64}")


class NewKey(NamedTuple):
    """A key with its secret, which is never seen again."""

    key: "BankKey"
    secret: str


def digest_of(secret: str) -> str:
    """What is kept of a secret. It is as random as the digest itself, so that no salt would make guessing harder."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def bank_asked(text: str) -> str:
    """The institution code of a bank, upper case.

    Raises:
        RequestError: it has not its form.
    """
    code = text.strip().upper()
    if not text.isascii() or not _BANK.fullmatch(code):
        raise RequestError(
            f"{text!r} is no institution code; a bank's has 12 letters or digits.",
            f"{text!r} 不是金融机构代码；应为 12 位字母或数字。",
        )
    return code


def add_key(
    home: "Home",
    bank: str,
    *,
    name: str,
    expires: date | None = None,
    per_second: int = DEFAULT_PER_SECOND,
    scope: str = KeyScope.BANK,
    by: str | None = None,
) -> NewKey:
    """Make a key for a bank, or for the bureau itself.

    Args:
        home: where.
        bank: the 12-character institution code of whom it is for.
        name: what it is called: letters, digits, dots, hyphens, underscores or @; one live key of a bank bears it.
        expires: the last day on which it works; without it, until it is revoked.
        per_second: how many questions it may ask in a second.
        scope: `bank` sees its own questions; `bureau` every receipt.
        by: an administrator; without it the operating-system user's account.

    Raises:
        RequestError: something has not its form, or the last day is past.
        Decided: a live key of that bank bears the name.
        Forbidden: the account is no administrator.
    """
    code, today = bank_asked(bank), home.today()
    _check(name, expires, per_second, scope, today)
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with home.register.writing("a key") as writing:
        if any((key.bank, key.name) == (code, name) for key in writing.live_keys()):
            raise Decided(
                f"{code} has a key named {name}. Give the new one another name, or revoke that one first.",
                f"{code} 已有名为 {name} 的密钥。请另取名称，或先吊销原密钥。",
            )
        number = writing.next_key()
        content = {
            "key": f"K{number}",
            "number": number,
            "bank": code,
            "name": name,
            "scope": str(scope),
            "per_second": per_second,
            "expires_on": expires.isoformat() if expires else None,
            "digest": digest_of(secret),
        }
        signed: dict[str, Any] = {"by": home.actor(by), "role": Role.ADMINISTRATOR, "day": today, "why": ""}
        writing.append("key_added", subject=f"key:K{number}", payload=content, **signed)
        made = writing.key(f"K{number}")
    assert made is not None
    return NewKey(made, secret)


def _check(name: str, expires: date | None, per_second: int, scope: str, today: date) -> None:
    if not _NAME.fullmatch(name):
        raise RequestError(
            f"A key's name has 1 to 64 letters, digits, dots, hyphens, underscores or @; found {name!r}.",
            f"密钥名须为 1 至 64 个字母、数字、点、连字符、下划线或 @，实为 {name!r}。",
        )
    if expires is not None and expires < today:
        raise RequestError(
            f"A key that ends on {expires} would never work: that day is past. Name today or a later day.",
            f"截止 {expires} 的密钥无法使用：该日已过。请指定今天或以后的日期。",
        )
    if not 1 <= per_second <= MOST_PER_SECOND:
        raise RequestError(
            f"A key may ask 1 to {MOST_PER_SECOND:,} questions a second; found {per_second}.",
            f"密钥每秒可查询 1 至 {MOST_PER_SECOND:,} 次，实为 {per_second}。",
        )
    if scope not in set(KeyScope):
        raise RequestError(
            f"A key's scope is {' or '.join(KeyScope)}; found {scope!r}.",
            f"密钥的范围为 {'、'.join(KeyScope)} 之一，实为 {scope!r}。",
        )


def revoke_key(home: "Home", key: str, *, why: str, by: str | None = None) -> None:
    """Revoke a key; it opens no door from this moment on.

    Raises:
        NotFound: there is no such key.
        Decided: it is revoked already.
        RequestError: no reason was given.
        Forbidden: the account is no administrator.
    """
    if not why.strip():
        raise RequestError("A key is revoked for a reason; give it with --why.", "吊销密钥须注明理由（--why）。")
    with home.register.writing("a key") as writing:
        found = writing.key(key)
        if found is None:
            raise NotFound(
                f"There is no key {key}. List them with: fxwatch keys list",
                f"没有密钥 {key}。可用 fxwatch keys list 列出。",
            )
        if found.revoked_at is not None:
            raise Decided(
                f"The key {key} was revoked at {found.revoked_at} UTC.",
                f"密钥 {key} 已于 {found.revoked_at} UTC 吊销。",
            )
        signed: dict[str, Any] = {"by": home.actor(by), "role": Role.ADMINISTRATOR, "day": home.today(), "why": why}
        writing.append("key_revoked", subject=f"key:{key}", payload={"key": key}, **signed)
