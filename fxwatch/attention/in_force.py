"""Which risk model is in force: an approver's act says so (see `adopting`), and its file is held against that act."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fxwatch.errors import NotFound, RequestError

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.risk.artefact import Model

FOLDER = "risk"
SUBJECT = "risk_model"


@dataclass(frozen=True)
class InForce:
    """A model in force, its file's digest, and the act that put it there: number, day, by, why."""

    name: str
    act: int
    day: date
    by: str
    why: str
    digest: str


def in_force(home: "Home") -> InForce | None:
    """What the register says is in force; None where nothing is."""
    acts = home.register.acts(subject=SUBJECT)
    if acts.is_empty():
        return None
    last = acts.row(-1, named=True)
    if last["kind"] != "model_adopted":
        return None
    payload = _payload(last)
    return InForce(payload["model"], last["number"], last["day"], last["by"], last["why"], payload["digest"])


def model_in_force(home: "Home") -> "Model | None":
    """The model in force, read from its file.

    Raises:
        RequestError: its file was changed or exchanged, or was made for other features: train anew.
        NotFound: its file is gone.
    """
    found = in_force(home)
    if found is None:
        return None
    model = read_model(home, found.name)
    if model.digest != found.digest:
        raise RequestError(
            f"The file of {found.name} is not the one that act {found.act} put in force. Put its file back, or train a model with: fxwatch risk train",
            f"{found.name} 的文件不是登记事项第 {found.act} 项所启用的文件。请恢复原文件，或重新训练：fxwatch risk train",
        )
    return model


def model_of(home: "Home", name: str | None = None) -> "Model":
    """A model of the home by its name, or the one in force.

    Raises:
        NotFound: there is none of that name, or none in force.
    """
    if name is not None:
        return read_model(home, name)
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


def read_model(home: "Home", name: str) -> "Model":
    """A model of the home by its name.

    Raises:
        NotFound: there is none of that name.
        RequestError: its file does not fit, or is that of a model with another name.
    """
    from fxwatch.risk import artefact

    path: Path = home.path / FOLDER / f"{name}.json"
    if Path(name).name != name or not path.is_file():
        there = ", ".join(models(home)) or "none"
        raise NotFound(
            f"There is no risk model {name} in {home.path}; there are: {there}.",
            f"{home.path} 中没有风险模型 {name}；现有：{'、'.join(models(home)) or '无'}。",
        )
    model = artefact.read(path)
    if model.name != name:
        raise RequestError(
            f"{path} holds the model {model.name}: a model's file bears its own name. Name the file {model.name}.json, or train a model with: fxwatch risk train",
            f"{path} 所含模型为 {model.name}，文件须以模型名命名。请将文件命名为 {model.name}.json，或重新训练：fxwatch risk train",
        )
    return model


def _payload(act: dict[str, Any]) -> dict[str, Any]:
    import json

    payload = act["payload"]
    found: dict[str, Any] = json.loads(payload) if isinstance(payload, str) else payload
    return found
