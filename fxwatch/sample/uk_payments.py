"""Maps real payments of UK public bodies to flows, so that a full run can be tried on data nobody invented.

The source is a CSV (or `.csv.gz`) of published supplier payments, row by row, dirt included, with the columns
`row, body, file, Payment Date, Amount, Organisational Unit, Expense Type, Beneficiary Name`. The mapping reads a payment as
its supplier sees it: a receipt of GBP from a body abroad. It is rough, and it mends nothing: days and amounts are handed
on as published, so that intake can show what it does with them.

    python -m fxwatch.sample.uk_payments SOURCE FOLDER

Then, in a home with `verify_ids = false` (suppliers have no Chinese identifiers):

    fxwatch load entities FOLDER/entities.csv
    fxwatch load flows FOLDER/flows.csv
"""

import csv
import gzip
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fxwatch.errors import FileRefused
from fxwatch.facts import fact_file

KEYWORDS = "real_payments_uk_item_map.csv"

# The body whose purchasing category says what a payment is for; the others say it in their expense type.
BY_UNIT = "networkrail"

NEEDED = ("row", "body", "Payment Date", "Amount", "Organisational Unit", "Expense Type", "Beneficiary Name")
FLOWS = (
    "declaration_no",
    "entity_id",
    "direction",
    "day",
    "code",
    "currency",
    "amount",
    "counterparty",
    "economy",
    "remark",
)


@dataclass(frozen=True)
class Keyword:
    """A text that, found in a payment's purpose, gives its code; `of_unit`: it is looked for in the unit's name."""

    text: str
    code: str
    of_unit: bool


def map_payments(source: Path, folder: Path, keywords: Path | None = None) -> None:
    """Write `flows.csv` and `entities.csv` (the suppliers) into a folder, both in UTF-8.

    Args:
        source: the published payments.
        folder: made where it does not exist.
        keywords: rows of `order, body, keyword, code`; the shipped ones where none are given.

    Raises:
        FileRefused: the source cannot be read, or lacks a column.
    """
    known = read_keywords(keywords or fact_file(KEYWORDS))
    folder.mkdir(parents=True, exist_ok=True)
    suppliers: dict[str, None] = {}
    with (folder / "flows.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(FLOWS)
        for payment in read_payments(source):
            suppliers.setdefault(payment["Beneficiary Name"])
            lines.writerow(flow(payment, known))
    suppliers.pop("", None)
    with (folder / "entities.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("entity_id", "name"))
        lines.writerows((supplier, supplier) for supplier in sorted(suppliers))


def read_keywords(path: Path) -> tuple[Keyword, ...]:
    """The keywords in their order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["order"]))
    return tuple(Keyword(row["keyword"], row["code"], row["body"] == BY_UNIT) for row in rows)


def read_payments(source: Path) -> Iterator[dict[str, str]]:
    """The published rows as texts."""
    try:
        with gzip.open(source) if source.suffix == ".gz" else source.open("rb") as file:
            rows = csv.DictReader(map(decode, file))
            missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
            if missing:
                raise FileRefused(
                    f"{source} has no column {missing[0]}. It should be a file of payments.",
                    f"{source} 缺少列 {missing[0]}。应为付款文件。",
                )
            yield from rows
    except (OSError, EOFError, csv.Error) as fault:
        raise FileRefused(
            f"{source} cannot be read: {fault}. Give a CSV or a gzipped CSV.",
            f"无法读取 {source}:{fault}。请提供 CSV 或其 gzip。",
        ) from fault


def decode(line: bytes) -> str:
    """A line as text: UTF-8 where it is, else Windows-1252, in which some of the published lines are.

    >>> decode("Rep & Maint – roof".encode()), decode(b"S17 \\x96 preventive")
    ('Rep & Maint – roof', 'S17 – preventive')
    """
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def flow(payment: dict[str, str], keywords: tuple[Keyword, ...]) -> tuple[str, ...]:
    """One payment as a row of a flows file, columns of `FLOWS`."""
    by_unit = payment["body"] == BY_UNIT
    purpose = payment["Organisational Unit" if by_unit else "Expense Type"]
    return (
        f"UKSAMPLE{int(payment['row']):08d}",
        payment["Beneficiary Name"],
        "receipt",
        payment["Payment Date"],
        code_of(purpose, keywords, of_unit=by_unit),
        "GBP",
        payment["Amount"],
        payment["body"],
        "GBR",
        purpose,
    )


def code_of(purpose: str, keywords: tuple[Keyword, ...], *, of_unit: bool) -> str:
    """The code of the first keyword that the purpose contains; empty (waiting) where the body does not say it.

    >>> code_of("Public Transport and Taxi Fares", (Keyword("Taxi", "transport", False),), of_unit=False)
    'transport'
    """
    if purpose in ("", "Unspecified"):
        return ""
    found = (k.code for k in keywords if k.of_unit is of_unit and k.text in purpose)
    return next(found, "other_business")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Usage: python -m fxwatch.sample.uk_payments SOURCE FOLDER")
    map_payments(Path(sys.argv[1]), Path(sys.argv[2]))
