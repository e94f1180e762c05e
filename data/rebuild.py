"""Rebuilds the derived files of `data/` from a folder of the public reference files named in its README.

    python data/rebuild.py FOLDER

The other files (items, codes, documents, industries) are written by hand and are not touched.
"""

import csv
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import log
from pathlib import Path

DATA = Path(__file__).resolve().parent

PLACES = Decimal(1).scaleb(-12)

# Withdrawn since 1999 but quoted in the rates file: flows of those years are still loaded.
WITHDRAWN = {
    "BGN": "Bulgarian Lev",
    "CYP": "Cyprus Pound",
    "EEK": "Kroon",
    "HRK": "Kuna",
    "LTL": "Lithuanian Litas",
    "LVL": "Latvian Lats",
    "MTL": "Maltese Lira",
    "ROL": "Old Leu",
    "SIT": "Tolar",
    "SKK": "Slovak Koruna",
    "TRL": "Old Turkish Lira",
}

PROVINCES = {
    "11": "Beijing",
    "12": "Tianjin",
    "13": "Hebei",
    "14": "Shanxi",
    "15": "Inner Mongolia",
    "21": "Liaoning",
    "22": "Jilin",
    "23": "Heilongjiang",
    "31": "Shanghai",
    "32": "Jiangsu",
    "33": "Zhejiang",
    "34": "Anhui",
    "35": "Fujian",
    "36": "Jiangxi",
    "37": "Shandong",
    "41": "Henan",
    "42": "Hubei",
    "43": "Hunan",
    "44": "Guangdong",
    "45": "Guangxi",
    "46": "Hainan",
    "50": "Chongqing",
    "51": "Sichuan",
    "52": "Guizhou",
    "53": "Yunnan",
    "54": "Tibet",
    "61": "Shaanxi",
    "62": "Gansu",
    "63": "Qinghai",
    "64": "Ningxia",
    "65": "Xinjiang",
}

# Second-level names of the list that are no places but rubrics.
RUBRICS = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}


def rates(reference: Path) -> Iterator[Sequence[object]]:
    """Month, currency, USD per unit, source: cross rates of the last day of each month that has rates."""
    last: dict[str, dict[str, str]] = {}
    for row in _rows(reference / "fx_ecb_eur_reference_daily_1999_2026.csv"):
        last[row["Date"][:7]] = row  # days ascend, so the last one of a month stays
    for month, row in sorted(last.items()):
        per_euro = {ccy: Decimal(rate) for ccy, rate in row.items() if ccy != "Date" and rate}
        usd = per_euro.pop("USD")
        # A currency without a rate on that very day is left out: an older one would pass for the month's.
        for currency, rate in sorted({**per_euro, "EUR": Decimal(1)}.items()):
            usd_per_unit = (usd / rate).quantize(PLACES, ROUND_HALF_UP)
            yield month, currency, f"{usd_per_unit:f}", f"ECB cross rate {row['Date']}"


def calendar(reference: Path) -> Iterator[Sequence[object]]:
    """Day, is_workday."""
    for row in _rows(reference / "cn_workday_calendar_2004_2026.csv"):
        yield row["date"], row["is_workday"]


def currencies(reference: Path) -> Iterator[Sequence[object]]:
    """Currency, name, minor unit (empty where there is none)."""
    found = {
        r["alpha"]: (r["name"], r["minor_unit"].replace("-", "")) for r in _rows(reference / "iso4217_currencies.csv")
    }
    for code, name in WITHDRAWN.items():
        found.setdefault(code, (name, "2"))
    for code, (name, minor_unit) in sorted(found.items()):
        yield code, name, minor_unit


def economies(reference: Path) -> Iterator[Sequence[object]]:
    """Economy, English name, Chinese name."""
    for row in sorted(_rows(reference / "iso3166_countries.csv"), key=lambda r: r["alpha3"]):
        yield row["alpha3"], row["name_en"], row["official_name_zh"]


def areas(reference: Path) -> Iterator[Sequence[object]]:
    """Area, Chinese name, English name (provinces only): provinces by 2 and 6 digits, cities and counties by 6."""
    found: dict[str, tuple[str, str]] = {}
    for row in _rows(reference / "cn_admin_divisions_2023.csv"):
        code, province, city = row["county_code"], row["province"], row["city"]
        english = PROVINCES[code[:2]]
        found[code[:2]] = found[f"{code[:2]}0000"] = (province, english)
        place = "" if city in RUBRICS else city
        if place:
            found[f"{code[:4]}00"] = (province + place, "")
        found[code] = (province + place + row["county"], "")
    for area, names in sorted(found.items()):
        yield area, *names


# BPM6 items of the official table, by their number there, and the World Bank group whose growth they share.
BPM6_ITEMS = {
    "1": ("SA", "other"),
    "2": ("SB", "other"),
    "3": ("SC", "transport"),
    "4": ("SD", "travel"),
    "5": ("SE", "other"),
    "6": ("SF", "insurance_financial"),
    "7": ("SG", "insurance_financial"),
    "8": ("SH", "ip"),
    "9": ("SI", "other"),
    "10": ("SJ", "other"),
    "11": ("SK", "other"),
    "12": ("SL", "other"),
}

# Where a slug is a part of a BPM6 item, the BPM5 items of 2013Q4 say how large a part.
SLUGS = {
    "transport": ("SC", ()),
    "construction": ("SE", ()),
    "consulting": ("SJ", ("9",)),
    "royalties": ("SH", ()),
    "computer_information": ("SI", ("7",)),
    "travel": ("SD", ()),
    "insurance": ("SF", ()),
    "financial": ("SG", ()),
    "communications": ("SI", ("3",)),
    "advertising": ("SJ", ("10",)),
    "audiovisual": ("SK", ()),
    "other_business": ("SJ", ("12",)),
    "government": ("SL", ()),
    "unlisted": ("SA+SB", ()),
}
SPLITS = {"SI": ("3", "7"), "SJ": ("9", "10", "12")}

# Most travel is paid by individuals, with cards and cash: this much of it is left to enterprises.
TRAVEL_BY_ENTERPRISES = 0.1

# Ours: no public table tells the size of a single flow by item.
MEDIAN_USD = {
    "transport": 4_000,
    "construction": 20_000,
    "consulting": 6_000,
    "royalties": 12_000,
    "computer_information": 5_000,
    "travel": 1_500,
    "insurance": 4_000,
    "financial": 5_000,
    "communications": 3_000,
    "advertising": 4_000,
    "audiovisual": 6_000,
    "other_business": 5_000,
    "government": 3_000,
    "unlisted": 8_000,
}

SIDES = {"receipt": "credit", "payment": "debit"}


def sample_calibration(reference: Path) -> Iterator[Sequence[object]]:
    """Measure, item, direction, value, source: what the invented sample is fitted to."""
    official = "SAFE 2017H1 by BPM6 item, brought to 2024 by World Bank group, split by SAFE 2013Q4 (BPM5)"
    totals = {}
    for direction, side in SIDES.items():
        amounts = _by_item(reference, side)
        totals[direction] = sum(amounts.values())
        for item, amount in amounts.items():
            yield "share", item, direction, f"{amount / totals[direction]:.6f}", official
    for direction, total in totals.items():
        yield "share", "", direction, f"{total / sum(totals.values()):.6f}", official
    for item, median in MEDIAN_USD.items():
        yield "median_usd", item, "", median, "assumed"
    profile = {(r["dataset"][:2], r["metric"]): r["value"] for r in _rows(reference / "txn_profile_real_datasets.csv")}
    for direction in SIDES:
        value = profile["cn", f"{direction}_ln_amount_sd"]
        yield "amount_ln_sd", "", direction, value, "cn_sme_vat_invoices_2016_2020"
    for month in range(1, 13):
        metric = f"month_share_2017_2019_{month:02d}"
        share = sum(float(profile["cn", f"{direction}_{metric}"]) for direction in SIDES) / 2
        yield (
            f"month_share_{month:02d}",
            "",
            "",
            f"{share:.4f}",
            "cn_sme_vat_invoices_2016_2020, mean of both directions",
        )
    yield "day_off_share", "", "", profile["uk", "payment_weekend_row_share"], "uk_public_body_payments_2009_2023"
    spread = sum(
        log(
            float(profile[d, "payment_rows_per_entity_year_p99"])
            / float(profile[d, "payment_rows_per_entity_year_p50"])
        )
        for d in ("cn", "uk")
    ) / (2 * 2.326)  # 2.326 standard deviations lie between the median and the 99th percentile
    yield (
        "flows_per_entity_ln_sd",
        "",
        "",
        f"{spread:.3f}",
        "cn_sme_vat_invoices and uk_public_body_payments, p99 over p50",
    )


def _by_item(reference: Path, side: str) -> dict[str, float]:
    """Amounts by slug, in units that only mean something beside each other."""
    tables = list(_rows(reference / "safe_services_by_item_selected_periods.csv"))
    bpm6 = {r["item_code"]: float(r[side]) for r in tables if r["period"] == "2017H1" and r["item_code"] != "0"}
    bpm5 = {r["item_code"]: float(r[side]) for r in tables if r["period"] == "2013Q4"}
    then, now = (_world_bank(reference, side, year) for year in ("2017", "2024"))
    heads = {head: bpm6[code] * now[group] / then[group] for code, (head, group) in BPM6_ITEMS.items()}
    heads["SA+SB"] = heads["SA"] + heads["SB"]
    heads["SD"] *= TRAVEL_BY_ENTERPRISES
    amounts = {}
    for slug, (head, parts) in SLUGS.items():
        part = sum(bpm5[p] for p in parts) / sum(bpm5[p] for p in SPLITS[head]) if parts else 1
        amounts[slug] = heads[head] * part
    return amounts


def _world_bank(reference: Path, side: str, year: str) -> dict[str, float]:
    """China's services of a year by group, in USD."""
    rows = _rows(reference / "wdi_china_services_annual_1982_2024.csv")
    row = next(r for r in rows if r["year"] == year)
    total = float(row[f"services_{side}_usd"])
    groups = ("transport", "travel", "insurance_financial")
    found = {group: total * float(row[f"{side}_{group}_pct"]) / 100 for group in groups}
    found["ip"] = float(row[f"ip_charges_{side}_usd"])
    found["other"] = total * float(row[f"{side}_other_pct_derived"]) / 100 - found["ip"]
    return found


FILES = {
    "rates.csv": ("month,currency,usd_per_unit,source", rates),
    "calendar.csv": ("day,is_workday", calendar),
    "currencies.csv": ("currency,name,minor_unit", currencies),
    "economies.csv": ("economy,name_en,name_zh", economies),
    "areas.csv": ("area,name,name_en", areas),
    "sample_calibration.csv": ("measure,item,direction,value,source", sample_calibration),
}

COPIES = ("real_payments_uk_item_map.csv",)


def rebuild(reference: Path, data: Path = DATA) -> None:
    """Write every derived file."""
    for name, (header, make) in FILES.items():
        _write(data / name, header.split(","), make(reference))
    for name in COPIES:
        shutil.copyfile(reference / name, data / name)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(header)
        lines.writerows(rows)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(
            "Usage: python data/rebuild.py FOLDER, where FOLDER holds the reference files named in data/README.md."
        )
    rebuild(Path(sys.argv[1]))
