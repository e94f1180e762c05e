"""Issues the made-up bureau's notices in a simulation home: on hits of the entity that were raised shortly before.

A bureau that acts on a tip names what speaks for it: the hits of the rule that sees such things, and those of the article's rules,
which any notice may rest on. What other rules found on the same entity is another matter, and stays for review.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from fxwatch.home import Home

# A bureau that acts on a tip looks at what was raised in the months before.
LOOKS_BACK = timedelta(days=120)


def enact(home: "Home", notices: pl.DataFrame, progress: Callable[[int, int], None] | None = None) -> int:
    """Issue the notices that name a hit; one without any that speaks for it in the 120 days before is dropped.

    Args:
        home: a simulation home in which a run was made.
        notices: entity_id, day, rule, why (`Sample.notices`).

    Returns:
        How many notices were issued.
    """
    from fxwatch.reading.hits import hits_of
    from fxwatch.review import issue_notices

    by_entity = hits_of(home, status="open").partition_by("entity_id", as_dict=True)
    used: set[str] = set()
    issued = 0
    for number, told in enumerate(notices.sort("day", "entity_id").iter_rows(named=True)):
        hits = by_entity.get((told["entity_id"],))
        if hits is not None:
            speaks = (pl.col("rule") == told["rule"]) | (pl.col("severity") == "article")
            fits = hits.filter(speaks, pl.col("raised_on").is_between(told["day"] - LOOKS_BACK, told["day"]))
            named = [hit for hit in fits["hit_id"] if hit not in used]
            if named:
                used.update(named)
                issued += len(issue_notices(home, named, why=told["why"], on=told["day"]))
        if progress:
            progress(number + 1, notices.height)
    return issued
