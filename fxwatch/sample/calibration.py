"""What the invented sample is fitted to: shares, sizes and seasons, read from `data/sample_calibration.csv`."""

from dataclasses import dataclass

from fxwatch.facts import facts
from fxwatch.terms import Direction, Item


@dataclass(frozen=True)
class Calibration:
    """The measures of the calibration file.

    Args:
        share: the part of a direction's amount that an item has.
        direction_share: the part of all amounts that a direction has.
        median_usd: the middle amount of a flow by item.
        amount_ln_sd: standard deviation of the logarithm of an amount, by direction.
        month_share: the part of a year's flows that falls into a month, January first.
        day_off_share: the part of flows that falls on days off.
        flows_per_entity_ln_sd: standard deviation of the logarithm of the flows an entity has.
    """

    share: dict[tuple[str, str], float]
    direction_share: dict[str, float]
    median_usd: dict[str, float]
    amount_ln_sd: dict[str, float]
    month_share: tuple[float, ...]
    day_off_share: float
    flows_per_entity_ln_sd: float


def read_calibration() -> Calibration:
    """The shipped calibration."""
    value = {(r["measure"], r["item"], r["direction"]): float(r["value"]) for r in facts("sample_calibration.csv")}
    return Calibration(
        share={(d.value, i.value): value["share", i, d] for d in Direction for i in Item},
        direction_share={d.value: value["share", "", d] for d in Direction},
        median_usd={i.value: value["median_usd", i, ""] for i in Item},
        amount_ln_sd={d.value: value["amount_ln_sd", "", d] for d in Direction},
        month_share=tuple(value[f"month_share_{month:02d}", "", ""] for month in range(1, 13)),
        day_off_share=value["day_off_share", "", ""],
        flows_per_entity_ln_sd=value["flows_per_entity_ln_sd", "", ""],
    )
