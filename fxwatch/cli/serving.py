"""Opening the doors that others come in by."""

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

    def ready(address: str) -> None:
        print(
            door.say(
                f"Dashboards of {door.path}: {address} (Ctrl+C stops)", f"{door.path} 的看板:{address}(Ctrl+C 停止)"
            ),
            flush=True,
        )

    server.serve(door.path, host=host, port=port, ready=ready)
