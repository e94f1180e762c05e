"""A wheel built from the tree and installed in a clean environment runs the demo: the facts travel with it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*words: str, cwd: Path) -> str:
    done = subprocess.run(words, capture_output=True, text=True, cwd=cwd, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_wheel_in_a_clean_environment_runs_the_demo(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT), cwd=tmp_path)
    (wheel,) = tmp_path.glob("fxwatch-*.whl")
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert "data" not in tops, "nothing named data lands beside other packages"
    assert {"fxwatch", "indicators", "dashboards"} <= tops
    run(sys.executable, "-m", "venv", "clean", cwd=tmp_path)
    binaries = tmp_path / "clean" / "bin"
    run(str(binaries / "pip"), "install", "-q", "-r", str(ROOT / "requirements.lock"), cwd=tmp_path)
    run(str(binaries / "pip"), "install", "-q", "--no-deps", str(wheel), cwd=tmp_path)
    told = run(str(binaries / "fxwatch"), "--home", "demo", "demo", "--flows", "5000", cwd=tmp_path)
    assert "Grades today" in told
    told = run(str(binaries / "fxwatch"), "--home", "demo", "rules", cwd=tmp_path)
    assert "large_daily_total" in told
