"""What a flow costs at each stage, measured, and what a billion and ten billion would need: the table of the README.

Bytes: as text in a bank's CSV, as a bank's Parquet, in the home's warehouse, in an export, in the frame that the rules look at, in
the key that is sorted, and over the network where Spark shuffles. Flows a core-second: load, the article's rules with evidence, a
whole run. Beside it the register's bytes an entity.
"""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import polars as pl

import fxwatch
from fxwatch.engines.exported import export_flows
from fxwatch.flows import packed
from fxwatch.warehouse.frames import flow_frame
from tests.benchmarks import compare

BILLION = 10**9
TIMES = (1, 10)
STAGES = {
    "csv": ("a bank's CSV", "银行的 CSV"),
    "parquet": ("a bank's Parquet", "银行的 Parquet"),
    "warehouse": ("the warehouse", "数据仓库"),
    "export": ("an export (Parquet)", "导出（Parquet）"),
    "shuffle": ("Spark's shuffle", "Spark 的数据交换"),
    "frame": ("the frame in memory", "内存中的数据表"),
    "sort": ("the sorted key", "排序键"),
}
WORK = {
    "load": ("load, all checks", "导入及全部检查"),
    "hits": ("three rules with evidence", "三条指标及证据"),
    "whole": ("everything, published", "全部并发布"),
    "spark": ("the whole rule book on Spark", "Spark 上的全部指标"),
}


def measure(flows: int, rounds: int, seed: int, keep: Path | None) -> dict[str, Any]:
    with compare.standing(flows, seed, keep) as (folder, made):
        count = made["counted"]
        side = compare.race("fxwatch", folder, rounds)
        home: Any = fxwatch.open(folder / "home")
        frame = flow_frame(home.snapshot().con)
        key = frame.select(packed("entity", "item", "day")).to_series()
        shutil.rmtree(folder / "export", ignore_errors=True)
        manifest = export_flows(home, folder / "export")
        spark = on_spark(home, folder) if compare.takes_part("spark", 0) else None
        found = {
            "flows": count,
            "threads": pl.thread_pool_size(),
            "bytes": {
                "csv": made["csv_bytes"],
                "parquet": made["parquet_bytes"] / count,
                "warehouse": sum(p.stat().st_size for p in _newest(folder / "home")) / count,
                "export": manifest.bytes() / count,
                "shuffle": spark["shuffle"] / count if spark else None,
                "frame": frame.estimated_size() / count,
                "sort": key.estimated_size() / count,
            },
            "a core-second": {
                "load": count / made["load_cpu"],
                "hits": count / side["hits"]["processors"],
                "whole": count / side["whole"]["processors"],
                "spark": count / spark["seconds"] / pl.thread_pool_size() if spark else None,
            },
            "register bytes an entity": (folder / "home" / "register.sqlite").stat().st_size / home.roll().height,
            "peak bytes": side["peak"] / count,
        }
        home.register.close()
    print(table(found, zh=False))
    return found


def _newest(home: Path) -> list[Path]:
    """The files of the warehouse itself; snapshots share or copy them."""
    return [path for path in home.rglob("*.duckdb") if path.parent.name != "published"]


def on_spark(home: Any, folder: Path) -> dict[str, float]:
    """A run on Spark, on this machine: its seconds, and the bytes that it shuffled by its own event log."""
    from fxwatch.engines.spark import Spark

    events = folder / "events"
    shutil.rmtree(events, ignore_errors=True)
    events.mkdir()
    conf = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": f"file://{events}", "spark.driver.memory": "4g"}
    conf |= {"spark.eventLog.compress": "false", "spark.eventLog.rolling.enabled": "false"}
    begun = time.perf_counter()
    home.run(engine=Spark(f"local[{pl.thread_pool_size()}]", folder / "export", conf))
    seconds = time.perf_counter() - begun
    shuffled = 0
    for log in events.iterdir():
        for line in log.read_text("utf-8").splitlines():
            event = json.loads(line)
            if event["Event"] == "SparkListenerTaskEnd":
                written = (event.get("Task Metrics") or {}).get("Shuffle Write Metrics") or {}
                shuffled += written.get("Shuffle Bytes Written", 0)
    return {"seconds": seconds, "shuffle": float(shuffled)}


def table(found: dict[str, Any], zh: bool) -> str:
    """What the README shows."""
    head = "| 每笔 | 字节 | 10 亿笔 | 100 亿笔 |" if zh else "| a flow in | bytes | 1 billion | 10 billion |"
    lines = [head, "|---|---|---|---|"]
    for stage, names in STAGES.items():
        size = found["bytes"][stage]
        if size is not None:
            needs = " | ".join(f"{size * times * BILLION / 2**30:,.0f} GiB" for times in TIMES)
            lines.append(f"| {names[zh]} | {size:.0f} | {needs} |")
    lines += [
        "",
        "| 工作 | 每核每秒笔数 | 10 亿笔 | 100 亿笔 |"
        if zh
        else "| work | flows a core-second | 1 billion | 10 billion |",
    ]
    lines += ["|---|---|---|---|"]
    for work, names in WORK.items():
        speed = found["a core-second"][work]
        if speed is not None:
            unit = "核时" if zh else "core-hours"
            needs = " | ".join(f"{times * BILLION / speed / 3600:.1f} {unit}" for times in TIMES)
            lines.append(f"| {names[zh]} | {speed:,.0f} | {needs} |")
    return "\n".join(lines)


readme_rows = table
