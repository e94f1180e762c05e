"""Older homes brought up to this version: the register and the warehouse, each whole or not at all."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fxwatch.register import Register
from fxwatch.warehouse import upgrade as upgrade_warehouse

if TYPE_CHECKING:
    from fxwatch.home import Home


@dataclass(frozen=True)
class Upgraded:
    """The steps that were taken, in words; both empty where the home was of this version already."""

    register: tuple[str, ...]
    warehouse: tuple[str, ...]


def upgrade(home: "Home", *, by: str | None = None) -> Upgraded:
    """Take every step that leads from the home's version to this one's.

    Each store is brought up in one transaction. Killed between the two, the next upgrade goes on where it was left.

    Raises:
        Forbidden: the account is no administrator.
        HomeLocked: another process is writing.
        HouseError: a store is damaged, newer, or of a version from which no steps lead here.
    """
    register = Register.upgrade(home.register_place, by=home.actor(by), why="upgrade")
    warehouse = upgrade_warehouse(home.path, home.settings)
    return Upgraded(
        tuple(f"{step.to}: {step.what}" for step in register), tuple(f"{step.to}: {step.what}" for step in warehouse)
    )
