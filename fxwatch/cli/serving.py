"""Serving: the doors that stay open, and bringing in what they left."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from fxwatch.cli.door import Door

serve = typer.Typer(no_args_is_help=True, help="Open a door, until it is stopped.")


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.add_typer(serve, name="serve")
    app.command()(fold)


@serve.command()
def api(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Where to listen; without it, this machine alone can ask.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8000,
    tls_cert: Annotated[Path | None, typer.Option(help="A certificate (PEM), to speak TLS without a proxy.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The private key of the certificate (PEM).")] = None,
) -> None:
    """Answer banks over HTTP: a grade before every payment, signed and on record before it leaves."""
    from fxwatch.api.server import Address, serve

    door: Door = context.obj
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    scheme = "https" if tls_cert else "http"
    home = door.home
    print(
        door.say(
            f"Banks are answered at {scheme}://{host}:{port} (documentation: /docs).",
            f"银行接口：{scheme}://{host}:{port}（说明见 /docs）。",
        ),
        flush=True,
    )
    serve(home, Address(host, port, tls_cert, tls_key))


def fold(context: typer.Context) -> None:
    """Bring the records of the banks' door into the register, where its process could not."""
    from fxwatch.recording import fold

    door: Door = context.obj
    done = fold(door.home)
    print(
        door.say(
            f"{done.records:,} records brought into the register, {done.journals:,} journals finished.",
            f"已将 {done.records:,} 条查询记录并入登记簿，完成 {done.journals:,} 个日志文件。",
        )
    )


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
                f"Dashboards of {door.path}: {address} (Ctrl+C stops)", f"{door.path} 的看板：{address}(Ctrl+C 停止)"
            ),
            flush=True,
        )

    server.serve(door.path, host=host, port=port, ready=ready)
