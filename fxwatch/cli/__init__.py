"""The command line: the analyst's door. Commands import what they need when they are called, so that help is quick."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from fxwatch import __version__
from fxwatch.cli import approving, asking, casework, demo, files, grading, keeping, reporting, review, running, upkeep
from fxwatch.cli.door import Door, language_of
from fxwatch.errors import FxwatchError
from fxwatch.terms import Language

app = typer.Typer(
    name="fxwatch",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for room in (demo, files, running, asking, review, casework, approving, grading, keeping, reporting, upkeep):
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
    try:
        app(standalone_mode=True)
    except FxwatchError as fault:
        print(fault.say(_spoken()), file=sys.stderr)
        sys.exit(fault.exit_code)
    except BrokenPipeError:
        # Whoever read our output has gone; that is no fault of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        print(("Stopped; nothing is half done.", "已中止;没有留下半途的内容。")[_spoken() == "zh"], file=sys.stderr)
        sys.exit(130)
    except OSError as fault:
        what, where = fault.strerror or str(fault), fault.filename or ""
        english = f"{where or 'A file'} cannot be read or written: {what}. Look whether the disk is full or read-only."
        chinese = f"无法读写{where or '文件'}:{what}。请检查磁盘是否已满或只读。"
        print(chinese if _spoken() == "zh" else english, file=sys.stderr)
        sys.exit(3)
    except Exception as fault:
        if os.environ.get("FXWATCH_DEBUG"):
            raise
        english = f"fxwatch itself failed ({type(fault).__name__}: {str(fault).splitlines()[0] if str(fault) else ''}). Nothing is half done. Set FXWATCH_DEBUG=1 to see where, and report it."
        chinese = f"fxwatch 自身出错({type(fault).__name__}:{str(fault).splitlines()[0] if str(fault) else ''})。没有留下半途的内容。设 FXWATCH_DEBUG=1 可查看位置,请反馈。"
        print(chinese if _spoken() == "zh" else english, file=sys.stderr)
        sys.exit(3)


def _spoken() -> Language:
    words = sys.argv[1:]
    asked = next((words[i + 1] for i, w in enumerate(words[:-1]) if w == "--lang"), os.environ.get("FXWATCH_LANG", ""))
    home = next(
        (words[i + 1] for i, w in enumerate(words[:-1]) if w == "--home"),
        os.environ.get("FXWATCH_HOME", "fxwatch-home"),
    )
    return language_of(asked if asked in ("en", "zh") else "", Path(home))
