"""An entity's traits in words: its industry and its area."""

from dashboards.visit import Visit
from fxwatch.reading import traits


def industry(visit: Visit, code: str | None) -> str:
    """An industry as its code and the name of its section."""
    if not code:
        return visit.say("entity.no_industry")
    letter = traits.section_of(code)
    name = traits.section_names(visit.language).get(letter or "", "")
    return f"{code} {name}".strip()


def area(visit: Visit, code: str | None) -> str:
    """An area by its name; by that of its province where it has none in the reader's language."""
    if not code:
        return visit.say("entity.no_area")
    province = traits.region_names(visit.language).get(code[: traits.AREA_DIGITS], "")
    return traits.area_names(visit.language).get(code) or province or code


def economies(visit: Visit, codes: str) -> str:
    """Economies that are joined by semicolons, by their names."""
    names = traits.economy_names(visit.language)
    return ("、" if visit.language == "zh" else ", ").join(names.get(code, code) for code in codes.split(";"))
