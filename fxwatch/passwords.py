"""Passwords: what is kept of one, whether one fits, and what one must be. The only room that knows argon2."""

import secrets
from functools import cache

from fxwatch.errors import RequestError

SHORTEST, LONGEST = 12, 128
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def check(password: str) -> None:
    """Refuse what is no good password.

    Raises:
        RequestError: it is too short, too long, or of fewer than four different characters.
    """
    if not SHORTEST <= len(password) <= LONGEST or len(set(password)) < 4:
        raise RequestError(
            f"A password has {SHORTEST} to {LONGEST} characters, at least four of them different; this one does not fit. Take a few words.",
            f"密码须为 {SHORTEST} 至 {LONGEST} 个字符，且至少有四个不同字符。建议使用几个词组成的短句。",
        )


def keep(password: str) -> str:
    """What is kept of a password: it proves the password and does not tell it; errors as for `check`."""
    check(password)
    kept: str = _hasher().hash(password)
    return kept


def fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one that was kept. Where nothing was, it takes as long to say no."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(kept or _nobody(), password[: LONGEST + 1]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def invent() -> str:
    """A random password of four groups of letters, about 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


@cache
def _hasher():  # type: ignore[no-untyped-def]  # argon2 is imported when it is first needed
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    kept: str = _hasher().hash(secrets.token_hex(16))
    return kept
