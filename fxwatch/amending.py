"""Amendments: dated parameters of rules and grades, and accounts; each is an act."""

from datetime import date
from typing import TYPE_CHECKING

from fxwatch.check import bank_asked
from fxwatch.errors import RequestError
from fxwatch.register import Kind
from fxwatch.review.checks import begins_in_time
from fxwatch.review.intents import Intent, put
from fxwatch.rulebook import parameter_named
from fxwatch.terms import Role

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register import Act


def amend(home: "Home", parameter: str, value: str, *, valid_from: date, basis: str, by: str | None = None) -> "Act":
    """Enter a version of a dated parameter (spec section 7), or propose it where four eyes are required.

    Args:
        home: where.
        parameter: `rule.param`, `grade.param` or `register.param`.
        value: as text; must fit the parameter.
        valid_from: the day from which it is in force; never a past day, except in a simulation home.
        basis: what the version rests on.
        by: the account; without it the operating-system user's.

    Returns:
        The act: `parameter_set`, or `proposed`.

    Raises:
        NotFound: no such parameter.
        RequestError: the value does not fit, the basis is empty, or the day is past.
        Forbidden: the account is no approver.
    """
    parse = parameter_named(parameter)
    text = str(parse(value))
    if not basis.strip():
        raise RequestError("A version needs a basis: the decision or regulation it rests on.", "参数版本须注明依据。")
    actor, today = home.actor(by), home.today()
    begins_in_time(home, valid_from, today)
    content = {"name": parameter, "value": text, "valid_from": valid_from.isoformat(), "basis": basis}
    intent = Intent(
        does=Kind.PARAMETER_SET,
        on_what=parameter,
        content=content,
        by=actor,
        role=Role.APPROVER,
        day=today,
        why=basis,
    )
    with home.register.writing("a parameter") as writing:
        return put(writing, intent)


def add_account(
    home: "Home", name: str, roles: list[str], *, institution: str | None = None, by: str | None = None
) -> None:
    """Make an account, or give it other roles.

    Args:
        home: where.
        name: of the account.
        roles: all that it is to have.
        institution: the 12-character code of the bank whose account it is; without it, the one it has.
        by: an account with the role administrator.

    Raises:
        RequestError: there is no such role; a bank's account without an institution, or another's with one; a code that is none.
        Forbidden: the account that acts is no administrator.
    """
    if Role.BANK in roles:
        institution = bank_asked(institution or _institution_of(home, name))
    elif institution is not None:
        raise RequestError(
            f"Only an account with the role bank is of an institution; {name} is to have {', '.join(roles)}. Leave the institution out, or add the role.",
            f"只有角色为 bank 的账户才有所属机构；{name} 的角色将为 {'、'.join(roles)}。请去掉机构代码，或增加该角色。",
        )
    home.register.set_account(name, roles, by=home.actor(by), why="", institution=institution, day=home.today())


def set_password(home: "Home", name: str, password: str, *, by: str | None = None) -> None:
    """Give an account a password; its sessions end, and that one was set is on record.

    Raises:
        NotFound: there is no such account.
        RequestError: the account is closed, or the password is too short or too long.
        Forbidden: the account that acts is no administrator.
    """
    from fxwatch import passwords

    actor = home.actor(by)
    home.register.require(actor, Role.ADMINISTRATOR)
    if not home.register.account(name).is_active:
        raise RequestError(
            f"The account {name} is closed. Open it again first: fxwatch users add {name} --role …",
            f"账户 {name} 已停用。请先重新启用：fxwatch users add {name} --role …",
        )
    kept = passwords.keep(password)
    home.register.entrance.set_password(name, kept, by=actor, role=Role.ADMINISTRATOR, day=home.today())


def close_account(home: "Home", name: str, *, by: str | None = None, why: str = "") -> None:
    """Close an account: its password is forgotten and its sessions end at once; what it did stays on record.

    Raises:
        NotFound: there is no such account.
        RequestError: it is the account that acts.
        Forbidden: the account that acts is no administrator.
    """
    actor = home.actor(by)
    if actor == name:
        raise RequestError(
            f"{name} cannot close its own account; another administrator can.",
            f"{name} 不能停用自己的账户，请由另一名管理员办理。",
        )
    home.register.entrance.close_account(name, by=actor, day=home.today(), why=why)


def _institution_of(home: "Home", name: str) -> str:
    found = home.register.accounts().filter(name=name)["institution"].to_list()
    if not found or found[0] is None:
        raise RequestError(
            f"An account with the role bank is for one institution: name its 12-character code, fxwatch users add {name} --role bank --institution CODE",
            f"角色为 bank 的账户须属于一家机构，请给出 12 位机构代码：fxwatch users add {name} --role bank --institution 机构代码",
        )
    return str(found[0])
