"""Every setting of a home: name, default, unit, one line of meaning; a TOML file and the environment.

The file is `HOME/fxwatch.toml`. Every key is optional, an unknown key is refused, and `FXWATCH_<NAME>` in the
environment wins over the file. Numbers of the law are not here: they are the dated parameters of the rules.
"""

import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from fxwatch.errors import HouseError, RequestError

FILE = "fxwatch.toml"


def _setting(
    default: Any, kind: str, meaning: str, meaning_zh: str, choices: tuple[str, ...] = (), *, secret: bool = False
) -> Any:
    notes = {"kind": kind, "meaning": meaning, "meaning_zh": meaning_zh, "choices": choices}
    return field(default=default, metadata=notes, repr=not secret)


@dataclass(frozen=True)
class Settings:
    """The settings in force, read by `read_settings`."""

    today: date | None = _setting(None, "day", "pins today; simulation homes only", "固定“今天”的日期；仅限模拟库")
    language: str = _setting(
        "", "word", "language of sentences; empty: the system's", "语句所用语言；空则随系统", ("", "en", "zh")
    )
    verify_ids: bool = _setting(
        True, "yes or no", "verify the check digits of entity identifiers", "校验主体代码的校验位"
    )
    admit_unknown: bool = _setting(
        False, "yes or no", "enrol an entity that is not on the roll by its identifier", "名录外主体按代码自动登记"
    )
    rate_month: str = _setting(
        "previous",
        "word",
        "newest table a flow may use: of the month before, or of its own",
        "折算所用最新月表：上月或当月",
        ("previous", "same"),
    )
    rate_months: int = _setting(4, "months", "how many monthly tables back a flow may reach", "折算可回溯的月表数")
    transport_divisions: str = _setting(
        "53-58", "divisions", "GB/T 4754 divisions of transport enterprises", "运输企业所属行业大类（GB/T 4754）"
    )
    lock_seconds: float = _setting(
        10.0, "seconds", "how long to wait for another writing process", "等待其他写入进程的秒数"
    )
    memory: str = _setting("2GiB", "bytes", "memory limit of the warehouse engine", "数据仓库内存上限")
    batch_rows: int = _setting(245_760, "rows", "rows of a file that are judged at a time", "每批校验的行数")
    part_rows: int = _setting(
        245_760,
        "rows",
        "flows that make a file of their own, which publications share",
        "单独成为共享文件的收付汇记录数",
    )
    rules_folder: str = _setting(
        "", "word", "folder with rules of the house's own; empty: none", "自有指标所在目录；空则没有"
    )
    bureau: str = _setting("", "word", "name of the bureau on letters and reports", "预警提示函和报告上的监管部门名称")
    pdf_font: str = _setting(
        "", "word", "font file for PDF; empty: one that is found", "PDF 所用字体文件；空则自动查找"
    )
    keep_snapshots: int = _setting(
        3, "snapshots", "newer snapshots that must exist before one is removed", "删除快照前须有的更新快照数"
    )
    session_hours: int = _setting(
        12, "hours", "how long a sign-in to the dashboards lasts at most", "看板登录最长持续小时数"
    )
    session_idle_minutes: int = _setting(
        60, "minutes", "after how long without use a sign-in ends", "无操作多少分钟后登录失效"
    )
    dashboard_url: str = _setting(
        "",
        "address",
        "under which people reach the dashboards, such as https://watch.example; empty: this machine alone",
        "看板的访问地址，如 https://watch.example；空则仅限本机",
    )
    dashboard_proxies: str = _setting(
        "",
        "word",
        "addresses of proxies whose X-Forwarded headers the dashboards believe, comma between; empty: none",
        "看板所信代理的地址（采信其 X-Forwarded 头），以逗号分隔；空则不采信",
    )
    oidc_issuer: str = _setting(
        "",
        "address",
        "identity provider that signs people in (OpenID Connect); empty: none",
        "统一身份认证（OIDC）地址；空则不用",
    )
    oidc_client_id: str = _setting(
        "", "word", "what the identity provider knows fxwatch by", "在身份认证方登记的客户端名"
    )
    oidc_claim: str = _setting(
        "preferred_username",
        "word",
        "what the identity provider says that is the account's name",
        "身份认证信息中作为账户名的字段",
    )
    file_days: int = _setting(
        1,
        "days",
        "days after its own on which a bank may use a daily list in place of a question",
        "每日名单当日之后仍可代替查询使用的天数",
    )
    api_connections: int = _setting(
        4000, "connections", "most connections of banks at a time", "银行接口的最大并发连接数"
    )
    api_seconds: float = _setting(
        10.0, "seconds", "how long a bank may take to send its question", "银行发送一次查询的最长秒数"
    )
    api_proxies: str = _setting(
        "",
        "word",
        "addresses of proxies whose X-Forwarded headers are believed, comma between; empty: none",
        "可信代理的地址（采信其 X-Forwarded 头），以逗号分隔；空则不采信",
    )
    record_sync: bool = _setting(
        False,
        "yes or no",
        "an answer waits until its record is on the disk, so that a loss of power loses none",
        "查询记录写入磁盘后才答复，断电也不丢失",
    )
    register_url: str = _setting(
        "",
        "URL",
        "register on PostgreSQL, postgresql://USER@HOST/DATABASE; empty: a file in the home; a password belongs in FXWATCH_REGISTER_URL or ~/.pgpass",
        "PostgreSQL 上的登记簿 postgresql://用户@主机/数据库；空则为库内文件；密码请放在 FXWATCH_REGISTER_URL 或 ~/.pgpass",
        secret=True,
    )

    def transport(self) -> frozenset[str]:
        """The divisions of `transport_divisions`, two digits each."""
        found: set[str] = set()
        for part in self.transport_divisions.split(","):
            low, _, high = part.strip().partition("-")
            found.update(f"{n:02d}" for n in range(int(low), int(high or low) + 1))
        return frozenset(found)


def setting_fields() -> dict[str, Any]:
    """The declared settings by name (dataclass fields, metadata: kind, meaning, meaning_zh, choices)."""
    return {f.name: f for f in fields(Settings)}


def read_settings(home: Path) -> Settings:
    """The settings of a home: defaults, then its file, then the environment.

    Raises:
        HouseError: the file is not TOML, or has an unknown key.
        RequestError: a value does not fit its setting.
    """
    path = home / FILE
    try:
        found = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        raise HouseError(
            f"The settings file {path} cannot be read: {fault}. Mend it, or remove it to use the defaults.",
            f"无法读取设置文件 {path}:{fault}。请修正，或删除以使用默认值。",
        ) from fault
    known = setting_fields()
    for name in found:
        if name not in known:
            raise HouseError(
                f"The settings file {path} has an unknown key, {name}. Known are {', '.join(known)}.",
                f"设置文件 {path} 中有未知的键 {name}。可用的键：{'、'.join(known)}。",
            )
    for name in known:
        if (value := os.environ.get(f"FXWATCH_{name.upper()}")) is not None:
            found[name] = value
    return Settings(**{name: parse_setting(name, value) for name, value in found.items()})


def parse_setting(name: str, value: Any) -> Any:
    """A value as its setting's type, from TOML or from words.

    Raises:
        RequestError: there is no such setting, or the value does not fit it.
    """
    known = setting_fields()
    if name not in known:
        raise RequestError(
            f"There is no setting {name}. Known are {', '.join(known)}.",
            f"没有设置项 {name}。可用的有：{'、'.join(known)}。",
        )
    notes = known[name].metadata
    try:
        parsed = _PARSERS[notes["kind"]](value)
    except (ValueError, TypeError) as fault:
        raise RequestError(
            f"Setting {name} takes {notes['kind']}, found {without_password(repr(value))}.",
            f"设置项 {name} 的取值不合要求（{notes['kind']}）：{without_password(repr(value))}。",
        ) from fault
    if notes["choices"] and parsed not in notes["choices"]:
        allowed = ", ".join(repr(c) for c in notes["choices"])
        raise RequestError(
            f"Setting {name} is one of {allowed}; found {value!r}.", f"设置项 {name} 只能是 {allowed}，实为 {value!r}。"
        )
    return parsed


def without_password(url: str) -> str:
    """A URL as it may be shown.

    >>> without_password("postgresql://li:secret@host/register?password=secret")
    'postgresql://li:***@host/register?password=***'
    """
    shown = re.sub(r"(://[^:/?#]*):(?:.*)@", r"\1:***@", url)
    return re.sub(r"(password=)[^&]*", r"\1***", shown)


def strip_password(url: str) -> str:
    """A URL as it may be written down.

    >>> strip_password("postgresql://li:secret@host/register?password=secret&sslmode=require")
    'postgresql://li@host/register?sslmode=require'
    """
    kept = re.sub(r"(://[^:/?#]*):(?:.*)@", r"\1@", url)
    return re.sub(r"(?<=[?&])password=[^&]*&?", "", kept).rstrip("?&")


def _day(value: Any) -> date | None:
    if value in ("", None):
        return None
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _yes_or_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if (word := str(value).lower()) not in ("true", "1", "false", "0"):
        raise ValueError(value)
    return word in ("true", "1")


def _positive(value: Any) -> int:
    number = int(str(value))
    if number < 1:
        raise ValueError(value)
    return number


def _count(value: Any) -> int:
    number = int(str(value))
    if number < 0:
        raise ValueError(value)
    return number


def _seconds(value: Any) -> float:
    number = float(str(value))
    if not 0 <= number < 1e6:
        raise ValueError(value)
    return number


def _divisions(value: Any) -> str:
    for part in str(value).split(","):
        low, _, high = part.strip().partition("-")
        if not 1 <= int(low) <= int(high or low) <= 99:
            raise ValueError(value)
    return str(value)


def _url(value: Any) -> str:
    if not isinstance(value, str) or (value and not re.match(r"postgres(ql)?(\+psycopg)?://", value)):
        raise ValueError("no URL")
    return value


def _bytes(value: Any) -> str:
    number = str(value).removesuffix("iB").removesuffix("B")
    if number[-1:] not in "MG" or int(number[:-1]) < 1:
        raise ValueError(value)
    return str(value)


def _address(value: Any) -> str:
    if not isinstance(value, str) or (value and not re.fullmatch(r"https?://[^/?#@\s]+(/[^?#\s]*)?", value)):
        raise ValueError("no address")
    return value.rstrip("/")


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "day": _day,
    "word": str,
    "yes or no": _yes_or_no,
    "months": _positive,
    "rows": _positive,
    "hours": _positive,
    "minutes": _positive,
    "address": _address,
    "days": _count,
    "connections": _positive,
    "snapshots": _positive,
    "divisions": _divisions,
    "seconds": _seconds,
    "bytes": _bytes,
    "URL": _url,
}
