"""Identifiers of entities: the organisation code (GB 11714) and the unified social credit code (GB 32100).

Both name the same entity. Its key is the 9-character organisation code, upper case, without the hyphen; positions
9-17 of an 18-character code are that code. `entity_key` reads one identifier, `entity_keys` a column of them.
"""

import re
from operator import mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I O S V Z
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # 3 to the power of i, modulo 31
# The places of the organisation code within the credit code.
INNER = slice(8, 17)
# Banks fill it in for customers without a code: it would make one entity of all of them.
PLACEHOLDER = "000000000"
# White space by Unicode, as Polars strips it: `str.strip` alone would also take the separators U+001C-U+001F.
BLANKS = "\t\n\x0b\x0c\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"

_ORGANISATION = r"^[0-9A-Z]{8}[0-9X]$"
_CREDIT = r"^[0-9A-HJ-NP-RTUW-Y]{18}$"
_ASCII = r"^[0-9A-Za-z-]+$"
_AS_IT_IS = r"^[0-9A-Za-z_-]{1,32}$"
# Made ready once: a bank's thousand identifiers take 2 ms instead of 9.
_is_organisation, _is_credit, _is_ascii, _is_as_it_is = (
    re.compile(form[1:-1]).fullmatch for form in (_ORGANISATION, _CREDIT, _ASCII, _AS_IT_IS)
)
_ORGANISATION_VALUE = dict(zip(ORGANISATION_ALPHABET, range(36), strict=True)).__getitem__
_CREDIT_VALUE = dict(zip(CREDIT_ALPHABET, range(31), strict=True)).__getitem__


def entity_key(text: str, *, verify: bool = True) -> str | None:
    """The key of the entity that an identifier names; None when it is no identifier.

    Args:
        text: an organisation code or a unified social credit code; blanks around it are ignored.
        verify: check form and check digits (GB 11714, GB 32100). Otherwise any 1-32 letters, digits, `-`, `_` are
            taken as they are.

    >>> entity_key("91120101100000710a"), entity_key("10000071-0"), entity_key("100000711")
    ('100000710', '100000710', None)
    """
    text = text.strip(BLANKS)
    if not verify:
        return text if _is_as_it_is(text) else None
    if not _is_ascii(text):
        return None
    code = text.upper().replace("-", "")
    if len(code) == 18:
        if not _is_credit(code) or code[17] != credit_check(code):
            return None
        code = code[INNER]
    if not _is_organisation(code) or code[8] != organisation_check(code) or code == PLACEHOLDER:
        return None
    return code


def organisation_check(code: str) -> str:
    """The check character of the first 8 characters of an organisation code (GB 11714)."""
    total = sum(map(mul, ORGANISATION_WEIGHTS, map(_ORGANISATION_VALUE, code[:8])))
    return "0123456789X0"[11 - total % 11]


def credit_check(code: str) -> str:
    """The check character of the first 17 characters of a unified social credit code (GB 32100)."""
    total = sum(map(mul, CREDIT_WEIGHTS, map(_CREDIT_VALUE, code[:17])))
    return CREDIT_ALPHABET[-total % 31]


def entity_keys(texts: "pl.Series", *, verify: bool = True) -> "pl.Series":
    """`entity_key` of every value of a text column; null where it is none. Same length, same name."""
    import polars as pl

    text = pl.col("text").str.strip_chars()
    frame = texts.alias("text").to_frame()
    if not verify:
        kept = pl.when(text.str.contains(_AS_IT_IS)).then(text)
        return frame.select(kept.alias(texts.name)).to_series()
    compact = pl.when(text.str.contains(_ASCII)).then(text.str.to_uppercase().str.replace_all("-", "", literal=True))
    frame = frame.select(code=compact)
    code = pl.col("code")
    is_credit = code.str.contains(_CREDIT) & (
        code.str.slice(17, 1)
        == _check(code, CREDIT_WEIGHTS, CREDIT_ALPHABET, [CREDIT_ALPHABET[-n % 31] for n in range(31)])
    )
    inner = code.str.slice(INNER.start, INNER.stop - INNER.start)
    frame = frame.select(code=pl.when(code.str.len_bytes() == 9).then(code).when(is_credit).then(inner))
    check = _check(code, ORGANISATION_WEIGHTS, ORGANISATION_ALPHABET, ["0123456789X0"[11 - n] for n in range(11)])
    is_code = code.str.contains(_ORGANISATION) & (code.str.slice(8, 1) == check) & (code != PLACEHOLDER)
    return frame.select(pl.when(is_code).then(code).alias(texts.name)).to_series()


def _check(code: "pl.Expr", weights: tuple[int, ...], alphabet: str, check_of: list[str]) -> "pl.Expr":
    import polars as pl

    values = dict(zip(alphabet, range(len(alphabet)), strict=True))
    total = pl.sum_horizontal(
        code.str.slice(i, 1).replace_strict(values, default=0, return_dtype=pl.Int32) * weight
        for i, weight in enumerate(weights)
    )
    return (total % len(check_of)).replace_strict(dict(enumerate(check_of)), return_dtype=pl.String)
