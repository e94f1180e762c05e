"""Opening the doors that others come in by."""

from pathlib import Path
from typing import Annotated

import typer

from fxwatch.cli.door import Door

serve = typer.Typer(no_args_is_help=True, help="Open the doors: the dashboards.")


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.add_typer(serve, name="serve")


@serve.command()
def dashboard(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="The port to listen at.", min=0, max=65535)] = 8501,
    host: Annotated[
        str, typer.Option(help="The address to listen at; 0.0.0.0 for every one of this machine.")
    ] = "127.0.0.1",
) -> None:
    """Serve the dashboards until Ctrl+C. Sign in with an account that has a password: fxwatch users password NAME."""
    from dashboards import server

    door: Door = context.obj
    shown = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}"
    door.home.register.last_act()
    print(
        door.say(
            f"The dashboards of {_place(door.path)}: {shown} (Ctrl+C stops)",
            f"{_place(door.path)} 的看板:{shown}(Ctrl+C 停止)",
        ),
        flush=True,
    )
    server.serve(door.path, host=host, port=port)


def _place(path: Path) -> str:
    return str(path)
