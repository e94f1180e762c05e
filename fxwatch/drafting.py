"""The skeleton of a rule of the house's own, with its test: what `fxwatch rules new` writes."""

import re
from pathlib import Path

from fxwatch.errors import RequestError

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

RULE = '''"""{name}: say in one line what it sees."""

from dataclasses import dataclass

import polars as pl

from fxwatch.rule import EarlyWarning, finding, param


@dataclass(frozen=True, kw_only=True)
class {kind}(EarlyWarning):
    """An entity's payments of one day in one item add up to more than the limit.

    Why it matters: say why somebody should look.
    Leaves out: say what it does not see.
    """

    title = "{title}"
    title_zh = "{title}"
    basis = "say what it rests on"
    because = "{{entity}} paid USD {{value:,.2f}} in {{item_name}} on {{first_day}}; the limit is USD {{limit_value:,.2f}}."
    because_zh = "{{entity}}于 {{first_day}} 在{{item_name}}项下付汇 {{value:,.2f}} 美元，限额为 {{limit_value:,.2f}} 美元。"
    key = ("entity", "item", "direction")
    threshold = "limit_usd"  # what-if tells near misses of it; leave it out where a higher limit may find more

    limit_usd: int = param(100_000, unit="USD", meaning="largest sum that raises no hit", meaning_zh="不触发预警的最高金额")

    def looks_at(self) -> pl.Expr:
        """Payments."""
        return pl.col("direction") == "payment"

    def find(self, flows: pl.LazyFrame) -> pl.LazyFrame:
        """One finding an entity, item and day."""
        sums = flows.filter(self.looks_at()).group_by(*self.key, "day").agg(pl.col("amount_usd").sum())
        limit = self.on("limit_usd", pl.col("day"))
        above = sums.filter(pl.col("amount_usd") > limit)
        return above.select(*finding(value="amount_usd", limit=limit, first_day="day", item="item"))
'''

TEST = '''"""{name} on both sides of its limit. Run it with: python -m pytest {test}"""

from datetime import date
from pathlib import Path

import polars as pl

from fxwatch.engines.local import find_all
from fxwatch.flows import FLOW_COLUMNS
from fxwatch.rulebook import rule_of

RULE = rule_of(Path(__file__).with_name("{name}.py"))


def found(*amounts: float) -> pl.DataFrame:
    """What the rule finds in payments of one day, with a limit of 100."""
    rows = [(n, n, 1, "payment", "consulting", date(2026, 3, 2), round(usd * 100)) for n, usd in enumerate(amounts)]
    flows = pl.DataFrame(rows, schema=FLOW_COLUMNS, orient="row")
    return find_all({{RULE.name(): RULE(limit_usd=100)}}, flows, {{}}).hits


def test_the_limit_itself_raises_no_hit() -> None:
    assert found(60, 40).is_empty()


def test_a_cent_more_does() -> None:
    assert found(60, 40.01)["value"].to_list() == [10_001]
'''


def draft(folder: Path, name: str) -> tuple[Path, Path]:
    """Write the skeleton of a rule and its test, side by side.

    The skeleton is a whole rule: it is in the book at once, and its test passes.

    Returns:
        The files of the rule and of its test.

    Raises:
        RequestError: the name does not fit, or one of the files is there already.
    """
    if not _NAME.fullmatch(name):
        raise RequestError(
            f"A rule is named like large_daily_total: small letters and digits, words joined by _; found {name!r}.",
            f"指标名称形如 large_daily_total：小写字母和数字，以下划线连接；实为 {name!r}。",
        )
    rule, test = folder / f"{name}.py", folder / f"test_{name}.py"
    there = next((path for path in (rule, test) if path.exists()), None)
    if there:
        raise RequestError(
            f"{there} is there already. Choose another name, or take the file away first.",
            f"{there} 已存在。请另取名称，或先移走该文件。",
        )
    words = name.split("_")
    told = {
        "name": name,
        "kind": "".join(w.capitalize() for w in words),
        "title": " ".join(words[:5]).capitalize(),
        "test": test,
    }
    folder.mkdir(parents=True, exist_ok=True)
    rule.write_text(RULE.format(**told), "utf-8")
    test.write_text(TEST.format(**told), "utf-8")
    return rule, test
