"""The month's random sample: entities that are looked at whatever a model says, those without any hit among them."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.attention.scores import kept
from fxwatch.reading import hits as reading
from fxwatch.reading.dossier import named
from fxwatch.risk import catalogue
from fxwatch.terms import Status

if TYPE_CHECKING:
    from fxwatch.home import Home


def drawn(home: "Home") -> pl.DataFrame:
    """The entities of this month's random sample, those that nobody has looked at first, then in an order that says nothing of risk.

    Somebody has looked where an act of this month says so: a notice, a dismissal, a breach, an inquiry, a note.

    Returns:
        entity_id, name, looked_on, by (both empty where nobody has), open_hits (as things stand), turnover_usd (float, of 12
        months), risk, anomaly; nothing where no model is in force.
    """
    turnover = pl.col("values").list.get(catalogue.names().index("turnover_usd_12m"))
    sample = (
        kept(home).filter("sampled").select("entity_id", risk="probability", anomaly="anomaly", turnover_usd=turnover)
    )
    is_open = reading.hits_of(home, status=Status.OPEN).group_by("entity_id").agg(open_hits=pl.len().cast(pl.Int64))
    looked = home.register.looked_at(home.today().replace(day=1)).drop("kind")
    rows = sample.join(is_open, on="entity_id", how="left").join(looked, on="entity_id", how="left")
    rows = named(home, rows.with_columns(pl.col("open_hits").fill_null(0)))
    columns = ("entity_id", "name", "looked_on", "by", "open_hits", "turnover_usd", "risk", "anomaly")
    return rows.sort(pl.col("looked_on").is_not_null(), "entity_id").select(columns)


def left_to_look_at(home: "Home") -> int | None:
    """How many of them nobody has looked at yet; None where no model is in force, and so nobody is drawn."""
    sample = drawn(home)
    return None if sample.is_empty() else sample["looked_on"].null_count()
