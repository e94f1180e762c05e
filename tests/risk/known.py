"""What is known of a few invented entities, drawn as tables."""

from datetime import date, timedelta
from typing import Any

import polars as pl

from fxwatch.flows import DIRECTION, ITEM
from fxwatch.risk.features import Known
from tests.tables import entity, rows

FLOW = {
    "entity": "LAW", "direction": "payment", "item": "consulting", "day": "2026-03-02", "usd": "1000", "cp": "p1", "economy": "HKG",
    "type": "P", "invoice": "-", "vague": "no", "round": "no", "known": "-", "gone": "-", "declaration": "-",
}  # fmt: skip
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)


def day_of(text: str) -> date | None:
    return None if text == "-" else date.fromisoformat(text)


def known_flows(text: str) -> pl.DataFrame:
    drawn = [{**FLOW, **row} for row in rows(text)]
    parties = sorted({d["cp"] for d in drawn} | {d["invoice"] for d in drawn})
    number = {name: n for n, name in enumerate(parties)}
    return pl.DataFrame(
        [
            {
                "flow": n, "declaration": n if d["declaration"] == "-" else 10_000 + int(d["declaration"]),
                "entity": entity(d["entity"]), "direction": d["direction"], "item": d["item"], "day": day_of(d["day"]),
                "amount_usd": round(float(d["usd"]) * 100), "settled_usd": 0, "payment_type": d["type"], "economy": d["economy"],
                "counterparty": number[d["cp"]], "invoice": None if d["invoice"] == "-" else number[d["invoice"]],
                "is_vague": d["vague"] == "yes", "is_round": d["round"] == "yes",
                "known_on": day_of(d["known"]) or day_of(d["day"]), "gone_on": day_of(d["gone"]),
            }
            for n, d in enumerate(drawn, 1)
        ],
        schema={
            "flow": pl.Int64, "declaration": pl.Int64, "entity": pl.Int32, "direction": DIRECTION, "item": ITEM, "day": pl.Date,
            "amount_usd": pl.Int64, "settled_usd": pl.Int64, "payment_type": pl.Enum(["A", "P", "R", "O"]), "economy": pl.String,
            "counterparty": pl.UInt64, "invoice": pl.UInt64, "is_vague": pl.Boolean, "is_round": pl.Boolean, "known_on": pl.Date,
            "gone_on": pl.Date,
        },
    )  # fmt: skip


def known(flows: str, hits: str = "", acts: str = "", decisions: str = "", **more: Any) -> Known:
    """Flows drawn with the columns of `FLOW`; hits: hit, rule, entity, raised, known; acts: entity, kind, day, ended; decisions:
    hit, entity, decision, day. `more` has entities' attributes: LAW={"registered_on": …}."""
    frame = known_flows(flows)
    named = sorted({r.get("entity", "LAW") for t in (flows, hits, acts) if t for r in rows(t)})
    calendar = pl.DataFrame({"day": [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]})
    return Known(
        flows=frame,
        entities=pl.DataFrame(
            [
                {
                    "entity": entity(n), "industry": None, "registered_on": None, "investor_economies": None, "known_on": None,
                    "gone_on": None, **more.get(n, {}),
                }
                for n in named
            ],
            schema={
                "entity": pl.Int32, "industry": pl.String, "registered_on": pl.Date, "investor_economies": pl.String,
                "known_on": pl.Date, "gone_on": pl.Date,
            },
        ),
        hits=pl.DataFrame(
            [
                (r["hit"], r["rule"], entity(r["entity"]), day_of(r["raised"]), day_of(r["known"]))
                for r in (rows(hits) if hits else [])
            ],
            schema={"hit_id": pl.String, "rule": pl.String, "entity": pl.Int32, "raised_on": pl.Date, "known_on": pl.Date},
            orient="row",
        ),
        decisions=pl.DataFrame(
            [(r["hit"], entity(r["entity"]), r["decision"], day_of(r["day"])) for r in (rows(decisions) if decisions else [])],
            schema={"hit_id": pl.String, "entity": pl.Int32, "decision": pl.String, "day": pl.Date},
            orient="row",
        ),
        acts=pl.DataFrame(
            [
                (entity(r["entity"]), r["kind"], day_of(r["day"]), day_of(r["day"]), day_of(r["ended"]))
                for r in (rows(acts) if acts else [])
            ],
            schema={"entity": pl.Int32, "kind": pl.String, "day": pl.Date, "known_on": pl.Date, "ended_on": pl.Date},
            orient="row",
        ),
        calendar=calendar.with_columns(is_workday=pl.col("day").dt.weekday() < 6),
    )  # fmt: skip
