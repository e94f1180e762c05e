"""What long work took, stage by stage."""

import numpy as np
import pytest

from fxwatch.stages import Stages, forget_peak, peak_mib


def test_each_stage_is_told_as_it_begins_and_measured_as_it_ends() -> None:
    told: list[tuple[int, int, str]] = []
    stages = Stages(2, lambda *said: told.append(said))
    with stages.stage("flows", rows=3) as stage:
        sum(range(100_000))
    with stages.stage("hits") as hits:
        hits.rows = 1
    stages.end()
    assert told == [(0, 2, "flows"), (1, 2, "hits"), (2, 2, "hits")]
    assert [(s.name, s.rows) for s in stages.done] == [("flows", 3), ("hits", 1)]
    assert stage.seconds > 0
    assert stage.processor_seconds > 0


def test_a_stage_that_comes_again_is_added_to_itself() -> None:
    stages = Stages()
    for rows in (3, 4):
        with stages.stage("flows", rows):
            pass
    assert [(s.name, s.rows) for s in stages.done] == [("flows", 7)]


def test_what_fails_is_no_stage_done() -> None:
    stages = Stages()
    with pytest.raises(ValueError, match="broken"), stages.stage("flows"):
        raise ValueError("broken")
    assert stages.done == []


def test_a_peak_belongs_to_the_stage_in_which_memory_was_held() -> None:
    forget_peak()
    before = peak_mib()
    large = np.ones(30_000_000)  # 240 MB
    assert peak_mib() > before + 100
    del large
