"""What can be mended without a backup: what is derived is made again from what it was derived from. Only when asked."""

from typing import TYPE_CHECKING

from fxwatch.register import Register
from fxwatch.terms import Role
from fxwatch.upkeep.doctor import examine
from fxwatch.warehouse import current_snapshot, examining
from fxwatch.warehouse.store import FILE as WAREHOUSE_FILE

if TYPE_CHECKING:
    from fxwatch.home import Home

_PUBLISH = {"no_pointer", "snapshot_missing", "snapshot_damaged", "not_published"}


def repair(home: "Home", *, deep: bool = False, by: str | None = None) -> list[tuple[str, str]]:
    """Mend what can be mended, and put on record what was done.

    A damaged warehouse is built again from the newest whole snapshot (the damaged file is put aside, not removed); what is
    not published, or whose snapshot is damaged, is published again; the register's tables are made again from its acts
    where the chain holds; what killed processes left is cleared. Acts are never touched: a broken chain needs a backup.

    Returns:
        What was done, in English and Chinese; empty where there was nothing to mend.

    Raises:
        Forbidden: the account is no administrator.
        HouseError: there is nothing left to mend it from.
    """
    actor = home.actor(by)
    home.register.require(actor, Role.ADMINISTRATOR)
    found, done = set(examine(home.path, deep=deep).names()), []
    if "warehouse_damaged" in found:
        snapshot, aside = examining.rebuild(home.path, home.settings)
        kept, kept_zh = (
            (f"; the damaged file is now {aside.name}", f"；损坏的文件改名为 {aside.name}") if aside else ("", "")
        )
        done.append(
            (
                f"{WAREHOUSE_FILE} was built again from {snapshot.name}{kept}.",
                f"已由 {snapshot.name} 重建 {WAREHOUSE_FILE}{kept_zh}。",
            )
        )
    elif found & _PUBLISH:
        with home.writing("repair") as warehouse:
            published = warehouse.publish()
        done.append((f"The warehouse was published as {published.name}.", f"数据仓库已发布为 {published.name}。"))
    if "snapshot_damaged" in found:
        removed = examining.remove_damaged(home.path, home.settings, current_snapshot(home.path))
        if removed:
            names = ", ".join(path.name for path in removed)
            done.append((f"Damaged snapshots were removed: {names}.", f"已删除损坏的快照：{names}。"))
    if "leftovers" in found and (left := examining.clear(home.path, home.settings)):
        done.append((f"{len(left)} leftovers were removed.", f"已清除 {len(left)} 个遗留文件。"))
    if "tables_differ" in found:
        Register.remake(home.register_place)
        done.append(("The register's tables were made again from its acts.", "已由登记事项重建登记簿各表。"))
    if done:
        home.register.append(
            "home_repaired",
            by=actor,
            role=Role.ADMINISTRATOR,
            subject="home",
            day=home.today(),
            why="doctor --repair",
            payload={"done": [english for english, _ in done]},
        )
    return done
