"""The examination of what was done: the register's file, its chain and tables, and whether the warehouse bears it out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fxwatch.banks.signing import FOLDER, keys_not_here
from fxwatch.errors import HouseError
from fxwatch.register import Register
from fxwatch.register.tables import SCHEMA_VERSION
from fxwatch.settings import without_password
from fxwatch.upkeep.findings import RESTORE, SHOWN, Finding, Severity, other_version, some
from fxwatch.warehouse import examining
from fxwatch.warehouse.examining import Unreadable
from fxwatch.warehouse.versions import SCHEMA_VERSION as WAREHOUSE_VERSION


def register(
    home: Path, where: Path | str, current: Path | None, looked_at: dict[str, Any], *, deep: bool
) -> Iterator[Finding]:
    """Look at the register of a home. `current`: the snapshot that is current and whole, if there is one."""
    shown = without_password(str(where))
    try:
        version = Register.version_at(where)
        if version != SCHEMA_VERSION:
            yield other_version("register_version", shown, version, SCHEMA_VERSION, ("register", "登记簿"))
            return
        opened = Register.open(where)
    except HouseError as fault:
        name = "register_version" if "version" in fault.english else "register_damaged"
        yield Finding(name, Severity.DAMAGE, shown, (fault.english, fault.chinese), ("", ""))
        return
    try:
        yield from _acts(opened, shown, looked_at, deep=deep)
        yield from _against_each_other(opened, current)
        yield from _signing(opened, home, is_shared=not isinstance(where, Path))
    except HouseError as fault:
        yield Finding("register_damaged", Severity.DAMAGE, shown, (fault.english, fault.chinese), ("", ""))
    finally:
        opened.close()


def _acts(register: Register, where: str, looked_at: dict[str, Any], *, deep: bool) -> Iterator[Finding]:
    if told := register.look_through(deep=deep):
        yield Finding(
            "register_damaged",
            Severity.DAMAGE,
            where,
            (
                f"The register's file is damaged: {'; '.join(told[:SHOWN])}.",
                f"登记簿文件已损坏：{';'.join(told[:SHOWN])}。",
            ),
            RESTORE,
        )
    proof = register.verify()
    looked_at |= {"acts": proof.acts, "head": proof.head}
    if not proof.ok:
        holds = "The chain holds" in proof.english
        yield Finding(
            "tables_differ" if holds else "chain_broken",
            Severity.DAMAGE,
            where,
            (proof.english, proof.chinese),
            (
                "Or make the tables again from the acts: fxwatch doctor --repair",
                "或由登记事项重建各表：fxwatch doctor --repair",
            )
            if holds
            else ("", ""),
        )


def _signing(register: Register, home: Path, *, is_shared: bool) -> Iterator[Finding]:
    """The keys that sign must be somewhere; those of another home on the same register are there."""
    missing = keys_not_here(home, register.signing_keys())
    if missing:
        names, names_zh = some(missing)
        yield Finding(
            "signing_key_missing",
            Severity.NOTE if is_shared else Severity.ATTENTION,
            str(home / FOLDER),
            (
                f"The private half of {len(missing)} keys that sign is not in this home: {names}.",
                f"本库缺少 {len(missing)} 个在用签名密钥的私钥：{names_zh}。",
            ),
            (
                f"Put it back, or, if it was lost: fxwatch keys retire-signing {missing[0]} --why REASON",
                f"请放回原处；若已遗失：fxwatch keys retire-signing {missing[0]} --why 原因",
            ),
        )


def _against_each_other(register: Register, current: Path | None) -> Iterator[Finding]:
    """What the register speaks of must be in the warehouse, and the other way round."""
    if current is None:
        return
    decided, enrolled = register.decisions()["hit_id"].to_list(), register.on_roll().to_list()
    try:
        with examining.looking(current) as con:
            if examining.contents(con).version != WAREHOUSE_VERSION:
                return
            hits, entities = examining.hits_missing(con, decided), examining.entities_missing(con, enrolled)
    except Unreadable:
        return
    if hits:
        names, names_zh = some(hits)
        yield Finding(
            "hits_missing",
            Severity.DAMAGE,
            str(current),
            (
                f"The register decided about {len(hits):,} hits that the warehouse has never found: {names}.",
                f"登记簿中有 {len(hits):,} 项已处理的预警命中不在数据仓库中：{names_zh}。",
            ),
            (
                "The warehouse is older than the register: load what is missing and run again, or restore both from one backup.",
                "数据仓库旧于登记簿：请补充导入并重新运行，或从同一备份恢复两者。",
            ),
        )
    if entities:
        names, names_zh = some(entities)
        yield Finding(
            "entities_missing",
            Severity.DAMAGE,
            str(current),
            (
                f"The warehouse knows {len(entities):,} entities that are not on the register's roll: {names}.",
                f"数据仓库中有 {len(entities):,} 个主体不在登记簿名录中：{names_zh}。",
            ),
            (
                "The register is older than the warehouse: load the entities again, or restore both from one backup.",
                "登记簿旧于数据仓库：请重新导入主体，或从同一备份恢复两者。",
            ),
        )
