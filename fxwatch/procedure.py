"""How the bureau proceeds: the dated terms and the four eyes of the register."""

from collections.abc import Callable
from datetime import date

from fxwatch.grading import DatedParameter

_BASIS = "default; the bureau enters its own with its basis"
_BASIS_ZH = "默认值；由监管部门另行设定并注明依据"


def _parameter(name: str, default: str, unit: str, meaning: str, meaning_zh: str, *choices: str) -> DatedParameter:
    return DatedParameter(f"register.{name}", default, unit, meaning, meaning_zh, choices, _BASIS, _BASIS_ZH)


REGISTER_PARAMETERS: dict[str, DatedParameter] = {
    p.name: p
    for p in (
        _parameter(
            "objection_days",
            "7",
            "working days",
            "working days after a notice's day within which its entity may object; the version of the notice's day",
            "预警提示日之后主体可提出异议的工作日数；以提示日有效的版本为准",
        ),
        _parameter(
            "decision_days",
            "10",
            "working days",
            "working days after an objection's day within which it is to be decided",
            "提出异议之日后应作出决定的工作日数",
        ),
        _parameter(
            "due_days",
            "30",
            "working days",
            "working days after a hit was found within which it is to be decided, where no other day is set",
            "命中发现日之后应处理完毕的工作日数（另行指定期限的除外）",
        ),
        _parameter(
            "require_approval",
            "false",
            "yes or no",
            "four eyes: an act that changes what grades count waits for another account's approval",
            "四眼原则：改变评级计数的事项须经另一账户批准后生效",
            "false",
            "true",
        ),
    )
}


def in_force(parameter: Callable[[str, date], str | None], name: str, on: date) -> str:
    """The value of a parameter of the register on a day.

    Args:
        parameter: what looks it up, such as `Register.parameter`; None where no version was entered.
        name: `register.objection_days` and the like.
        on: the day.
    """
    return parameter(name, on) or REGISTER_PARAMETERS[name].default


def needs_approval(parameter: Callable[[str, date], str | None], on: date) -> bool:
    """Whether an act of a day that changes a count waits for another account's approval."""
    return in_force(parameter, "register.require_approval", on) == "true"
