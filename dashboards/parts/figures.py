"""Numbers and days as people write them in each language. Amounts are Decimal in USD, shares fractions of one."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate
from unicodedata import east_asian_width

from fxwatch.terms import Language

Number = Decimal | float | int

# What a large amount is counted in: English by thousands, Chinese by ten thousands.
_UNITS: dict[Language, tuple[tuple[Decimal, str], ...]] = {
    "en": (
        (Decimal(1_000_000_000_000), "tn"),
        (Decimal(1_000_000_000), "bn"),
        (Decimal(1_000_000), "m"),
        (Decimal(1_000), "k"),
    ),
    "zh": ((Decimal(1_000_000_000_000), "万亿"), (Decimal(100_000_000), "亿"), (Decimal(10_000), "万")),
}
_ADDRESS = re.compile(r":(?=//)|www(?=\.)|@", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:$&^=@/])")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def money(amount: Decimal | None, language: Language) -> str:
    """An amount in three or four figures.

    >>> money(Decimal("1234567890.12"), "en"), money(Decimal("1234567890.12"), "zh"), money(Decimal("-950"), "en")
    ('$1.23 bn', '12.35 亿美元', '−$950.00')
    """
    if amount is None:
        return "–"
    sign = "−" if amount < 0 else ""
    divisor, unit = unit_of([amount], language)
    figures = _rounded(abs(amount) / divisor)
    if language == "zh":
        return f"{sign}{figures} {unit}美元"
    return f"{sign}${figures}{' ' if unit else ''}{unit}"


def unit_of(amounts: Iterable[Decimal], language: Language) -> tuple[Decimal, str]:
    """What the largest of some amounts is best counted in: the divisor and its name, empty for single dollars.

    >>> unit_of([Decimal(999), Decimal(-25_000_000)], "en")
    (Decimal('1000000'), 'm')
    """
    largest = max((abs(a) for a in amounts), default=Decimal(0))
    for divisor, name in _UNITS[language]:
        if largest >= divisor:
            return divisor, name
    return Decimal(1), ""


def exact(amount: Decimal | None) -> str:
    """An amount to the cent.

    >>> exact(Decimal("1234567.8")), exact(Decimal("-0.05"))
    ('1,234,567.80', '−0.05')
    """
    return "–" if amount is None else f"{amount:,.2f}".replace("-", "−")


def count(number: int | None) -> str:
    """A count with thousands.

    >>> count(1234567)
    '1,234,567'
    """
    return "–" if number is None else f"{number:,}".replace("-", "−")


def share(fraction: Number | None) -> str:
    """A fraction as a percentage with one decimal; nothing for nothing.

    >>> share(0.12345), share(None)
    ('12.3 %', '–')
    """
    return "–" if fraction is None else f"{_percent(fraction)} %".replace("-", "−")


def change(fraction: Number | None, language: Language = "en", note: str | None = None) -> str:
    """A growth with its sign; where there is none because the base was nothing, that it is new.

    >>> change(0.256), change(Decimal("-0.04")), change(None, "zh", note="new"), change(None)
    ('+25.6 %', '−4.0 %', '新增', '–')
    """
    if fraction is None:
        return ("新增" if language == "zh" else "new") if note and "new" in note.split(";") else "–"
    percent = _percent(fraction)
    return f"{'+' if percent > 0 else ''}{percent} %".replace("-", "−")


def day(value: date | None, language: Language) -> str:
    """A day.

    >>> day(date(2026, 3, 1), "en"), day(date(2026, 3, 1), "zh")
    ('1 Mar 2026', '2026年3月1日')
    """
    if value is None:
        return "–"
    if language == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def month(value: date | None, language: Language) -> str:
    """A month.

    >>> month(date(2026, 3, 1), "en"), month(date(2026, 3, 1), "zh")
    ('Mar 2026', '2026年3月')
    """
    if value is None:
        return "–"
    return f"{value.year}年{value.month}月" if language == "zh" else f"{_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime | None, language: Language) -> str:
    """A moment that is stored in UTC, as the clock on the wall of the bureau showed it (Asia/Shanghai).

    >>> moment(datetime(2026, 3, 1, 17, 5), "en")
    '2 Mar 2026 01:05'
    """
    if value is None:
        return "–"
    from datetime import UTC

    from fxwatch.home import ZONE

    local = value.replace(tzinfo=UTC).astimezone(ZONE)
    return f"{day(local.date(), language)} {local:%H:%M}"


def shortened(text: str, room: int) -> str:
    """A text that ends in an ellipsis where it would not fit; a Chinese character takes the room of two letters.

    >>> shortened("Harbour Films", 20), shortened("Harbour Films", 8), shortened("海港影业有限公司", 8)
    ('Harbour Films', 'Harbour…', '海港影…')
    """
    widths = [2 if east_asian_width(letter) in "WF" else 1 for letter in text]
    if sum(widths) <= room:
        return text
    fitting = sum(reached < room for reached in accumulate(widths))
    return text[:fitting].rstrip() + "…"


def plain(text: object) -> str:
    """Text from elsewhere, such as an entity's name, made harmless for Markdown.

    >>> print(plain("A*B [x](y) $1"))
    A\\*B \\[x\\]\\(y\\) \\$1
    """
    # A joiner of no width, where an address would become a link by itself.
    unlinked = _ADDRESS.sub("\\g<0>\N{WORD JOINER}", str(text).replace("\n", " "))
    return _MARKDOWN.sub(r"\\\1", unlinked)


def _rounded(amount: Decimal) -> str:
    places = Decimal("0.01") if amount < 1000 else Decimal("1")
    return f"{amount.quantize(places, ROUND_HALF_UP):,}"


def _percent(fraction: Number) -> Decimal:
    return (Decimal(str(fraction)) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
