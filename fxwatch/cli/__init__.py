"""The command line: the analyst's door. Commands import what they need when they are called, so that help is quick."""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from fxwatch import __version__
from fxwatch.cli import (
    approving,
    asking,
    casework,
    classifying,
    demo,
    exporting,
    files,
    grading,
    keeping,
    keys,
    receipts,
    reconciling,
    reporting,
    review,
    risk,
    running,
    serving,
    upkeep,
    what_if,
)
from fxwatch.cli.door import Door, language_of
from fxwatch.errors import FxwatchError, Stands
from fxwatch.terms import Language

INTERRUPTED = 130  # as shells count it: 128 and the signal's number
SAME_INTERRUPTION_SECONDS = 1.0

app = typer.Typer(
    name="fxwatch",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for room in (
    demo,
    files,
    running,
    exporting,
    serving,
    asking,
    review,
    casework,
    approving,
    grading,
    keeping,
    keys,
    receipts,
    reconciling,
    classifying,
    reporting,
    risk,
    upkeep,
    what_if,
):
    room.register(app)


@app.callback()
def start(
    context: typer.Context,
    home: Annotated[
        Path, typer.Option(envvar="FXWATCH_HOME", help="The home: the folder that holds everything.")
    ] = Path("fxwatch-home"),
    lang: Annotated[str, typer.Option(envvar="FXWATCH_LANG", help="Language of sentences and tables: en or zh.")] = "",
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=lambda v: _version(v))
    ] = False,
) -> None:
    """Off-site supervision of trade in services: bank files in; hits, monitors and integrity grades out.

    A first look: fxwatch --home demo demo. Every command answers --help; results can be written with --out FILE.csv, .parquet,
    .xlsx or .json. Exit codes: 0 done; 1 done, but something needs attention; 2 the request or a file is wrong; 3 the home is
    damaged, of a newer version, or locked.
    """
    context.obj = Door(home, language_of(lang, home))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fxwatch {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line: one sentence on stderr and an exit code for whatever goes wrong, never a traceback."""
    stopped: list[float] = []

    def stop(number: int, frame: FrameType | None) -> None:
        # A library that was interrupted may send the signal on: that is the same one, and what is under way is being undone.
        again = bool(stopped) and time.monotonic() - stopped[-1] < SAME_INTERRUPTION_SECONDS
        stopped.append(time.monotonic())
        if not again:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    code, sentences = _run()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what was asked is done or undone: nothing is left to interrupt
    if stopped:
        # Whatever a library made of the interruption on its way up, it is one; what stands all the same is told as such.
        halted = ("Stopped; nothing is half done.", "已中止；没有留下半途的内容。")
        code, sentences = INTERRUPTED, sentences if sentences and code == Stands.exit_code else halted
    if sentences:
        print(sentences[_spoken() == "zh"], file=sys.stderr)
    sys.exit(code)


def command() -> None:
    """`main` as a process of its own, which ends with what it was interrupted in: no library's thread is waited for."""
    try:
        main()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            # A thread that was at work may yet send the signal on as nobody's, and the process would end by that.
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError):
                    stream.flush()
            os._exit(INTERRUPTED)
        raise


def _run() -> tuple[int, tuple[str, str] | None]:
    """The exit code, and what to say in English and in Chinese."""
    try:
        app(standalone_mode=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0, None
    except FxwatchError as fault:
        return fault.exit_code, (fault.english, fault.chinese)
    except BrokenPipeError:
        # Whoever read our output has gone; that is no fault of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as fault:
        what, where = fault.strerror or str(fault), fault.filename or ""
        english = f"{where or 'A file'} cannot be read or written: {what}. Look whether the disk is full or read-only."
        return 3, (english, f"无法读写{where or '文件'}:{what}。请检查磁盘是否已满或只读。")
    except BaseException as fault:  # the last door: no traceback reaches a user, whatever a library raises
        if os.environ.get("FXWATCH_DEBUG"):
            raise
        return 3, _unexpected(fault)
    return 0, None


def _unexpected(fault: BaseException) -> tuple[str, str]:
    what = (str(fault).splitlines() or [""])[0]
    if type(fault).__module__.lstrip("_").startswith("duckdb"):
        return (
            f"A file of the warehouse cannot be read: {what}. Look at the home with: fxwatch doctor",
            f"无法读取数据仓库的文件：{what}。请用 fxwatch doctor 检查本库。",
        )
    return (
        f"fxwatch itself failed ({type(fault).__name__}: {what}). Nothing is half done. Set FXWATCH_DEBUG=1 to see where, and report it.",
        f"fxwatch 自身出错（{type(fault).__name__}:{what}）。没有留下半途的内容。设 FXWATCH_DEBUG=1 可查看位置，请反馈。",
    )


def _spoken() -> Language:
    words = sys.argv[1:]
    asked = next((words[i + 1] for i, w in enumerate(words[:-1]) if w == "--lang"), os.environ.get("FXWATCH_LANG", ""))
    home = next(
        (words[i + 1] for i, w in enumerate(words[:-1]) if w == "--home"),
        os.environ.get("FXWATCH_HOME", "fxwatch-home"),
    )
    return language_of(asked if asked in ("en", "zh") else "", Path(home))
