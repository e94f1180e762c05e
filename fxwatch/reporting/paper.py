"""Papers: what leaves the house. Each has content that is one in every language and form, and its digest is an act."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fxwatch.canonical import canonical
from fxwatch.errors import RequestError
from fxwatch.register import Kind
from fxwatch.terms import Language, Role

if TYPE_CHECKING:
    from fxwatch.home import Home

SHORT = 16  # characters of a digest that name it
MAY_PRODUCE = (Role.REGULATOR, Role.APPROVER, Role.ANALYST)


@dataclass(frozen=True)
class Produced:
    """What a document says of its own making; the digest does not cover it. `at` is UTC."""

    by: str
    role: str
    day: date
    at: datetime
    digest: str
    bureau: str


@dataclass(frozen=True)
class Paper:
    """A document that was written and put on record by `act`."""

    path: Path
    digest: str
    act: int
    language: Language
    form: str


def digest_of(content: Any) -> str:
    """SHA-256 over the canonical JSON of a document's content: sorted keys, no spaces, UTF-8."""
    return hashlib.sha256(canonical(content).encode("utf-8")).hexdigest()


def form_of(out: Path, forms: tuple[str, ...]) -> str:
    """The form that a file's name asks for.

    Raises:
        RequestError: it is none of those that can be made.
    """
    form = out.suffix.lower().removeprefix(".")
    if form not in forms:
        allowed = ", ".join(f".{f}" for f in forms)
        raise RequestError(
            f"{out} ends in none of {allowed}; name the file with one of them.",
            f"{out} 的扩展名不受支持，可用：{allowed}。",
        )
    return form


def put_on_record(
    home: "Home",
    out: Path,
    content: dict[str, Any],
    make: Callable[[Produced], bytes],
    *,
    kind: Kind,
    subject: str,
    entity_id: str,
    language: Language,
    by: str | None,
    why: str,
) -> Paper:
    """Write a document and the act about it: the file appears in its place when the act stands, and not without it.

    Raises:
        Forbidden: the account is neither regulator, approver nor analyst.
        RequestError: the place cannot be written.
    """
    actor = home.actor(by)
    account = home.register.require(actor, *MAY_PRODUCE)
    role = next(r for r in MAY_PRODUCE if r in account.roles)
    digest, day, form = digest_of(content), home.today(), out.suffix.lower().removeprefix(".")
    made = make(Produced(actor, role, day, home.register.now(), digest, home.settings.bureau))
    told: dict[str, Any] = {"entity_id": entity_id, "language": language, "form": form, "digest": digest}
    if subject.startswith("notice:"):
        told["notice"] = subject.removeprefix("notice:")
    with _written(out, made):
        act = home.register.append(
            kind, by=actor, role=role, subject=subject, day=day, why=why, payload=told, entity_id=entity_id
        )
    return Paper(out, digest, act.number, language, form)


def write_whole(out: Path, made: bytes) -> None:
    """Write a document that is no act, in one step.

    Raises:
        RequestError: the place cannot be written.
    """
    with _written(out, made):
        pass


@contextmanager
def _written(out: Path, made: bytes) -> Iterator[None]:
    """Write beside the place; what was written goes there when the block has done its part, and goes away when it fails."""
    half = out.with_name(f".{out.name}.half")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        half.touch()
    except OSError as fault:
        raise _refused(out, fault) from fault
    try:
        half.write_bytes(made)
        yield
        half.replace(out)
    except OSError as fault:
        raise _refused(out, fault) from fault
    finally:
        half.unlink(missing_ok=True)


def _refused(out: Path, fault: OSError) -> RequestError:
    return RequestError(f"{out} cannot be written: {fault.strerror}.", f"无法写入 {out}:{fault.strerror}。")
