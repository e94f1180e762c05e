"""Accounts to sign in with in a simulation: one a role, each with a random password that is told once and kept nowhere."""

from typing import TYPE_CHECKING

from fxwatch import passwords
from fxwatch.amending import add_account, set_password
from fxwatch.errors import RequestError
from fxwatch.terms import Role

if TYPE_CHECKING:
    from fxwatch.home import Home


def open_accounts(home: "Home", *, bank: str) -> dict[str, str]:
    """Make an account for every role, named after it.

    Args:
        home: a simulation home.
        bank: institution code of the bank's account.

    Returns:
        The password of each account, by its name.

    Raises:
        RequestError: the home is no simulation; real people get accounts one by one.
    """
    if not home.simulation:
        raise RequestError(
            "Only a simulation home is given accounts for every role.", "只有模拟库才会自动开立各角色账户。"
        )
    told: dict[str, str] = {}
    for role in Role:
        told[role.value] = passwords.invent()
        add_account(home, role.value, [role.value], institution=bank if role is Role.BANK else None)
        set_password(home, role.value, told[role.value])
    return told
