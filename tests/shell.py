"""The command line in this process: what a command prints and its exit code, without the second that a process takes to start."""

import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from subprocess import CompletedProcess
from unittest import mock

from fxwatch import cli

# As somebody types it who has set nothing.
SURROUNDINGS = {k: v for k, v in os.environ.items() if not k.startswith(("FXWATCH", "LC_", "LANG"))}


def give(*words: str, env: dict[str, str] | None = None) -> CompletedProcess[str]:
    """One command, as `fxwatch.cli.main` runs it; `env` is set beside."""
    out, err = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with (
        mock.patch.dict(os.environ, SURROUNDINGS | (env or {}), clear=True),
        mock.patch.object(sys, "argv", ["fxwatch", *words]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code, sentences = cli._run()
        if sentences:
            print(sentences[cli._spoken() == "zh"], file=err)
    told, complaints = (stream.buffer.getvalue().decode("utf-8") for stream in (out, err))  # type: ignore[attr-defined]
    return CompletedProcess(words, code, told, complaints)
