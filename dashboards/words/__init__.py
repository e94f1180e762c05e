"""The catalogue: every sentence that a screen says, in both languages side by side, one file a screen.

A file is `{"key": {"en": "…", "zh": "…"}}`, asked for as `file.key`. Values stand in braces as in `str.format`. Where
English tells one from many, `one` is said when `count` is 1.
"""

import json
from functools import cache
from importlib.resources import files

from fxwatch.terms import Language


def say(key: str, language: Language, **values: object) -> str:
    """The sentence of a key in a language, with its values in place.

    Raises:
        KeyError: there is no such key, or the sentence needs a value that was not given.
    """
    told = catalogue()[key]
    spoken = told["one"] if language == "en" and values.get("count") == 1 and "one" in told else told[language]
    return spoken.format(**values) if values else spoken


def knows(key: str) -> bool:
    """Whether the catalogue has a key."""
    return key in catalogue()


def heading(column: str, language: Language) -> str:
    """What stands above a column of a table.

    Raises:
        KeyError: `columns.json` does not name it.
    """
    return say(f"columns.{column}", language)


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every sentence by `file.key`."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".json"):
            room = file.name.removesuffix(".json")
            found.update({f"{room}.{key}": told for key, told in json.loads(file.read_text("utf-8")).items()})
    return found
