"""The documentation is true: every answer is as it says, whatever is asked; and nothing of it comes from another host."""

import json
import re
from datetime import date
from unittest import SkipTest

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from fxwatch.api.problems import KINDS
from fxwatch.identifiers import ORGANISATION_ALPHABET, PLACEHOLDER, organisation_check
from tests.api.served import TODAY, Bureau, Served

_codes = some.text(ORGANISATION_ALPHABET, min_size=8, max_size=8).map(lambda code: code + organisation_check(code))
schemathesis.openapi.format("entity-id", _codes.filter(lambda code: code != PLACEHOLDER))
schemathesis.openapi.format("date", some.dates(date(2024, 7, 1), TODAY).map(str))

OPERATIONS = [
    ("GET", "/v1/entities/{entity_id}/grade"),
    ("POST", "/v1/grades:check"),
    ("GET", "/v1/receipts/{number}"),
    ("GET", "/v1/changes"),
    ("GET", "/v1/file"),
    ("GET", "/v1/signing-keys"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
]


@pytest.fixture(scope="module")
def described(door: Served) -> schemathesis.BaseSchema:
    schema = schemathesis.openapi.from_url(f"{door.url}/openapi.json")
    # We send the key ourselves: a case that is wrong by its absence alone would be right again by the time it is sent.
    schema.config.generation.update(with_security_parameters=False)
    # An address or a head that is too long is refused as such, before anybody looks what is wrong in it.
    schema.config.checks.negative_data_rejection.expected_statuses = ["4xx"]
    return schema


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_as_the_documentation_says(
    described: schemathesis.BaseSchema, bureau: Bureau, method: str, path: str, mode: GenerationMode
) -> None:
    headers = {"Authorization": f"Bearer {bureau.keys['bank']}"}

    @given(case=described[path][method].as_strategy(generation_mode=mode))
    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers)

    try:
        ask()
    except (Unsatisfiable, SkipTest):
        assert mode is GenerationMode.NEGATIVE, "only an operation without arguments has nothing that could be wrong"


def test_every_problem_is_explained_where_its_type_points(door: Served) -> None:
    listed = door.http.get("/v1/problems").text
    for name, kind in KINDS.items():
        page = door.http.get(f"/v1/problems/{name}")
        assert page.status_code == 200
        assert str(kind.status) in page.text
        assert f"/v1/problems/{name}" in listed
    assert door.http.get("/v1/problems/nothing").status_code == 404


def test_the_documentation_fetches_nothing_from_another_host(door: Served) -> None:
    for path in ("/docs", "/v1/problems", "/v1/problems/no-key"):
        page = door.http.get(path)
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert not re.findall(r"(?:src|href|url\()\W{0,2}(?:https?:)?//", page.text)
    document = door.http.get("/openapi.json")
    assert door.http.get("/openapi.json", headers={"If-None-Match": document.headers["etag"]}).status_code == 304


def test_the_page_for_people_names_the_fields_of_bodies_and_answers(door: Served) -> None:
    page = door.http.get("/docs").text
    for field, kind in (
        ("entity_ids", "body, array"),
        ("on", "body, date"),
        ("answers[].grade", "answer, string"),
        ("answers[].valid_until", "answer, date-time"),
    ):
        assert f"<td><code>{field}</code><td>{kind}<td>" in page, field


def test_every_operation_has_a_name_a_sentence_and_its_problems(door: Served) -> None:
    document = json.loads(door.http.get("/openapi.json").content)
    operations = [o for methods in document["paths"].values() for o in methods.values()]
    named = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert named == set(OPERATIONS)
    assert len({o["operationId"] for o in operations}) == len(operations)
    assert all(o["description"] for o in operations)
    for operation in operations:
        if "security" in operation:
            assert {"401", "403", "429", "503"} <= set(operation["responses"])
    assert "HTTPValidationError" not in json.dumps(document)
