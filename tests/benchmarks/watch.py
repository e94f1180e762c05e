"""How long the parts of a round took."""

import time
from collections.abc import Callable
from typing import TypeVar

Done = TypeVar("Done")


class Watch:
    """Seconds by the clock, and of this process's processors, of each part; a part may come again."""

    def __init__(self) -> None:
        self.parts: dict[str, tuple[float, float]] = {}

    def time(self, part: str, work: Callable[[], Done]) -> Done:
        clock, processors = time.perf_counter(), time.process_time()
        done = work()
        before = self.parts.get(part, (0.0, 0.0))
        self.parts[part] = (
            before[0] + time.perf_counter() - clock,
            before[1] + time.process_time() - processors,
        )
        return done
