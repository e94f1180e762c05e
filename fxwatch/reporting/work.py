"""The bureau's own work: from hits to notices to breaches, how long it took, who decided, why hits were dismissed."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import RequestError
from fxwatch.reading import hits as reading
from fxwatch.register import Kind
from fxwatch.reporting import html, pictures
from fxwatch.reporting.paper import form_of, write_whole
from fxwatch.reporting.parts import Holds, Part, columns, plain
from fxwatch.reporting.phrases import phrase
from fxwatch.reporting.sheets import workbook
from fxwatch.terms import Language, Status

if TYPE_CHECKING:
    from fxwatch.home import Home

FORMS = ("html", "xlsx", "json")
BY = ("rule", "month", "account")
_OUTCOMES: dict[str, Holds] = {
    "found": "count", "noticed": "count", "dismissed": "count", "dismissed_share": "share", "explained": "count",
    "withdrawn": "count", "open": "count", "median_days": "quantity", "p90_days": "quantity", "notices": "count",
    "rescinded": "count", "breaches": "count",
}  # fmt: skip
_ACCOUNT: dict[str, Holds] = {
    "by": "text", "noticed": "count", "dismissed": "count", "decided_share": "share", "median_days": "quantity",
    "notices": "count", "rescinded": "count", "breaches": "count", "acts": "count",
}  # fmt: skip
_REASON: dict[str, Holds] = {"rule": "text", "why": "text", "dismissed": "count", "share": "share"}
_DAYS_PLACES = 1


def work_table(home: "Home", by: str = "rule", *, first: date | None = None, last: date | None = None) -> pl.DataFrame:
    """The report as one table.

    Args:
        home: where.
        by: `rule`, `month` (of the day on which a hit was raised) or `account`.
        first, last: bound the day on which a hit was raised; by account, the day of the decision.

    Returns:
        By rule or month: found, and of these noticed, dismissed, dismissed_share (of noticed and dismissed), explained,
        withdrawn, open; median_days and p90_days from the day found to the decision that stands; notices that name them,
        rescinded of these, and breaches of the noticed entities dated on or after the notice. By account: hits noticed and
        dismissed, its share of all decisions, its median age, notices it issued, notices and breaches it took back or
        recorded, all its acts. Shares and ages are empty where nothing was decided.

    Raises:
        RequestError: there is no such grouping, or the period ends before it begins.
    """
    if by not in BY:
        raise RequestError(
            f"The report is by {', '.join(BY)}, not by {by}.", f"报告可按 {'、'.join(BY)} 分组，不能按 {by}。"
        )
    work = _Work(home, first, last)
    return work.accounts() if by == "account" else work.by(by)


def produce_work(
    home: "Home", out: Path | str, *, language: Language = "en", first: date | None = None, last: date | None = None
) -> Path:
    """Write the whole report: by rule, by month, by both, by account, and the reasons for dismissals.

    Args:
        home: where.
        out: a file that ends in `.html` (made for printing on A4), `.xlsx` (a sheet for each part) or `.json`.
        language: of titles and labels.
        first, last: as for `work_table`.

    Raises:
        RequestError: the file's ending is unknown, its place cannot be written, or the period ends before it begins.
    """
    out = Path(out)
    form = form_of(out, FORMS)
    work = _Work(home, first, last)
    parts = _parts(work, language)
    title = phrase("work", language)
    if form == "json":
        told = {p.name: [plain(dict(row)) for row in p.rows] for p in parts}
        period = {"first": plain(first), "last": plain(last), "day": plain(home.today())}
        made = json.dumps({"period": period, **told}, ensure_ascii=False, indent=1) + "\n"
        write_whole(out, made.encode("utf-8"))
    elif form == "xlsx":
        write_whole(out, workbook(parts, language, title))
    else:
        write_whole(out, _document(home, work, parts, title, language).encode("utf-8"))
    return out


def _parts(work: "_Work", language: Language) -> list[Part]:
    months = work.by("month").to_dicts()
    drawn = (pictures.outcomes(months, language),) if months else ()
    return [
        Part("by_rule", columns(rule="text", **_OUTCOMES), work.by("rule").to_dicts(), total=work.total(language, "rule")),
        Part("work_by_month", columns(month="month", **_OUTCOMES), months, pictures=drawn),
        Part("reasons_dismissed", columns(**_REASON), work.reasons().to_dicts()),
        Part("by_account", columns(**_ACCOUNT), work.accounts().to_dicts()),
        Part("by_rule_and_month", columns(rule="text", month="month", **_OUTCOMES), work.by("rule", "month").to_dicts(), is_wide=True),
    ]  # fmt: skip


def _document(home: "Home", work: "_Work", parts: list[Part], title: str, language: Language) -> str:
    if work.first or work.last:
        period = phrase("work_period", language, first=work.first or "…", last=work.last or "…")
    else:
        period = phrase("work_all", language)
    body = [
        html.paragraph(home.settings.bureau) if home.settings.bureau else "",
        f"<h1>{title}</h1>",
        html.paragraph(f"{home.today()} · {period}"),
        *([html.paragraph(phrase("simulation", language), "warn")] if home.simulation else []),
        html.paragraph(phrase("work_note", language), "note"),
        *(html.section(part, language) for part in parts),
    ]
    return html.page(title, body, language, foot=f"{title} · {home.today()}")


class _Work:
    """Hits of a period with what became of them, and the decisions of the same days."""

    def __init__(self, home: "Home", first: date | None, last: date | None) -> None:
        if first is not None and last is not None and last < first:
            raise RequestError(
                f"The period ends on {last}, before it begins on {first}.", f"期间止于 {last}，早于起始日 {first}。"
            )
        self.first, self.last = first, last
        self.made = home.register.decisions_made()
        self.notices = home.register.notices()
        self.breaches = home.register.breaches()
        self.acts = home.register.acts_counted(first, last)
        self.hits = self._aged(reading.hits_of(home, first=first, last=last))

    def _aged(self, hits: pl.DataFrame) -> pl.DataFrame:
        """Hits with `month`, and `age`: days from the day found to the decision that stands, none where there is none."""
        newest = self.made.group_by("hit_id", maintain_order=True).last().select("hit_id", "decision", decided_on="day")
        # Acts of a simulation home may bear a day before the hit was found: that is no age below nought.
        age = (pl.col("decided_on") - pl.col("found_on")).dt.total_days().clip(lower_bound=0)
        return hits.join(newest, on="hit_id", how="left", maintain_order="left").with_columns(
            month=pl.col("raised_on").dt.truncate("1mo"), age=pl.when(pl.col("decision") == pl.col("status")).then(age)
        )

    def by(self, *keys: str) -> pl.DataFrame:
        """The table by rule, by month or by both."""
        status = pl.col("status")
        counts = self.hits.group_by(*keys).agg(
            found=pl.len().cast(pl.Int64),
            **{s.value: (status == s).sum().cast(pl.Int64) for s in Status},
            median_days=pl.col("age").median().round(_DAYS_PLACES),
            p90_days=pl.col("age").quantile(0.9, "linear").round(_DAYS_PLACES),
        )
        for more in (self._noticed(keys), self._breached(keys)):
            counts = counts.join(more, on=keys, how="left")
        counted = pl.col("notices", "rescinded", "breaches").fill_null(0).cast(pl.Int64)
        decided = pl.col("noticed") + pl.col("dismissed")
        share = pl.when(decided > 0).then(pl.col("dismissed") / decided)
        return counts.with_columns(counted, dismissed_share=share.round(6)).select(*keys, *_OUTCOMES).sort(keys)

    def total(self, language: Language, key: str) -> dict[str, Any]:
        """All rows in one."""
        whole = self.hits.with_columns(pl.lit(phrase("total", language)).alias(key))
        kept, self.hits = self.hits, whole
        rows = self.by(key).to_dicts()
        self.hits = kept
        return rows[0] if rows else {}

    def _naming(self, keys: tuple[str, ...]) -> pl.DataFrame:
        """The notices that name the hits: keys, notice, day, entity_id, status of the notice; one row each."""
        named = self.made.filter(pl.col("decision") == Status.NOTICED).select("hit_id", "notice")
        told = self.notices.select("notice", "entity_id", issued_on="day", stands="status")
        return (
            self.hits.select("hit_id", *keys)
            .join(named, on="hit_id")
            .select(*keys, "notice")
            .unique()
            .join(told, on="notice")
        )

    def _noticed(self, keys: tuple[str, ...]) -> pl.DataFrame:
        is_rescinded = pl.col("stands") == "rescinded"
        return self._naming(keys).group_by(keys).agg(notices=pl.len(), rescinded=is_rescinded.sum())

    def _breached(self, keys: tuple[str, ...]) -> pl.DataFrame:
        standing = self.breaches.filter(pl.col("status") == "standing").select("breach_no", "entity_id", "day")
        after = self._naming(keys).filter(pl.col("stands") == "standing").join(standing, on="entity_id")
        return (
            after.filter(pl.col("day") >= pl.col("issued_on"))
            .group_by(keys)
            .agg(breaches=pl.col("breach_no").n_unique())
        )

    def _within(self, made: pl.DataFrame, day: str = "day") -> pl.DataFrame:
        if self.first is not None:
            made = made.filter(pl.col(day) >= self.first)
        return made if self.last is None else made.filter(pl.col(day) <= self.last)

    def reasons(self) -> pl.DataFrame:
        """Why hits are dismissed, by rule: rule, why, dismissed, share (of the rule's dismissed hits), the commonest first."""
        newest = self.made.group_by("hit_id", maintain_order=True).last()
        gone = self.hits.filter(pl.col("status") == Status.DISMISSED).select("hit_id", "rule")
        found = gone.join(newest.select("hit_id", "why"), on="hit_id").group_by("rule", "why").agg(dismissed=pl.len())
        share = (pl.col("dismissed") / pl.col("dismissed").sum().over("rule")).round(6)
        ordered = found.with_columns(share=share, dismissed=pl.col("dismissed").cast(pl.Int64))
        return ordered.select(list(_REASON)).sort("rule", "dismissed", "why", descending=[False, True, False])

    def accounts(self) -> pl.DataFrame:
        """Who decided how much: the columns of `_ACCOUNT`, the busiest first."""
        of = self._within(self.made.filter(pl.col("kind") != Kind.NOTICE_RESCINDED))
        ages = self.hits.filter(pl.col("age").is_not_null()).select("hit_id", "age", "decided_on")
        decided = (
            of.join(ages, on="hit_id", how="left")
            .group_by("by")
            .agg(
                noticed=(pl.col("decision") == Status.NOTICED).sum(),
                dismissed=(pl.col("decision") == Status.DISMISSED).sum(),
                median_days=pl.col("age").median().round(_DAYS_PLACES),
            )
        )
        kinds = {
            "notices": [Kind.NOTICE_ISSUED],
            "rescinded": [Kind.NOTICE_RESCINDED, Kind.BREACH_RESCINDED],
            "breaches": [Kind.BREACH_RECORDED],
        }
        worked = self.acts.group_by("by").agg(
            pl.col("acts").sum(),
            **{n: pl.col("acts").filter(pl.col("kind").is_in([str(k) for k in of])).sum() for n, of in kinds.items()},
        )
        found = worked.join(decided, on="by", how="left").with_columns(pl.col("noticed", "dismissed").fill_null(0))
        mine = pl.col("noticed") + pl.col("dismissed")
        share = pl.when(mine.sum() > 0).then(mine / mine.sum()).round(6)
        counts = pl.col("noticed", "dismissed", "notices", "rescinded", "breaches", "acts").cast(pl.Int64)
        return (
            found.with_columns(counts, decided_share=share)
            .select(list(_ACCOUNT))
            .sort(mine, "acts", "by", descending=[True, True, False])
        )
