"""Which risk model is in force: an approver's act says so, and can say that it is no longer."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fxwatch.errors import NotFound, RequestError
from fxwatch.terms import Role

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register import Act
    from fxwatch.risk.artefact import Model

FOLDER = "risk"
SUBJECT = "risk_model"
_KEPT = "risk model in force"


@dataclass(frozen=True)
class InForce:
    """A model in force, and the act that put it there: number, day, by, why."""

    name: str
    act: int
    day: date
    by: str
    why: str


def in_force(home: "Home") -> InForce | None:
    """What the register says is in force; None where nothing is."""
    acts = home.register.acts(subject=SUBJECT)
    if acts.is_empty():
        return None
    last = acts.row(-1, named=True)
    if last["kind"] != "model_adopted":
        return None
    return InForce(_payload(last)["model"], last["number"], last["day"], last["by"], last["why"])


def model_in_force(home: "Home") -> "Model | None":
    """The model in force, read from its file.

    Raises:
        RequestError: its file was changed, or was made for other features: train anew.
        NotFound: its file is gone.
    """
    found = in_force(home)
    return None if found is None else _read(home, found.name)


def model_of(home: "Home", name: str | None = None) -> "Model":
    """A model of the home by its name, or the one in force.

    Raises:
        NotFound: there is none of that name, or none in force.
    """
    if name is not None:
        return _read(home, name)
    found = model_in_force(home)
    if found is None:
        raise NotFound(
            "No risk model is in force. Train one with: fxwatch risk train",
            "没有启用的风险模型。请训练：fxwatch risk train",
        )
    return found


def models(home: "Home") -> list[str]:
    """The names of the models whose files are there."""
    return sorted(path.stem for path in (home.path / FOLDER).glob("*.json"))


def adopt(home: "Home", name: str, *, by: str | None = None, why: str) -> "Act":
    """Put a model in force: an approver's act. One that is not better than the best baseline beyond doubt is refused.

    Raises:
        Forbidden: the account is no approver.
        RequestError: it was not found to be better, or its file does not fit.
        NotFound: there is no such model.
    """
    model = _read(home, name)
    judged = model.about["judged"]
    if not judged["is_better"] or not judged["out_of_time"]:
        raise RequestError(
            f"{name} was not found to be better than the best baseline out of time; it is not put in force.",
            f"{name} 未能在按时间外推的检验中明显优于最佳基准，不予启用。",
        )
    best = judged["measures"][judged["best_baseline"]]["ap"]["value"]
    payload = {
        "model": model.name, "kind": model.about["kind"], "digest": model.digest, "judged_on": judged["tested_on"],
        "ap": f"{judged['measures'][judged['kind']]['ap']['value']:.4f}", "baseline": judged["best_baseline"],
        "baseline_ap": f"{best:.4f}", "margin": f"{judged['margin']['low']:.4f}",
    }  # fmt: skip
    return home.register.append(
        "model_adopted",
        by=home.actor(by),
        role=Role.APPROVER,
        subject=SUBJECT,
        day=home.today(),
        why=why,
        payload=payload,
    )


def retire(home: "Home", *, by: str | None = None, why: str) -> "Act":
    """Take the model in force out of force: the queue goes back to its own order. An approver's act.

    Raises:
        NotFound: none is in force.
        Forbidden: the account is no approver.
    """
    found = in_force(home)
    if found is None:
        raise NotFound("No risk model is in force.", "没有启用的风险模型。")
    return home.register.append(
        "model_retired", by=home.actor(by), role=Role.APPROVER, subject=SUBJECT, day=home.today(), why=why,
        payload={"model": found.name},
    )  # fmt: skip


def _read(home: "Home", name: str) -> "Model":
    from fxwatch.risk import artefact

    path: Path = home.path / FOLDER / f"{name}.json"
    if Path(name).name != name or not path.is_file():
        there = ", ".join(models(home)) or "none"
        raise NotFound(
            f"There is no risk model {name} in {home.path}; there are: {there}.",
            f"{home.path} 中没有风险模型 {name}；现有：{'、'.join(models(home)) or '无'}。",
        )
    return artefact.read(path)


def _payload(act: dict[str, Any]) -> dict[str, Any]:
    import json

    payload = act["payload"]
    found: dict[str, Any] = json.loads(payload) if isinstance(payload, str) else payload
    return found
