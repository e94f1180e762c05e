"""A model's judgement as tables, its card as a file, and what the random sample found beside the rest."""

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.attention.card import card, html, markdown
from fxwatch.attention.describing import sentence_of, table_of
from fxwatch.attention.in_force import in_force, model_of
from fxwatch.attention.phrases import phrase
from fxwatch.errors import RequestError
from fxwatch.reading.hits import hits_of
from fxwatch.reporting.html import page
from fxwatch.reporting.paper import form_of, write_whole
from fxwatch.risk.form import GROUPED_BY
from fxwatch.risk.sampling import sampled
from fxwatch.terms import Language

if TYPE_CHECKING:
    from fxwatch.home import Home

REPORTS = (*GROUPED_BY, "sample", "month")


def report_table(home: "Home", name: str | None, by: str | None, language: Language) -> pl.DataFrame:
    """How a model was judged, as a table: see `fxwatch risk report`.

    Raises:
        NotFound: no such model, or none in force.
        RequestError: no such report.
    """
    if by is not None and by not in REPORTS:
        raise RequestError(
            f"There is no report by {by}; there are {', '.join(REPORTS)}.",
            f"没有按 {by} 的报告，可用：{'、'.join(REPORTS)}。",
        )
    if by == "sample":
        return sample_table(home)
    judged = model_of(home, name).about["judged"]
    if by is None:
        return table_of(judged, language)
    if by == "month":
        # Files made before intervals were kept have none.
        schema = {"as_of": pl.String, "psi": pl.Float64, "low": pl.Float64, "high": pl.Float64}
        return pl.DataFrame(judged["stability"], schema=schema)
    columns = ("group", "rows", "positives", "foretold", "came_true", "in_top", "right_in_top", "found")
    return pl.DataFrame(judged["groups"][by], infer_schema_length=None).select(columns)


def sentence(home: "Home", name: str | None, language: Language) -> str:
    """Whether a model is better than the best baseline, and by how much."""
    return sentence_of(model_of(home, name).about["judged"], language)


def sample_table(home: "Home") -> pl.DataFrame:
    """What was decided about hits of entities in the random sample, beside the rest: in_sample, hits, decided, noticed, noticed_share.

    An entity is in the sample of the month in which its hit was raised. Where nearly as many are noticed in the sample as elsewhere,
    what the model points at is no better than chance.
    """
    hits = hits_of(home).select("entity_id", "status", "raised_on").filter(pl.col("status") != "withdrawn")
    months = hits.with_columns(month=pl.col("raised_on").dt.month_start()).partition_by("month", maintain_order=True)
    marked = [m.with_columns(sampled(m["entity_id"], m["month"][0])) for m in months]
    if not marked:
        marked = [hits.with_columns(sampled=pl.lit(None, pl.Boolean))]
    decided = pl.col("status").is_in(["noticed", "dismissed", "explained"])
    noticed = pl.col("status") == "noticed"
    return (
        pl.concat(marked)
        .group_by(in_sample="sampled")
        .agg(hits=pl.len(), decided=decided.sum(), noticed=noticed.sum(), noticed_share=noticed.filter(decided).mean())
        .sort("in_sample", descending=True)
    )


def write_card(home: "Home", out: Path, name: str | None, language: Language) -> None:
    """Write a model's card as `.html` or `.md`.

    Raises:
        NotFound: no such model, or none in force.
        RequestError: the ending is another, or the place cannot be written.
    """
    form = form_of(out, ("html", "md"))
    model, force = model_of(home, name), in_force(home)
    if force is not None and force.name == model.name:
        said = phrase("in_force", language, day=force.day, by=force.by, act=force.act, why=force.why)
    else:
        said = phrase("not_in_force", language)
    blocks = card(model, [said], language)
    text = markdown(blocks) if form == "md" else page(blocks[0].heading, html(blocks), language, foot=model.name)
    write_whole(out, text.encode())
