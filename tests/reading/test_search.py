"""Finding an entity by name, part of a name or identifier."""

from datetime import date

import polars as pl
import pytest

from fxwatch.home import make_home
from fxwatch.reading.search import FOUND, search
from fxwatch.review import record_breach
from fxwatch.session import Session

SHIP, LINES, LAW = "100000016", "100000024", "100000032"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    make_home(folder / "home", simulation=True, bare=True).change_setting("today", "2026-03-31")
    (folder / "entities.csv").write_text(
        "entity_id,name,industry,area,registered_on\n"
        f"{SHIP},渤海远洋运输有限公司,5521,120116,2010-01-01\n"
        f"{LINES},Bohai Lines (North.Sea) Ltd,55,120000,2010-01-01\n"
        f"{LAW},North Sea Law,7231,310000,2010-01-01\n",
        "utf-8",
    )
    home = Session(folder / "home")
    home.load("entities", folder / "entities.csv")
    record_breach(home, "B-1", entity_id=LAW, day=date(2026, 3, 1), provision="39")
    yield home
    home.register.close()


def ids(found):
    return found["entity_id"].to_list()


@pytest.mark.parametrize("text", [SHIP, "10000001-6", "911201011000000165", " 100000016 "])
def test_either_form_of_an_identifier_finds_the_one_it_names(home, text):
    assert ids(search(home, text)) == [SHIP]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("远洋", [SHIP]),
        ("渤海 运输", [SHIP]),
        ("bohai", [LINES]),
        ("SEA north", [LAW, LINES]),
        ("north sea", [LAW, LINES]),
        ("(north.", [LINES]),
        (".*", []),
        ("1000000", [LAW, SHIP, LINES]),
        ("10000001", [SHIP]),
        ("nothing of the kind", []),
    ],
)
def test_a_part_of_a_name_or_the_beginning_of_an_identifier_finds_all_that_hold_it(home, text, found):
    assert sorted(ids(search(home, text))) == sorted(found)


def test_a_name_that_begins_so_stands_first(home):
    assert ids(search(home, "north")) == [LAW, LINES]


def test_each_has_its_grade_now_and_what_the_roll_says(home):
    assert search(home, "north").select("entity_id", "grade", "industry", "area").rows() == [
        (LAW, "C", "7231", "310000"),
        (LINES, "A", "55", "120000"),
    ]


def test_no_more_are_found_than_asked(home):
    assert len(search(home, "1000000", 2)) == 2


def test_blanks_and_codes_of_nobody_find_nothing(home):
    for text in ("", "  ", "100000999"):
        found = search(home, text)
        assert found.is_empty()
        assert found.schema == pl.Schema(FOUND)
