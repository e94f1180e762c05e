"""What becomes of a hit: its own decision, what it took over, an explanation, or whether it is still found."""

import polars as pl

from fxwatch.terms import Status

_NEEDED = ("hit_id", "rule", "entity_id", "raised_on", "digest", "is_gone")


def with_status(found: pl.DataFrame, decisions: pl.DataFrame, superseded_by_hit: dict[str, list[str]]) -> pl.DataFrame:
    """Add `status`, `notice` and `evidence_changed` to found hits.

    A hit's own decision speaks first; then the decisions of the hits it superseded (a decision before open, the newest
    before older ones); then an explanation that covers its day; else it is withdrawn when no longer found, or open.

    Args:
        found: columns of `warehouse.findings.found_hits`.
        decisions: `Register.decisions`.
        superseded_by_hit: `warehouse.findings.supersessions`.
    """
    own = decisions.select("hit_id", "decision", "notice", decided_on="digest")
    # Only what is needed goes through the joins: copying wide rows is what would cost.
    hits = found.select(_NEEDED).join(own, on="hit_id", how="left", maintain_order="left")
    inherited = _inherited(hits, decisions, superseded_by_hit)
    if len(inherited):
        hits = hits.join(inherited, on="hit_id", how="left", maintain_order="left").with_columns(
            decision=pl.coalesce("decision", "heir_decision"), notice=pl.coalesce("notice", "heir_notice")
        )
    covered = _covered(hits, decisions)
    decided = pl.col("decision").is_in([Status.NOTICED, Status.DISMISSED]).fill_null(value=False)
    told = hits.select(
        status=pl.when(decided)
        .then(pl.col("decision"))
        .when(pl.col("is_gone"))
        .then(pl.lit(Status.WITHDRAWN.value))
        .when(pl.col("decision").is_null() & pl.col("hit_id").is_in(covered.implode()))
        .then(pl.lit(Status.EXPLAINED.value))
        .otherwise(pl.lit(Status.OPEN.value)),
        notice=pl.when(pl.col("decision") == Status.NOTICED).then("notice"),
        # A decision taken over from a superseded finding was made on other evidence.
        evidence_changed=decided
        & (pl.col("is_gone") | (pl.col("decided_on") != pl.col("digest")).fill_null(value=True)),
    )
    return found.hstack(told)


def _inherited(hits: pl.DataFrame, decisions: pl.DataFrame, superseded_by_hit: dict[str, list[str]]) -> pl.DataFrame:
    """Columns hit_id, heir_decision, heir_notice of the hits without a decision of their own that took one over."""
    heirs = hits.filter(pl.col("decision").is_null() & pl.col("hit_id").is_in(list(superseded_by_hit)))["hit_id"]
    by_hit = {row["hit_id"]: row for row in decisions.filter(pl.col("decision") != "open").iter_rows(named=True)}
    rows = []
    for hit in heirs:
        best, waiting, seen = None, list(superseded_by_hit[hit]), {hit}
        while waiting:
            ancestor = waiting.pop()
            if ancestor in seen:
                continue
            seen.add(ancestor)
            if (made := by_hit.get(ancestor)) is not None:
                best = made if best is None or made["act"] > best["act"] else best
            else:
                waiting += superseded_by_hit.get(ancestor, [])
        if best is not None:
            rows.append((hit, best["decision"], best["notice"]))
    return pl.DataFrame(
        rows, schema={"hit_id": pl.String, "heir_decision": pl.String, "heir_notice": pl.String}, orient="row"
    )


def _covered(hits: pl.DataFrame, decisions: pl.DataFrame) -> pl.Series:
    """Ids of hits that a standing dismissal of the same rule and entity explains: from its own hit's day to its last day."""
    explains = decisions.filter(
        (pl.col("decision") == Status.DISMISSED) & pl.col("explains_until").is_not_null()
    ).select("rule", "entity_id", explains_from="raised_on", explains_until="explains_until")
    return (
        hits.select("hit_id", "rule", "entity_id", "raised_on")
        .join(explains, on=["rule", "entity_id"])
        .filter(pl.col("raised_on").is_between("explains_from", "explains_until"))["hit_id"]
        .unique()
    )
