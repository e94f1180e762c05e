"""The dashboards in a browser: how long first views and interactions take, and how much memory the server holds.

`python -m tests.benchmarks.dashboard --home DIR [--rounds N] [--sessions N]`, over a home of `tests.benchmarks.big_home`. A first
view is an address opened by somebody who is signed in, from the request to a screen on which nothing runs any more; an
interaction is a click on a choice of the screen, to the same; `server` is the processor time of the server. An account of its own is made in the home for the purpose.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Locator, TimeoutError

import fxwatch
from tests.journeys.browser.visiting import Visitor, opened_browser, served, visiting
from tests.journeys.browser.visiting import fxwatch as command

ACCOUNT, PASSWORD = "stopwatch", "seventeen slow screens"
ROLES = ("regulator", "approver", "analyst", "administrator")
GOALS = {"first view": 2.0, "interaction": 1.0}
CHOICES = "[data-testid=stMain] [role=radio], [data-testid=stMain] [role=tab]"
MOST_CHOICES = 8  # tried on each screen
# Notes when the script last came to rest; a click that needs no script leaves no note.
WATCH = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  window.rested = null;
  window.watcher?.disconnect();
  window.watcher = new MutationObserver(() => {
    if (app.dataset.testScriptState === 'notRunning') window.rested = performance.now();
  });
  window.watcher.observe(app, {attributes: true, attributeFilter: ['data-test-script-state']});
  window.begun = performance.now();
}"""
RESTS = """() => window.rested !== null && performance.now() - window.rested > 250
  && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
  && !document.querySelector('[data-testid=stSkeleton]')"""
PATIENCE = 120_000  # milliseconds: what is slow is measured, not refused
QUICK = 4_000  # milliseconds after which a click is held to have needed no script


def screens(home: Path) -> dict[str, str]:
    """The addresses, among them those of the entity and of a hit with the most flows behind them."""
    opened = fxwatch.open(home)
    hits = opened.hits(status="open")
    entity = hits.group_by("entity_id").len().sort("len", "entity_id", descending=[True, False])["entity_id"][0]
    hit = hits.sort("flow_count", "hit_id", descending=[True, False])["hit_id"][0]
    opened.register.close()
    plain = ("morning", "review", "entity", "monitors", "grades", "rules", "check", "operations")
    return {name: name for name in plain} | {"one entity": f"entity?entity={entity}", "one hit": f"review?hit={hit}"}


def first_view(visitor: Visitor, path: str) -> float:
    began = time.perf_counter()
    visitor.go(path)
    return time.perf_counter() - began


def interactions(visitor: Visitor) -> Iterator[float]:
    """How long each choice of the screen takes, one after the other."""
    count = visitor.page.locator(CHOICES).count()
    for number in range(min(count, MOST_CHOICES)):
        choice = visitor.page.locator(CHOICES).nth(number)
        is_there = choice.count() and choice.is_visible() and choice.get_attribute("aria-checked") != "true"
        if is_there and (taken := _clicked(visitor, choice)) is not None:
            yield taken


def _clicked(visitor: Visitor, choice: Locator) -> float | None:
    visitor.page.evaluate(WATCH)
    choice.click()
    try:
        visitor.page.wait_for_function(RESTS, timeout=QUICK)
    except TimeoutError:  # a tab is shown without asking the server
        return None
    return float(visitor.page.evaluate("() => window.rested - window.begun")) / 1000


class Server:
    """What the server that we started has used."""

    def __init__(self) -> None:
        children = " ".join(task.read_text("utf-8") for task in Path("/proc/self/task").glob("*/children")).split()
        serves = (pid for pid in children if b"serve" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"))
        self.place = Path("/proc") / next(serves)

    def memory(self) -> tuple[int, int]:
        """MiB that it holds now, and held at most."""
        lines = (self.place / "status").read_text("utf-8").splitlines()
        held = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
        return int(held["VmRSS"]) >> 10, int(held["VmHWM"]) >> 10

    def processor(self) -> float:
        """Seconds of processors so far, which neighbours on the machine disturb less than the clock."""
        figures = (self.place / "stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(figures[11]) + int(figures[12])) / os.sysconf("SC_CLK_TCK")


def come(browser: Browser, address: str, visits: ExitStack) -> Visitor:
    visitor = visits.enter_context(visiting(browser, address, "en"))
    visitor.page.set_default_timeout(PATIENCE)
    visitor.sign_in(ACCOUNT, PASSWORD)
    return visitor


def measure(home: Path, rounds: int, sessions: int) -> int:
    command(home, "users", "add", ACCOUNT, *(word for role in ROLES for word in ("--role", role)))
    command(home, "users", "password", ACCOUNT, "--password-stdin", piped=f"{PASSWORD}\n")
    paths, slow = screens(home), 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(served(home, folder / "server.log"))
        browser = stack.enter_context(opened_browser())
        visitor = come(browser, address, stack)
        server = Server()
        print(f"Server after the first sign-in: {server.memory()[0]:,} MiB.")
        print(f"{'screen':14}{'cold':>9}{'first view':>13}{'server':>9}{'interaction':>14}{'server':>9}{'clicks':>9}")
        for name, path in paths.items():
            cold = first_view(visitor, path)
            views, clicks, used, used_by_clicks = [], [], [], 0.0
            for _ in range(rounds):
                before = server.processor()
                views.append(first_view(visitor, path))
                between = server.processor()
                clicks.extend(interactions(visitor))
                used.append(between - before)
                used_by_clicks += server.processor() - between
            told = [statistics.median(views), statistics.median(clicks) if clicks else None]
            slow += sum(t is not None and t > goal for t, goal in zip(told, GOALS.values(), strict=True))
            shown = [told[0], statistics.median(used), told[1], used_by_clicks / len(clicks) if clicks else None]
            cells = [f"{t:.2f} s" if t is not None else "-" for t in shown]
            print(
                f"{name:14}{cold:7.2f} s{cells[0]:>13}{cells[1]:>9}{cells[2]:>14}{cells[3]:>9}{len(clicks):9}",
                flush=True,
            )
        for _ in range(sessions - 1):
            another = come(browser, address, stack)
            for path in paths.values():
                another.go(path)
        now, most = server.memory()
        print(f"Server with {sessions} sessions open: {now:,} MiB, at most {most:,} MiB.")
    print("Goals met." if not slow else f"{slow} medians are above the goals: {GOALS}.")
    return 0


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.dashboard", description=__doc__)
    asked.add_argument("--home", type=Path, required=True)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--sessions", type=int, default=10)
    options = asked.parse_args()
    return measure(options.home, options.rounds, options.sessions)


if __name__ == "__main__":
    sys.exit(main())
