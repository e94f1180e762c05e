"""Putting a model in force and taking it out again: acts of an approver."""

from typing import TYPE_CHECKING

from fxwatch.attention.in_force import SUBJECT, in_force, read_model
from fxwatch.attention.scores import scored
from fxwatch.errors import NotFound, RequestError, Stands
from fxwatch.review.checks import reason
from fxwatch.terms import Role
from fxwatch.warehouse.risk import put_scores

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register import Act
    from fxwatch.risk.artefact import Model


def adopt(home: "Home", name: str, *, by: str | None = None, why: str) -> "Act":
    """Put a model in force, keep what it thinks of everybody and publish that: an approver's act.

    What can be refused is refused before the act: everybody is scored first, with the home held for writing.

    Raises:
        Forbidden: the account is no approver.
        RequestError: no reason is given, the model was not found to be better than the best baseline beyond doubt, or its file does
            not fit.
        NotFound: there is no such model.
        HomeLocked: another process is writing; nothing was done.
        Stands: it is in force, and its scores could not be kept; they follow with the next run.
    """
    actor, why = home.actor(by), reason(why)
    home.register.require(actor, Role.APPROVER)
    model = read_model(home, name)
    judged = model.about["judged"]
    if not judged["is_better"] or not judged["out_of_time"]:
        raise RequestError(
            f"{name} was not found to be better than the best baseline out of time; it is not put in force.",
            f"{name} 未能在按时间外推的检验中明显优于最佳基准，不予启用。",
        )
    before = home.register.last_act()
    try:
        with home.writing("risk") as warehouse:
            rows = scored(home, model, home.today(), con=warehouse.con)
            act = _act(home, model, actor, why)
            put_scores(warehouse, rows)
            warehouse.publish()
    except (Exception, KeyboardInterrupt) as fault:
        found = in_force(home)
        if found is None or found.act <= before:
            raise
        raise Stands(
            f"{name} is in force (act {found.act}), but its scores were not kept ({_told(fault)}); they follow with the next run: fxwatch run",
            f"{name} 已启用（登记事项第 {found.act} 项），但评分未能保存（{_told(fault)}），将随下一次运行补上：fxwatch run",
        ) from fault
    return act


def _told(fault: BaseException) -> str:
    return (str(fault).splitlines() or [""])[0] or type(fault).__name__


def _act(home: "Home", model: "Model", actor: str, why: str) -> "Act":
    judged = model.about["judged"]
    best = judged["measures"][judged["best_baseline"]]["ap"]["value"]
    payload = {
        "model": model.name, "kind": model.about["kind"], "digest": model.digest, "judged_on": judged["tested_on"],
        "ap": f"{judged['measures'][judged['kind']]['ap']['value']:.4f}", "baseline": judged["best_baseline"],
        "baseline_ap": f"{best:.4f}", "margin": f"{judged['margin']['low']:.4f}",
    }  # fmt: skip
    return home.register.append(
        "model_adopted", by=actor, role=Role.APPROVER, subject=SUBJECT, day=home.today(), why=why, payload=payload
    )


def retire(home: "Home", *, by: str | None = None, why: str) -> "Act":
    """Take the model in force out of force: the queue goes back to its own order. An approver's act.

    Raises:
        NotFound: none is in force.
        Forbidden: the account is no approver.
        RequestError: no reason is given.
    """
    actor, why = home.actor(by), reason(why)
    found = in_force(home)
    if found is None:
        raise NotFound("No risk model is in force.", "没有启用的风险模型。")
    return home.register.append(
        "model_retired",
        by=actor,
        role=Role.APPROVER,
        subject=SUBJECT,
        day=home.today(),
        why=why,
        payload={"model": found.name},
    )
