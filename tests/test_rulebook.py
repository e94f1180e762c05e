"""The rule book: presence is registration, a misfit is refused by name, parameters have dates."""

import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import polars as pl
import pytest

from fxwatch.errors import HouseError, NotFound, RequestError
from fxwatch.rule import BEGINNING, EarlyWarning
from fxwatch.rulebook import in_force, inputs_of, monitors, parameter_named, parse_value, rules, rules_in, table

ARTICLE = ["consecutive_days", "large_daily_total", "large_transport_transfer"]
PARAMETERS = {"name": pl.String, "value": pl.String, "valid_from": pl.Date, "basis": pl.String, "at": pl.Datetime}
NOON = datetime.fromisoformat("2026-01-01T12:00")

GOOD = '''
    """{name}: a rule that is one."""

    from dataclasses import dataclass

    import polars as pl

    from fxwatch.rule import EarlyWarning, param


    @dataclass(frozen=True, kw_only=True)
    class Rule(EarlyWarning):
        """Something is above the limit.

        Why it matters: it is a test.
        Leaves out: nothing.
        """

        title = "A rule"
        title_zh = "指标"
        basis = "a test"
        because = "{{entity}} is above."
        because_zh = "{{entity}}超限。"

        limit_usd: int = param(5, unit="USD", meaning="the limit", meaning_zh="限额")

        def find(self, flows: pl.LazyFrame, roll: pl.LazyFrame) -> pl.LazyFrame:
            """Nothing."""
            return flows
'''


def entered(*versions: tuple[str, str, str]) -> pl.DataFrame:
    """Entries of parameters, one after the other."""
    rows = [
        (n, v, date.fromisoformat(day), "decision 7", NOON + timedelta(minutes=k))
        for k, (n, v, day) in enumerate(versions)
    ]
    return pl.DataFrame(rows, schema=PARAMETERS, orient="row")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], dict[str, Any]]]:
    """Writes one module into a rule book of its own and opens the book."""
    package = f"book_{tmp_path.name}".replace("-", "_")
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").write_text('"""A book."""\n')
    monkeypatch.syspath_prepend(str(tmp_path))

    def opened(name: str, text: str) -> dict[str, Any]:
        (folder / f"{name}.py").write_text(dedent(text).lstrip(), "utf-8")
        return rules_in(package, EarlyWarning)

    yield opened
    for module in [m for m in sys.modules if m.startswith(package)]:
        del sys.modules[module]


def test_presence_is_registration() -> None:
    assert set(ARTICLE) < set(rules())
    assert list(rules()) == sorted(rules())
    assert "top_items" in monitors()
    folder = Path(__file__).parents[1] / "indicators"
    for package, found in (("early_warning", rules()), ("monitoring", monitors())):
        assert set(found) == {p.stem for p in (folder / package).glob("*.py")} - {"__init__"}


def test_every_rule_has_its_test() -> None:
    tests = Path(__file__).parent
    assert [n for n in rules() if not (tests / "early_warning" / f"test_{n}.py").exists()] == []
    assert [n for n in monitors() if not (tests / "monitoring" / f"test_{n}.py").exists()] == []


def test_a_good_rule_is_taken_by_its_file_name(book: Callable[[str, str], dict[str, Any]]) -> None:
    found = book("above", GOOD.format(name="above"))
    assert list(found) == ["above"]
    assert inputs_of(found["above"]()) == ("roll",)


@pytest.mark.parametrize(
    ("written", "instead", "at", "reason"),
    [
        ("class Rule(EarlyWarning)", "class Rule(object)", None, "one class, of kind EarlyWarning; found none"),
        ("import polars as pl", "import no_such_module", "no_such", "cannot be read: No module named 'no_such_module'"),
        ("limit_usd: int =", "limit_usd int =", "limit_usd int", "cannot be read"),
        ('"""above: a rule', '"""Above, a rule', '"""Above', "should begin with 'above'"),
        ("@dataclass(frozen=True, kw_only=True)", "@dataclass(kw_only=True)", "@dataclass(", "cannot be read"),
        ("above the limit.", "above the limit", "@dataclass(", "one sentence"),
        ("Why it matters:", "Matters:", "@dataclass(", "'Why it matters:'"),
        ("Leaves out:", "Without:", "@dataclass(", "'Leaves out:'"),
        ('title_zh = "指标"', 'title_zh = ""', "@dataclass(", "the fact title_zh is missing"),
        ('because = "{entity} is above."', "", "@dataclass(", "the fact because is missing"),
        ('title = "A rule"', 'title = "A rule of far too many words"', "title =", "more than 5 words"),
        ('param(5, unit="USD", meaning="the limit", meaning_zh="限额")', "5", "limit_usd:", "declared with param()"),
        ('meaning="the limit"', 'meaning=""', "limit_usd:", "limit_usd should have a unit and a meaning"),
        ('unit="USD"', 'unit=""', "limit_usd:", "should have a unit and a meaning"),
        ('unit="USD"', 'unit="days"', "limit_usd:", "limit_usd (days) disagree"),
        ("limit_usd: int", "limit: int", "limit:", "limit (USD) disagree"),
        ('int = param(5, unit="USD"', 'str = param("low", unit="word"', "limit_usd:", "disagree"),
        (
            'limit_usd: int = param(5, unit="USD"',
            'level: str = param("low", unit="word"',
            "level:",
            "should name its choices",
        ),
        ("roll: pl.LazyFrame", "weather: pl.LazyFrame", "def find", "find() asks for weather, which is no input"),
        ("def find(", "def look(", "@dataclass(", "say how it works in find()"),
        ('basis = "a test"', 'unit = "EUR"; basis = "a test"', "unit =", "unit should be one of USD"),
        ('basis = "a test"', 'columns = ("weather",); basis = "a test"', "columns =", "no column weather"),
    ],
)
def test_a_misfit_is_refused_with_file_line_and_reason(
    book: Callable[[str, str], dict[str, Any]], written: str, instead: str, at: str | None, reason: str
) -> None:
    text = dedent(GOOD.format(name="above")).lstrip()
    assert written in text
    text = text.replace(written, instead, 1)
    with pytest.raises(HouseError) as refused:
        book("above", text)
    place = refused.value.english.partition(" is no rule: ")[0]
    line = f", line {text[: text.index(at)].count(chr(10)) + 1}" if at else ""
    assert place.endswith(f"above.py{line}")
    assert reason in refused.value.english
    assert "above.py" in refused.value.chinese


def test_two_classes_in_a_file_are_refused(book: Callable[[str, str], dict[str, Any]]) -> None:
    text = dedent(GOOD.format(name="above")).lstrip()
    with pytest.raises(HouseError, match="found Rule, Other"):
        book("above", f"{text}\n\nclass Other(Rule):\n{indent('pass', '    ')}\n")


def test_without_entries_the_defaults_are_in_force() -> None:
    book = in_force(entered())
    assert book == {name: rule() for name, rule in rules().items()}
    assert book["large_daily_total"].dated("limit_usd").on(date(1980, 1, 1)) == 1_000_000


def test_a_version_is_in_force_from_its_day_until_the_next() -> None:
    rule = in_force(
        entered(
            ("large_daily_total.limit_usd", "700000", "2026-09-01"),
            ("large_daily_total.limit_usd", "800000.50", "2026-06-01"),
        )
    )
    limit = rule["large_daily_total"].dated("limit_usd")
    days = [date(2026, 5, 31), date(2026, 6, 1), date(2026, 8, 31), date(2026, 9, 1)]
    assert [limit.on(day) for day in days] == [1_000_000, Decimal("800000.50"), Decimal("800000.50"), 700_000]
    assert limit.versions[1].basis == "decision 7"
    in_cents = (
        pl.DataFrame({"day": days})
        .select(rule["large_daily_total"].on("limit_usd", pl.col("day")))
        .to_series()
        .to_list()
    )
    assert in_cents == [100_000_000, 80_000_050, 80_000_050, 70_000_000]


def test_of_two_entries_for_one_day_the_later_speaks() -> None:
    name = "consecutive_days.min_days"
    rule = in_force(entered((name, "8", "2026-06-01"), (name, "9", "2026-06-01")).reverse())["consecutive_days"]
    assert [v.value for v in rule.dated("min_days").versions] == [10, 9]


def test_an_entry_from_the_beginning_of_time_replaces_the_default() -> None:
    rule = in_force(entered(("consecutive_days.direction", "each", "0001-01-01")))["consecutive_days"]
    assert [(v.valid_from, v.value) for v in rule.dated("direction").versions] == [(BEGINNING, "each")]


def test_entries_of_grades_and_of_rules_that_are_gone_are_passed_over() -> None:
    assert in_force(
        entered(("grade.window", "calendar", "2026-06-01"), ("gone.limit_usd", "5", "2026-06-01"))
    ) == in_force(entered())


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("large_daily_total.limit_usd", "800000", 800_000),
        ("large_daily_total.limit_usd", "0.01", Decimal("0.01")),
        ("consecutive_days.min_days", "8", 8),
        ("consecutive_days.day_kind", "calendar", "calendar"),
        ("grade.max_notices_for_b", "2", "2"),
    ],
)
def test_a_value_is_read_from_words(name: str, text: str, value: Any) -> None:
    read = parameter_named(name)(text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("large_daily_total.limit_usd", "0", "at most 2 decimals above 0, in USD; found '0'"),
        ("large_daily_total.limit_usd", "-5", "above 0"),
        ("large_daily_total.limit_usd", "1.005", "at most 2 decimals"),
        ("large_daily_total.limit_usd", "NaN", "above 0"),
        ("large_daily_total.limit_usd", "much", "found 'much'"),
        ("consecutive_days.min_days", "2.5", "a whole number above 0, in days; found '2.5'"),
        ("consecutive_days.day_kind", "sunny", "one of working, calendar; found 'sunny'"),
        ("grade.window", "yearly", "one of rolling, calendar"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_both_languages(name: str, text: str, says: str) -> None:
    with pytest.raises(RequestError) as refused:
        parameter_named(name)(text)
    assert says in refused.value.english
    assert name in refused.value.english
    assert name in refused.value.chinese
    assert text in refused.value.chinese


def test_a_parameter_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(
        NotFound, match=r"no parameter large_daily_total\.limit\. There are large_daily_total\.limit_usd, large"
    ):
        parameter_named("large_daily_total.limit")
    with pytest.raises(NotFound, match="top_items is a monitor"):
        parameter_named("top_items.top_count")


def test_the_table_shows_every_version_of_every_parameter() -> None:
    shown = table(
        entered(("large_daily_total.limit_usd", "800000", "2026-06-01"), ("grade.window", "calendar", "2027-01-01"))
    )
    limit = shown.filter(rule="large_daily_total").select("title", "parameter", "value", "unit", "valid_from", "basis")
    basis = rules()["large_daily_total"].basis
    assert limit.rows() == [
        ("Large daily total", "limit_usd", "1000000", "USD", None, basis),
        ("Large daily total", "limit_usd", "800000", "USD", date(2026, 6, 1), "decision 7"),
        ("Large daily total", "severity", "article", "word", None, basis),
    ]
    assert shown.filter(rule="grade", parameter="window")["value"].to_list() == ["rolling", "calendar"]
    assert {*rules(), *monitors(), "grade", "register"} == set(shown["rule"])
    chinese = table(entered(), "zh").filter(rule="large_daily_total").row(0, named=True)
    assert chinese["title"] == rules()["large_daily_total"].title_zh


def test_a_value_in_the_table_can_be_entered_again() -> None:
    for rule, name, text in (
        table(entered()).filter(pl.col("rule").is_in(ARTICLE)).select("rule", "parameter", "value").iter_rows()
    ):
        assert parse_value(rule, name, text) == getattr(rules()[rule](), name)
