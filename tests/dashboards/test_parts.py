"""The pieces that screens are put together from."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import openpyxl
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import theme
from dashboards.parts import export, figures, palette, pictures, recall, tables
from dashboards.parts.pictures import Series
from dashboards.visit import Visit
from fxwatch.errors import Decided
from fxwatch.session import Session
from tests.dashboards.conftest import See


@pytest.fixture
def visit(office: Session) -> Visit:
    return Visit(office, office.register.account("wang"), "en")


# ---- figures


@pytest.mark.parametrize(
    ("amount", "english", "chinese"),
    [
        ("0", "$0.00", "0.00 美元"),
        ("999.99", "$999.99", "999.99 美元"),
        ("1000", "$1.00 k", "1,000 美元"),
        ("9999.99", "$10.00 k", "10,000 美元"),
        ("10000", "$10.00 k", "1.00 万美元"),
        ("100000000", "$100.00 m", "1.00 亿美元"),
        ("1234567890123", "$1.23 tn", "1.23 万亿美元"),
    ],
)
def test_money_is_counted_as_each_language_counts(amount: str, english: str, chinese: str) -> None:
    assert figures.money(Decimal(amount), "en") == english
    assert figures.money(Decimal(amount), "zh") == chinese


def test_text_from_elsewhere_is_no_markdown() -> None:
    seen = AppTest.from_function(_names).run()
    assert seen.markdown[0].value == "\\[x\\]\\(javascript\\:alert\\(1\\)\\) \\*\\*bold\\*\\* \\:red\\[y\\]"


@pytest.mark.parametrize(
    "address", ["http://evil.example", "https://evil.example", "WWW.evil.example", "me@evil.example"]
)
def test_an_address_in_a_text_becomes_no_link(address: str) -> None:
    assert "\N{WORD JOINER}" in figures.plain(address)
    assert figures.plain(address).replace("\N{WORD JOINER}", "").replace("\\", "") == address


def _names() -> None:
    import streamlit as st

    from dashboards.parts import figures

    st.markdown(figures.plain("[x](javascript:alert(1)) **bold** :red[y]"))


# ---- colours


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_every_colour_stands_out_from_its_background(shade: palette.Theme) -> None:
    colours = palette.COLOURS[shade]
    for name in ("text", "soft"):
        assert palette.contrast(colours[name], colours["background"]) >= 4.5, name
    for name in set(colours) - {"text", "soft", "line", "background"}:
        assert palette.contrast(colours[name], colours["background"]) >= 3, name


@pytest.mark.parametrize("shade", ["light", "dark"])
@pytest.mark.parametrize(("one", "other"), [("receipt", "payment"), ("A", "C"), ("B", "C")])
def test_what_stands_side_by_side_differs_in_grey_too(shade: palette.Theme, one: str, other: str) -> None:
    colours = palette.COLOURS[shade]
    assert palette.contrast(colours[one], colours[other]) >= 1.2


def test_the_theme_is_readable_in_both_shades() -> None:
    options = theme.options()
    for shade in ("light", "dark"):
        grounds = [
            options[f"theme.{shade}.{name}"]
            for name in ("backgroundColor", "secondaryBackgroundColor", "sidebar.backgroundColor")
        ]
        for ground in grounds:
            for name in ("textColor", "linkColor"):
                assert palette.contrast(options[f"theme.{shade}.{name}"], ground) >= 4.5, (shade, name, ground)


def faded(ink: str, ground: str, much: float = 0.6) -> str:
    """What a caption is written in: the text's colour, partly seen through."""
    mixed = (round(int(ink[i : i + 2], 16) * much + int(ground[i : i + 2], 16) * (1 - much)) for i in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in mixed)


@pytest.mark.parametrize("shade", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "sidebar.backgroundColor"])
def test_captions_are_readable_too(shade: str, ground: str) -> None:
    options = theme.options()
    beneath = options[f"theme.{shade}.{ground}"]
    assert palette.contrast(faded(options[f"theme.{shade}.textColor"], beneath), beneath) >= 4.5


def test_the_gate_is_readable_in_both_shades() -> None:
    import re

    from dashboards.gate.pages import style

    light, dark = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root {([^}]*)}", style())
    )
    for shade in (light, dark):
        for ink, ground in (("ink", "paper"), ("soft", "paper"), ("on", "main"), ("bad", "bad-ground")):
            assert palette.contrast(shade[ink], shade[ground]) >= 4.5, (ink, ground)


def test_a_picture_is_painted_for_its_background() -> None:
    option = pictures.bars(["a"], [Series("r", "receipt", [1])], "en")
    assert palette.paint(option, "dark")["series"][0]["color"] == palette.COLOURS["dark"]["receipt"]
    assert "@" not in str(palette.paint(option, "light"))


# ---- pictures


def test_large_amounts_share_one_unit_that_the_axis_names() -> None:
    series = [Series("r", "receipt", [Decimal(1_500_000), None]), Series("p", "payment", [2_000, 3_000_000_000])]
    option = pictures.lines(["a", "b"], series, "en")
    assert option["yAxis"]["name"] == "USD bn"
    assert [one["data"] for one in option["series"]] == [[0.0015, None], [0.000002, 3.0]]
    assert pictures.lines(["a"], series, "zh")["yAxis"]["name"] == "亿美元"


def test_only_what_lies_above_the_limit_is_filled() -> None:
    option = pictures.limit_bars(["a", "b", "c"], [Decimal("100.00"), Decimal("100.01"), None], Decimal(100), "en")
    assert [bar["itemStyle"]["opacity"] for bar in option["series"][0]["data"]] == [0.45, 1, 0.45]
    assert option["series"][0]["markLine"]["data"] == [{"yAxis": 100.0}]


def test_names_in_a_picture_are_neither_templates_nor_html() -> None:
    option = pictures.bars(["{b}<img src=x>"], [Series("r", "receipt", [1])], "en")
    assert option["xAxis"]["data"] == ["(b)‹img src=x›"]


@pytest.mark.parametrize(
    "option",
    [
        pictures.bars(["a", "b"], [Series("r", "receipt", [1, None])], "en", horizontal=True),
        pictures.stacked_bars(["a"], [Series("r", "receipt", [1])], "zh", kind="count"),
        pictures.lines(["a"], [Series("r", "receipt", [0.5])], "en", kind="share", area=True),
        pictures.sparkline([1, 2, None]),
        pictures.donut([("A", "A", 3), ("C", "C", 1)], "en"),
        pictures.calendar([date(2025, 12, 31), date(2026, 1, 5)], [1, 2], "zh"),
        pictures.limit_bars(["a"], [1], 2, "en", kind="count"),
        pictures.timeline([(date(2026, 1, 5), "notices", "N1")], [("notices", "payment")], "en"),
    ],
    ids=["bars", "stacked", "lines", "sparkline", "donut", "calendar", "limit", "timeline"],
)
def test_every_picture_is_taken_by_streamlit(option: pictures.Option) -> None:
    import json

    from streamlit.elements import echarts_chart

    json.dumps(palette.paint(option, "light"), allow_nan=False)
    assert echarts_chart is not None
    seen = AppTest.from_function(_draws, args=(option,)).run()
    assert not seen.exception, seen.exception


def _draws(option: object) -> None:
    import streamlit as st

    from dashboards.parts.palette import paint

    st.echarts_chart(paint(option, "light"), key="p")


# ---- tables and files


def test_headers_and_code_words_are_in_the_readers_language(visit: Visit) -> None:
    frame = pl.DataFrame(
        {"item": ["travel", None], "direction": ["receipt", "payment"], "documents": [["contract", "invoice"], []]}
    )
    chinese = Visit(visit.home, visit.account, "zh")
    assert tables.localized(frame, chinese).rows() == [("旅游", "收入", "合同、发票"), (None, "支出", "")]
    assert tables.localized(frame, visit)["item"].to_list() == ["travel", None]


def test_a_table_shows_a_thousand_rows_and_says_so(visit: Visit) -> None:
    seen = AppTest.from_function(_tables, args=(visit, pl.DataFrame({"no": range(1_001)}))).run()
    assert len(seen.dataframe[0].value) == 1_000
    assert "1,000 of 1,001" in seen.caption[0].value
    seen = AppTest.from_function(_tables, args=(visit, pl.DataFrame({"no": range(1_000)}))).run()
    assert not seen.caption


def _tables(visit: object, frame: object) -> None:
    from dashboards.parts import tables

    tables.show(visit, frame, key="t")


def test_no_cell_of_a_file_is_a_formula() -> None:
    names = ["=1+1", "+1", "-A1", "@A1", "\t=1", "plain", "-1", None]
    frame = pl.DataFrame({"name": names, "amount": [Decimal("-1.00")] * 8, "days": [["=a"]] * 8})
    lines = export.csv_for_excel(frame).decode("utf-8-sig").splitlines()[1:]
    assert [line[0] for line in lines[:4]] == ["'"] * 4
    assert lines[5].startswith("plain,-1.00,'=a")
    assert lines[6].startswith("'-1,-1.00")  # a text stays a text, and a number a number
    sheet = openpyxl.load_workbook(io.BytesIO(export.xlsx(frame))).active
    assert sheet is not None
    assert {sheet.cell(row, 1).data_type for row in range(2, 8)} == {"s"}
    assert sheet.cell(2, 1).value == "=1+1"


# ---- recall


def test_an_answer_is_computed_once_however_many_ask(visit: Visit) -> None:
    asked: list[int] = []
    together = threading.Barrier(4, timeout=10)

    def answer(home: Session, number: int) -> int:
        asked.append(number)
        return number * 2

    def ask(_: int) -> int:
        together.wait()
        return recall.remembered(visit, answer, 21)

    with ThreadPoolExecutor(4) as many:
        assert list(many.map(ask, range(4))) == [42] * 4
    assert asked == [21]
    assert recall.remembered(visit, answer, 4) == 8
    assert asked == [21, 4]
    recall.forget()


def test_an_act_makes_an_answer_be_asked_for_again_unless_it_rests_on_the_snapshot(own_office: Session) -> None:
    visit, asked = Visit(own_office, own_office.register.account("wang"), "en"), []

    def answer(home: Session) -> int:
        asked.append(1)
        return len(asked)

    assert [recall.remembered(visit, answer), recall.remembered(visit, answer, of="snapshot")] == [1, 2]
    own_office.register.set_account("xu", ["analyst"], by=own_office.actor(None), why="")
    assert [recall.remembered(visit, answer), recall.remembered(visit, answer, of="snapshot")] == [3, 2]
    own_office.run()
    assert recall.remembered(visit, answer, of="snapshot") == 4
    recall.forget()


def test_a_refusal_is_not_remembered(visit: Visit) -> None:
    def refuse(home: Session) -> None:
        raise Decided("First.", "先。")

    for _ in range(2):
        with pytest.raises(Decided):
            recall.remembered(visit, refuse)
    recall.forget()


def test_answers_that_hold_much_make_room_for_one_another(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "BYTES", 20_000)
    asked: list[int] = []

    def answer(home: Session, number: int) -> dict[str, pl.DataFrame]:
        asked.append(number)
        return {"rows": pl.DataFrame({"number": [number] * 1_000})}  # 8,000 bytes

    for number in (1, 2, 1, 3, 1, 2):
        recall.remembered(visit, answer, number)
    assert asked == [1, 2, 3, 2]
    recall.forget()


def test_the_answer_asked_for_longest_ago_is_dropped_first(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "ANSWERS", 2)
    asked: list[int] = []

    def answer(home: Session, number: int) -> None:
        asked.append(number)

    for number in (1, 2, 1, 3, 1, 2):
        recall.remembered(visit, answer, number)
    assert asked == [1, 2, 3, 2]
    recall.forget()


# ---- deciding


def test_a_refusal_becomes_a_sentence_in_the_readers_language(visit: Visit) -> None:
    seen = AppTest.from_function(_decides, args=(Visit(visit.home, visit.account, "zh"),)).run()
    assert (seen.error[0].value, seen.markdown[0].value) == ("已由孙办理。", "False")


def _decides(visit: object) -> None:
    import streamlit as st

    from dashboards.parts import decide
    from fxwatch.errors import Decided

    with decide.guard(visit) as outcome:
        raise Decided("Sun was first.", "已由孙办理。")
    st.markdown(str(outcome.done))


def test_a_screen_is_seen_as_its_account_sees_it(see: See) -> None:
    assert not see("operations", "zhou", "zh").exception
