"""The family of errors: each with an exit code, a status and two sentences."""

import inspect

import pytest

from fxwatch import errors
from fxwatch.errors import FxwatchError, HouseError, Stands

FAMILY = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, FxwatchError)]


@pytest.mark.parametrize("kind", FAMILY)
def test_each_says_its_sentence_in_both_languages(kind: type[FxwatchError]) -> None:
    fault = kind("No.", "不。")
    assert (fault.say("en"), fault.say("zh"), str(fault)) == ("No.", "不。", "No.")


@pytest.mark.parametrize("kind", FAMILY)
def test_a_wrong_house_ends_with_3_a_wrong_request_with_2_and_what_stands_though_unfinished_with_1(
    kind: type[FxwatchError],
) -> None:
    assert kind.exit_code == (1 if kind is Stands else 3 if issubclass(kind, HouseError) else 2)
    assert (kind.http_status >= 500) == issubclass(kind, HouseError | Stands)
