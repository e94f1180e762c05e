"""Taking a password from whoever types it or from another program, never from the command line itself."""

import sys
from typing import Annotated

import typer

from fxwatch.cli.door import Door
from fxwatch.errors import RequestError
from fxwatch.passwords import check

AskPassword = Annotated[
    str | None,
    typer.Option("--password", metavar="prompt", help="prompt: ask for a password to sign in with at the dashboards."),
]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input, one line.")]


def read_password(door: Door, asked: str | None, *, is_piped: bool) -> str | None:
    """The password that was typed twice or piped in; None where none was asked for.

    Raises:
        RequestError: it is no good password, the two differ, there is no terminal to ask at, or the password stands on the command line, where
            every other user of the machine can read it.
    """
    if asked is None and not is_piped:
        return None
    typed = sys.stdin.readline().rstrip("\r\n") if is_piped else _typed_twice(door, asked)
    check(typed)
    return typed


def _typed_twice(door: Door, asked: str | None) -> str:
    if asked != "prompt":
        raise RequestError(
            "A password does not belong on the command line, where others can read it. Write --password prompt, or pipe it in with --password-stdin.",
            "密码不应写在命令行上，以免他人看到。请用 --password prompt 输入，或用 --password-stdin 由管道传入。",
        )
    if not sys.stdin.isatty():
        raise RequestError(
            "There is no terminal to ask for the password at. Pipe it in with --password-stdin.",
            "没有可输入密码的终端。请用 --password-stdin 由管道传入。",
        )
    typed = typer.prompt(door.say("Password", "密码"), hide_input=True)
    again = typer.prompt(door.say("Once more", "再次输入"), hide_input=True)
    if typed != again:
        raise RequestError("The two passwords differ; nothing was changed.", "两次输入不一致，未作更改。")
    return str(typed)
