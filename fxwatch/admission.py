"""Who is let in: signing in and out, and the session between. Every door that people sign in at asks here."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fxwatch import passwords
from fxwatch.errors import Forbidden, FxwatchError, NotFound

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register import Account

# How many wrong passwords in a row are free, and the longest wait after more, in seconds.
_PATIENCE = {"at": (2, 60), "account": (20, 60), "address": (9, 900)}
_TOUCHED_EVERY = timedelta(seconds=60)  # a session's last use is written down no more often than this


class TooSoon(Forbidden):
    """Wrong passwords came before: the next try has to wait."""

    http_status = 429


class WrongPassword(Forbidden):
    """The name and the password do not belong together. It is not said which of them is wrong."""

    http_status = 401

    def __init__(self) -> None:
        super().__init__("This name and password do not belong together.", "账户名与密码不符。")


@dataclass(frozen=True)
class Visitor:
    """Who has a session: the account as the register has it now, and the moment of its sign-in before this one."""

    account: "Account"
    before: datetime | None


def sign_in(home: "Home", name: str, password: str, *, address: str) -> str:
    """Let an account in by its password.

    Args:
        home: where.
        name: of the account.
        password: as it was typed.
        address: from where it was typed.

    Returns:
        The token of a new session, which only the browser keeps.

    Raises:
        WrongPassword: they do not belong together, the account is closed, or it has no password.
        TooSoon: after wrong ones, this try came too soon; it was not looked at.
    """
    entrance, named = home.register.entrance, f"account {name[:64]}"
    whose = [f"at {address} {named}", f"address {address}"]
    familiar = f"from {address} {named}"
    # Who signed in from here before does not wait for what others try elsewhere.
    if not entrance.is_familiar(familiar):
        whose.append(named)
    waits = entrance.begin_try(whose, wait_after)
    if waits > timedelta(0):
        raise _too_soon(waits)
    if not passwords.fits(password, entrance.password(name)) or not _is_open(home, name):
        raise WrongPassword
    entrance.forgive(*whose, familiar=familiar)
    return begin(home, name)


def begin(home: "Home", name: str) -> str:
    """Begin a session of an account that has proved who it is; gives back its token.

    Raises:
        Forbidden: the account does not exist or is closed.
    """
    if not _is_open(home, name):
        raise Forbidden(
            f"There is no open account {name} in this home. Ask an administrator for one.",
            f"本库没有启用的账户 {name}，请联系管理员开立。",
        )
    token = secrets.token_urlsafe(32)
    home.register.entrance.open_session(digest_of(token), name, timedelta(hours=home.settings.session_hours))
    return token


def visitor(home: "Home", token: str, *, is_used: bool = True) -> Visitor | None:
    """Who has a session; None where it has ended, was ended, or never was.

    Args:
        home: where.
        token: of the session.
        is_used: whether somebody did something; looking whether anything is new is no use of it.
    """
    entrance, digest = home.register.entrance, digest_of(token)
    sitting, now = entrance.session(digest), _now()
    idle = timedelta(minutes=home.settings.session_idle_minutes)
    if sitting is None or now >= sitting.ends_at or now >= sitting.seen_at + idle:
        return None
    account = home.register.account(sitting.account)
    if not account.is_active:
        return None
    if is_used and now >= sitting.seen_at + min(_TOUCHED_EVERY, idle / 4):
        entrance.touch(digest)
    return Visitor(account, sitting.before)


def sign_out(home: "Home", token: str) -> None:
    """End a session."""
    home.register.entrance.end_session(digest_of(token))


def change_password(home: "Home", name: str, old: str, new: str) -> None:
    """An account changes its own password; its sessions end.

    Raises:
        WrongPassword: the old one is not its password.
        TooSoon: after wrong ones, this try came too soon; who finds a screen open is not to guess at it.
        RequestError: the new one is too short or too long.
    """
    entrance, whose = home.register.entrance, [f"at a screen account {name[:64]}"]
    waits = entrance.begin_try(whose, wait_after)
    if waits > timedelta(0):
        raise _too_soon(waits)
    if not passwords.fits(old, entrance.password(name)):
        raise WrongPassword
    entrance.forgive(*whose)
    role = min(home.register.account(name).roles)
    entrance.set_password(name, passwords.keep(new), by=name, role=role, day=home.today())


def digest_of(token: str) -> str:
    """What the register knows a token by: who reads the register cannot make the token of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def wait_after(whose: str, wrong: int) -> timedelta:
    """How long to wait after so many wrong passwords in a row.

    One account from one address waits soonest, and for a minute at most. An account from anywhere waits only after many, so that
    a crowd of addresses gets no further; an address, whatever it tries, for up to a quarter of an hour.

    >>> [wait_after("at ::1 account li", n).seconds for n in (2, 3, 4, 8, 20)]
    [0, 2, 4, 60, 60]
    >>> wait_after("account li", 20).seconds, wait_after("account li", 30).seconds, wait_after("address ::1", 20).seconds
    (0, 60, 900)
    """
    free, longest = _PATIENCE[whose.partition(" ")[0]]
    return timedelta(seconds=0 if wrong <= free else min(2 ** min(wrong - free, 20), longest))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _is_open(home: "Home", name: str) -> bool:
    try:
        return home.register.account(name).is_active
    except NotFound:
        return False


def _too_soon(waits: timedelta) -> FxwatchError:
    seconds = int(waits.total_seconds()) + 1
    return TooSoon(
        f"Wrong passwords came before; try again in {seconds} s.", f"此前密码多次有误，请在 {seconds} 秒后重试。"
    )
