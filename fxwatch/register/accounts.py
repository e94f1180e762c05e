"""Accounts: who may do what. An account is changed by an act, and an act is checked against its account."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from fxwatch.errors import Forbidden, NotFound
from fxwatch.register.frames import frame
from fxwatch.register.tables import accounts
from fxwatch.terms import Role

if TYPE_CHECKING:
    import polars as pl

# `init` gives these to the operating-system user; a bank's account is for one institution and is made for it.
OPERATOR_ROLES = (Role.REGULATOR, Role.APPROVER, Role.ANALYST, Role.ADMINISTRATOR)

# The role of an act that nobody decides about: the house does it when it is needed, and `by` says who ran it.
HOUSE = "house"


@dataclass(frozen=True)
class Account:
    """One account. `institution` is the 12-character code of a bank's."""

    name: str
    roles: frozenset[str]
    institution: str | None
    is_active: bool


def account(connection: Connection, name: str) -> Account:
    """One account by its name.

    Raises:
        NotFound: there is none of that name.
    """
    row = connection.execute(select(accounts).where(accounts.c.name == name)).first()
    if row is None:
        raise NotFound(
            f"There is no account {name}. Name one of this home's accounts with --by.",
            f"没有账户 {name}。请用 --by 指明本库的账户。",
        )
    return Account(row.name, frozenset(row.roles.split(";")), row.institution, row.is_active)


def require(connection: Connection, name: str, roles: Iterable[str]) -> Account:
    """The account, if it is active and has one of the roles.

    Raises:
        Forbidden: it has none of them, or is closed.
        NotFound: there is no such account.
    """
    found, wanted = account(connection, name), [str(r) for r in roles]
    if not found.is_active:
        raise Forbidden(f"The account {name} is closed.", f"账户 {name} 已停用。")
    if found.roles.isdisjoint(wanted):
        has = ", ".join(sorted(found.roles)) or "none"
        raise Forbidden(
            f"This needs the role {' or '.join(wanted)}; {name} has {has}. Let an account with that role do it, or ask an administrator.",
            f"此操作需要角色 {'或'.join(wanted)}；{name} 的角色为 {has}。请由具备该角色的账户办理，或联系管理员。",
        )
    return found


def accounts_frame(connection: Connection) -> "pl.DataFrame":
    """Every account: name, roles (`;` joined), institution, is_active."""
    import polars as pl

    names: dict[str, Any] = {"name": pl.String, "roles": pl.String, "institution": pl.String, "is_active": pl.Boolean}
    return frame(connection, select(*(accounts.c[n] for n in names)).order_by(accounts.c.name), names)
