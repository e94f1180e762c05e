"""What is counted of the door, for Prometheus. Plain numbers in memory: nothing of any bank, and next to no work an answer."""

import resource
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics(Collector):
    """The numbers of one process since it started."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.answers = 0
        self.folded = 0
        self.memory_of_folding = 0
        self.in_hand = 0
        self._buckets = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0
        self._started = time.time()
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def saw(self, route: str, status: int, seconds: float, answers: int = 0) -> None:
        """One request that was answered with a status; `answers`: about how many entities."""
        self.requests[route, status] += 1
        self.answers += answers
        self._buckets[bisect_left(BOUNDS, seconds)] += 1
        self._seconds += seconds

    def refused(self, status: int) -> None:
        """A connection that was closed with a status before there was a request to time."""
        self.requests["connection", status] += 1

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """The metrics of this moment."""
        requests = CounterMetricFamily("fxwatch_api_requests", "Requests answered.", labels=["route", "status"])
        for (route, status), count in sorted(self.requests.items()):
            requests.add_metric([route, str(status)], count)
        yield requests
        yield CounterMetricFamily("fxwatch_api_answers", "Entities about which an answer left.", value=self.answers)
        yield CounterMetricFamily("fxwatch_api_records_folded", "Records brought into the register.", value=self.folded)
        yield GaugeMetricFamily("fxwatch_api_requests_in_hand", "Requests under way.", value=self.in_hand)
        seconds = HistogramMetricFamily("fxwatch_api_request_seconds", "Time from a request's head to its answer.")
        seconds.add_metric([], list(self._cumulated()), self._seconds)
        yield seconds
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        yield GaugeMetricFamily("fxwatch_api_memory_most_bytes", "Most memory this process ever held.", value=most)
        yield GaugeMetricFamily(
            "fxwatch_api_folding_memory_most_bytes",
            "Most memory the process ever held that brings records into the register.",
            value=self.memory_of_folding,
        )
        yield GaugeMetricFamily("fxwatch_api_started_seconds", "When it started, since 1970.", value=self._started)

    def _cumulated(self) -> Iterator[tuple[str, float]]:
        total = 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self._buckets, strict=True):
            total += count
            yield bound, total
