import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fxwatch.identifiers import (
    CREDIT_ALPHABET,
    ORGANISATION_ALPHABET,
    credit_check,
    entity_key,
    entity_keys,
    organisation_check,
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("100000710", "100000710"),
        ("10000071-0", "100000710"),
        (" 100000710\u3000", "100000710"),
        ("91120101100000710A", "100000710"),
        ("91120101100000710a", "100000710"),
        ("91110000600037341L", "600037341"),
        ("100000711", None),
        ("91120101100000711D", None),
        ("91120101100000710B", None),
        ("12345", None),
        ("", None),
        ("１00000710", None),
        ("000000000", None),
        ("1000007100", None),
    ],
)
def test_an_identifier_names_its_entity_or_nothing(text: str, key: str | None) -> None:
    assert entity_key(text) == key


def test_without_verification_an_identifier_is_taken_as_it_is() -> None:
    assert entity_key(" nr-Supplier_7 ", verify=False) == "nr-Supplier_7"
    assert entity_key("91120101100000710a", verify=False) == "91120101100000710a"
    assert entity_key("x" * 32, verify=False) == "x" * 32
    assert entity_key("x" * 33, verify=False) is None
    assert entity_key("no blanks", verify=False) is None
    assert entity_key("", verify=False) is None


organisations = st.text(ORGANISATION_ALPHABET, min_size=8, max_size=8).map(lambda c: c + organisation_check(c))
inner = st.text(CREDIT_ALPHABET, min_size=8, max_size=8).map(lambda c: c + organisation_check(c))
credits = st.tuples(st.text(CREDIT_ALPHABET, min_size=8, max_size=8), inner).map(
    lambda p: p[0] + p[1] + credit_check(p[0] + p[1])
)
near = st.text(ORGANISATION_ALPHABET + "abz- _\u0660\x1c\u3000\xa0\n", max_size=20)


@given(st.lists(organisations | credits | near | st.text(max_size=19)), st.booleans())
def test_the_column_reads_what_the_function_reads(texts: list[str], verify: bool) -> None:
    column = entity_keys(pl.Series("id", texts, dtype=pl.String), verify=verify)
    assert column.to_list() == [entity_key(text, verify=verify) for text in texts]
    assert column.name == "id"


@given(organisations)
def test_a_code_with_its_check_digit_is_its_own_key(code: str) -> None:
    assert entity_key(code.lower()) == (code if code != "000000000" else None)


@given(credits)
def test_both_codes_name_the_same_entity(code: str) -> None:
    assert entity_key(code) == entity_key(code[8:17])
