"""What this process serves: one home, under which addresses, with which seal."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import fxwatch
from dashboards.gate.seal import Seal, secret_of
from fxwatch.admission import Visitor, visitor
from fxwatch.session import Session
from fxwatch.terms import Language

LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Serving:
    """One home behind one address.

    Args:
        home: the open home, shared by all visits of this process.
        seal: on cookies.
        hosts: names under which it may be asked for, without ports.
        is_https: whether browsers reach it by HTTPS, so that cookies are for that alone.
        port: at which it listens.
    """

    home: Session
    seal: Seal
    hosts: frozenset[str]
    is_https: bool
    port: int

    def visitor(self, cookie: str | None, *, is_used: bool = True) -> Visitor | None:
        """Who has the session of a cookie; None without one that stands."""
        token = self.seal.open(cookie)
        return None if token is None else visitor(self.home, token, is_used=is_used)

    def language(self, chosen: str | None, spoken: str | None) -> Language:
        """The language of whoever is not signed in: chosen before, else the home's, else the browser's first."""
        if chosen in ("en", "zh"):
            return "zh" if chosen == "zh" else "en"
        asked = self.home.settings.language or (spoken or "")
        return "zh" if asked.strip().lower().startswith("zh") else "en"


def prepare(path: Path, host: str, port: int) -> Serving:
    """Open a home for serving.

    Raises:
        HouseError: there is none, or its register cannot be used.
    """
    home = fxwatch.open(path)
    home.register.last_act()  # a register that cannot be read is said now, not to the first visitor
    address = urlsplit(home.settings.dashboard_url)
    named = {address.hostname} if address.hostname else set()
    hosts = {*LOCAL, *named, *({host} if host not in ("0.0.0.0", "::") else set())}
    return Serving(home, Seal(secret_of(path)), frozenset(hosts), address.scheme == "https", port)


_current: Serving | None = None


def begin(serving: Serving) -> None:
    """From now on this process serves this."""
    global _current
    _current = serving


def current() -> Serving:
    """What this process serves."""
    if _current is None:
        raise RuntimeError("nothing is served yet; the script runs behind `fxwatch serve dashboard` alone")
    return _current
