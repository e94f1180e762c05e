"""Every reason of quarantine, from both sides of its limit."""

from dataclasses import replace

import polars as pl
import pytest

from fxwatch.intake.reasons import Reason
from fxwatch.intake.rows import Oddity
from tests.intake.desk import LAW, SOUND, STRANGER, FlowDesk, table


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({}, "accepted"),
        ({"declaration_no": "x" * 32}, "accepted"),
        ({"declaration_no": "x" * 33}, "BAD_KEY"),
        ({"declaration_no": ""}, "BAD_KEY"),
        ({"declaration_no": "N-1"}, "BAD_KEY"),
        ({"declaration_no": "Ｎ1"}, "BAD_KEY"),
        ({"declaration_no": " N1\u3000"}, "accepted"),
        ({"leg": "2"}, "accepted"),
        ({"leg": ""}, "accepted"),
        ({"leg": "3"}, "BAD_KEY"),
        ({"leg": "1.0"}, "BAD_KEY"),
        ({"action": ""}, "accepted"),
        ({"action": "a"}, "BAD_ACTION"),
        ({"action": "C"}, "UNKNOWN_KEY"),
        ({"action": "D"}, "UNKNOWN_KEY"),
        ({"entity_id": "91120101100000710a"}, "accepted"),
        ({"entity_id": "10000071-0"}, "accepted"),
        ({"entity_id": "100000711"}, "BAD_ID"),
        ({"entity_id": ""}, "BAD_ID"),
        ({"entity_id": STRANGER}, "UNKNOWN_ENTITY"),
        ({"day": "20250630"}, "accepted"),
        ({"day": "2025-07-01"}, "FUTURE_DAY"),
        ({"day": "2025-02-31"}, "BAD_DATE"),
        ({"day": "20250231"}, "BAD_DATE"),
        ({"day": "2025-4-8"}, "BAD_DATE"),
        ({"day": "０２０２５０４０８"}, "BAD_DATE"),
        ({"day": "2025-04-08T00:00:00"}, "BAD_DATE"),
        ({"day": "0000-01-01"}, "BAD_DATE"),
        ({"day": ""}, "BAD_DATE"),
        ({"direction": "in"}, "BAD_DIRECTION"),
        ({"direction": ""}, "BAD_DIRECTION"),
        ({"code": ""}, "accepted"),
        ({"code": "transport"}, "accepted"),
        ({"code": "299000"}, "UNKNOWN_CODE"),
        ({"code": "022011"}, "UNKNOWN_CODE"),
        ({"code": "1122"}, "UNKNOWN_CODE"),
        ({"code": "222"}, "UNKNOWN_CODE"),
        ({"code": "121010"}, "out_of_scope"),
        ({"code": "999999"}, "out_of_scope"),
        ({"amount": "0.01"}, "accepted"),
        ({"amount": "0.00"}, "BAD_AMOUNT"),
        ({"amount": "0.001"}, "BAD_AMOUNT"),
        ({"amount": "-0"}, "BAD_AMOUNT"),
        ({"amount": "-1"}, "BAD_AMOUNT"),
        ({"amount": "+1"}, "BAD_AMOUNT"),
        ({"amount": "1e400"}, "BAD_AMOUNT"),
        ({"amount": "1e2"}, "BAD_AMOUNT"),
        ({"amount": "NaN"}, "BAD_AMOUNT"),
        ({"amount": "inf"}, "BAD_AMOUNT"),
        ({"amount": "１２"}, "BAD_AMOUNT"),
        ({"amount": "1,000.00"}, "BAD_AMOUNT"),
        ({"amount": ".5"}, "BAD_AMOUNT"),
        ({"amount": "5."}, "BAD_AMOUNT"),
        ({"amount": ""}, "BAD_AMOUNT"),
        ({"amount": "1000000000000.00"}, "accepted"),
        ({"amount": "1000000000000.01"}, "BAD_AMOUNT"),
        ({"amount": "9" * 16}, "BAD_AMOUNT"),
        ({"currency": "ZZZ"}, "BAD_CURRENCY"),
        ({"currency": "usd"}, "BAD_CURRENCY"),
        ({"currency": ""}, "BAD_CURRENCY"),
        ({"currency": "EUR"}, "NO_RATE"),
        ({"settled_amount": "10.00"}, "accepted"),
        ({"settled_amount": "0"}, "accepted"),
        ({"settled_amount": "10.01"}, "BAD_FIELD"),
        ({"settled_amount": "-0"}, "BAD_FIELD"),
        ({"settled_amount": "some"}, "BAD_FIELD"),
        ({"economy": "HKG"}, "accepted"),
        ({"economy": "HK"}, "BAD_FIELD"),
        ({"payment_type": "R"}, "accepted"),
        ({"payment_type": "Z"}, "BAD_FIELD"),
        ({"scope": "domestic"}, "accepted"),
        ({"scope": "abroad"}, "BAD_FIELD"),
        ({"party_type": "C"}, "accepted"),
        ({"party_type": "X"}, "BAD_FIELD"),
        ({"party_type": "D"}, "out_of_scope"),
        ({"party_type": "F"}, "out_of_scope"),
        ({"remark": "two\nlines"}, "accepted"),
        ({"remark": "nul \0"}, "BAD_FIELD"),
    ],
    ids=lambda value: "-".join(f"{k}={v[:24]!r}" for k, v in value.items()) if isinstance(value, dict) else value,
)
def test_a_row_is_taken_or_has_its_reason(row: dict[str, str], outcome: str) -> None:
    assert FlowDesk().reasons(row) == [outcome]


@pytest.mark.parametrize(
    ("row", "first"),
    [
        ({"declaration_no": "-", "action": "X", "entity_id": "?"}, "BAD_KEY"),
        ({"action": "X", "entity_id": "?", "day": "?"}, "BAD_ACTION"),
        ({"action": "C", "entity_id": "?"}, "UNKNOWN_KEY"),
        ({"entity_id": STRANGER, "day": "?", "direction": "in"}, "UNKNOWN_ENTITY"),
        ({"day": "?", "direction": "in", "amount": "0"}, "BAD_DATE"),
        ({"day": "2025-07-01", "direction": "in", "amount": "0"}, "FUTURE_DAY"),
        ({"direction": "in", "code": "x", "amount": "0"}, "BAD_DIRECTION"),
        ({"code": "x", "amount": "0", "currency": "ZZZ"}, "UNKNOWN_CODE"),
        ({"amount": "0", "currency": "ZZZ", "economy": "?"}, "BAD_AMOUNT"),
        ({"currency": "ZZZ", "economy": "?"}, "BAD_CURRENCY"),
        ({"currency": "EUR", "economy": "?"}, "NO_RATE"),
    ],
)
def test_of_several_reasons_the_first_of_the_list_is_given(row: dict[str, str], first: str) -> None:
    assert FlowDesk().reasons(row) == [first]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"entity_id": STRANGER}, "out_of_scope"),
        (
            {"amount": "?", "currency": "", "economy": "?", "scope": "?", "settled_amount": "x", "party_type": "?"},
            "out_of_scope",
        ),
        ({"remark": "nul \0"}, "out_of_scope"),
        ({"entity_id": "100000711"}, "BAD_ID"),
        ({"day": "2025-13-01"}, "BAD_DATE"),
        ({"day": "2025-07-01"}, "FUTURE_DAY"),
        ({"direction": "in"}, "BAD_DIRECTION"),
        ({"declaration_no": "?"}, "BAD_KEY"),
        ({"action": "?"}, "BAD_ACTION"),
    ],
)
def test_a_row_out_of_scope_is_judged_by_key_action_id_form_day_direction_and_code_only(
    row: dict[str, str], outcome: str
) -> None:
    assert FlowDesk().reasons({"code": "121010", **row}) == [outcome]
    assert FlowDesk().reasons({"party_type": "D", "code": "x"}) == ["UNKNOWN_CODE"]


def test_of_a_deletion_only_key_and_action_are_judged() -> None:
    desk = FlowDesk()
    nothing = dict.fromkeys(("entity_id", "direction", "day", "code", "currency", "amount"), "?")
    assert desk.reasons(
        {}, {"action": "D", **nothing, "leg": "3"}, {"action": "D", **nothing}, {"action": "D", **nothing}
    ) == [
        "accepted",
        "BAD_KEY",
        "accepted",
        "duplicate",
    ]


def test_an_item_stands_in_place_of_a_code() -> None:
    desk = FlowDesk()
    desk.take(
        {"declaration_no": "A", "code": "communications"},
        {"declaration_no": "B", "code": "222040"},
        {"declaration_no": "C", "code": "227010"},
        {"declaration_no": "D", "code": "other_business"},
        {"declaration_no": "E", "code": "228023"},
        {"declaration_no": "F", "code": ""},
    )
    assert desk.standing("item", "bpm6") == [(8, 12), (8, 2), (8, 8), (11, 12), (2, 9), (None, None)]


def test_an_unknown_entity_is_enrolled_by_its_identifier_where_that_is_set() -> None:
    desk = FlowDesk(admit_unknown=True)
    assert desk.reasons({"entity_id": STRANGER}, {"declaration_no": "N2", "entity_id": "100000711"}) == [
        "accepted",
        "BAD_ID",
    ]
    assert STRANGER in desk.roll


def test_identifiers_from_elsewhere_are_taken_as_they_are() -> None:
    desk = FlowDesk(verify_ids=False, admit_unknown=True)
    assert desk.reasons({"entity_id": "networkrail-7"}, {"declaration_no": "N2", "entity_id": "a b"}) == [
        "accepted",
        "BAD_ID",
    ]
    assert desk.roll[-1] == "networkrail-7"


def test_the_bank_is_the_first_twelve_characters_of_a_full_number() -> None:
    desk = FlowDesk()
    desk.take(
        {"declaration_no": "1201000001012504080001"}, {"declaration_no": "N2"}, {"declaration_no": "N3", "bank": "B"}
    )
    assert desk.standing("bank") == [("120100000101",), (None,), ("B",)]


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("declaration_no", "BAD_KEY"),
        ("entity_id", "BAD_ID"),
        ("code", "UNKNOWN_CODE"),
        ("invoice_no", "BAD_FIELD"),
        ("bank", "BAD_FIELD"),
    ],
)
def test_a_code_that_a_worksheet_holds_as_a_number_has_the_reason_of_its_column(column: str, reason: str) -> None:
    desk = FlowDesk()
    value = {"invoice_no": "12", "bank": "12"}.get(column, SOUND.get(column, ""))
    rows = replace(table([{**SOUND, column: value}]), odd={0: Oddity(numbers=frozenset({column}))})
    assert desk.take_rows(rows).reasons == {reason: 1}
    assert "number" in desk.sentences()[0][0]


def test_a_row_with_a_field_too_many_is_kept_whole() -> None:
    desk = FlowDesk()
    rows = replace(table([{**SOUND, "remark": "a"}]), odd={0: Oddity(excess=("b", "c"))})
    assert desk.take_rows(rows).reasons == {"BAD_FIELD": 1}
    assert '"excess": ["b", "c"]' in desk.waiting("raw")[0][0]


def test_every_reason_has_a_sentence_in_both_languages_that_names_the_offender() -> None:
    desk = FlowDesk()
    rows = [
        {"declaration_no": "N-1"},
        {"action": "X"},
        {"declaration_no": "N2", "action": "C"},
        {"declaration_no": "N2", "action": "D"},
        {"declaration_no": "N3"},
        {"declaration_no": "N3", "action": "D"},
        {"declaration_no": "N3", "action": "C"},
        {"declaration_no": "N4"},
        {"declaration_no": "N4", "amount": "11"},
        *(
            {"declaration_no": f"M{i}", column: "?!"}
            for i, column in enumerate(("entity_id", "day", "direction", "code", "amount", "currency", "scope"))
        ),
        {"declaration_no": "N5", "entity_id": STRANGER},
        {"declaration_no": "N6", "day": "2025-07-01"},
        {"declaration_no": "N7", "currency": "EUR"},
    ]
    assert set(desk.take(*rows).reasons) == {reason.name for reason in Reason}
    offenders = ["N-1", "X", "N2", "N2", "N3", "N4", *(["?!"] * 7), STRANGER, "2025-07-01", "EUR"]
    for (english, chinese), offender in zip(desk.sentences(), offenders, strict=True):
        assert offender in english
        assert offender in chinese
        assert english.endswith(".")
        assert chinese.endswith("。")


def test_the_sentence_of_a_row_out_of_reach_is_short_and_the_row_is_whole() -> None:
    desk = FlowDesk()
    desk.take({"amount": "9" * 10_000_000})
    assert len(desk.sentences()[0][0]) < 300
    assert len(desk.waiting("raw")[0][0]) > 10_000_000


def test_typed_columns_are_read_as_text_is() -> None:
    desk = FlowDesk()
    rows = table([SOUND, {**SOUND, "declaration_no": "N2"}])
    typed = rows.columns.with_columns(
        pl.col("day").str.to_date(),
        pl.Series("amount", ["10.000", "10.005"]).cast(pl.Decimal(18, 3)),
        leg=pl.lit(1, dtype=pl.Int8),
    )
    assert desk.take_rows(replace(rows, columns=typed)).reasons == {"BAD_AMOUNT": 1}
    assert desk.reasons({}) == ["duplicate"]
    assert desk.standing("entity", "amount", "leg")[0][1:] == (1000, 1)
    assert LAW in desk.roll
