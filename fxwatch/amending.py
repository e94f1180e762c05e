"""Amendments: dated parameters of rules and grades, and accounts; each is an act."""

from datetime import date
from typing import TYPE_CHECKING

from fxwatch.errors import RequestError
from fxwatch.rulebook import parameter_named
from fxwatch.terms import Role

if TYPE_CHECKING:
    from fxwatch.home import Home


def amend(home: "Home", parameter: str, value: str, *, valid_from: date, basis: str, by: str | None = None) -> None:
    """Enter a version of a dated parameter (spec section 7).

    Args:
        parameter: `rule.param`, or `grade.param`.
        value: as text; must fit the parameter.
        valid_from: the day from which it is in force; never a past day, except in a simulation home.
        basis: what the version rests on.

    Raises:
        NotFound: no such parameter.
        RequestError: the value does not fit, the basis is empty, or the day is past.
        Forbidden: the account is no approver.
    """
    parse = parameter_named(parameter)
    text = str(parse(value))
    if not basis.strip():
        raise RequestError("A version needs a basis: the decision or regulation it rests on.", "参数版本须注明依据。")
    today = home.today()
    if valid_from < today and not home.simulation:
        raise RequestError(
            f"A version may not begin in the past: {valid_from} lies before today, {today}. Begin it today or later.",
            f"参数版本不得追溯:{valid_from} 早于今天 {today}。请自今天或以后起。",
        )
    actor = home.actor(by)
    home.register.append(
        "parameter_set", by=actor, role=Role.APPROVER, subject=parameter, day=today, why=basis,
        payload={"name": parameter, "value": text, "valid_from": valid_from.isoformat(), "basis": basis},
    )  # fmt: skip


def add_account(home: "Home", name: str, roles: list[str], *, by: str | None = None) -> None:
    """Make an account, or give it other roles.

    Raises:
        RequestError: there is no such role.
        Forbidden: the account that acts is no administrator.
    """
    home.register.set_account(name, roles, by=home.actor(by), why="", day=home.today())
