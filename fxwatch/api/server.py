"""Running the door: one process of uvicorn on one address, with the limits of its connections."""

import asyncio
import gc
import logging
import resource
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from fxwatch.api.application import application
from fxwatch.api.connections import Connection, watch
from fxwatch.errors import HouseError, RequestError

if TYPE_CHECKING:
    from fxwatch.home import Home

log = logging.getLogger("fxwatch.api")

_YOUNG = 10_000  # objects between two searches for garbage; an answer leaves none behind
SPARE_FILES = 100  # of those that a process may open: for the register, journals and threads


@dataclass(frozen=True)
class Address:
    """Where the door stands. With a certificate and its key it speaks TLS itself; else a proxy in front of it may."""

    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    key: Path | None = None


class Server(uvicorn.Server):
    """A server that looks after its connections while it runs."""

    seconds = 10.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the door."""
        await super().startup(sockets)
        # What is here now stays: a search through all of it for garbage would keep banks waiting.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_YOUNG)
        self._watching = asyncio.get_running_loop().create_task(watch(self.server_state.connections, self.seconds))


def serve(home: "Home", address: Address) -> None:
    """Answer banks until the process is told to stop.

    Raises:
        RequestError: the address is taken or none of this machine, or the certificate cannot be used.
        HouseError: the register or the signing key cannot be read.
    """
    settings = home.settings
    Connection.most = min(settings.api_connections, _files() - SPARE_FILES)
    door = application(home)
    Connection.hot = door.hot
    config = uvicorn.Config(
        door,
        host=address.host,
        port=address.port,
        loop="uvloop",
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Whose word is taken for who asks: nobody's, unless a proxy is named.
        proxy_headers=bool(settings.api_proxies),
        forwarded_allow_ips=[proxy.strip() for proxy in settings.api_proxies.split(",")],
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
        timeout_graceful_shutdown=10,
    )
    server = Server(config)
    server.seconds = settings.api_seconds
    _listen(config, address)
    server.run()
    if not server.started:
        raise HouseError("The banks' door did not open; see its log.", "银行接口未能启动，请查看日志。")


def _listen(config: uvicorn.Config, address: Address) -> None:
    """Load what the address needs, so that what is wrong with it is a sentence and not a line of a log."""
    try:
        config.load()
        with socket.create_server((address.host, address.port), reuse_port=False):
            pass
    except (OSError, OverflowError) as fault:
        where = address.certificate if getattr(fault, "library", None) or isinstance(fault, FileNotFoundError) else None
        what = where or f"{address.host}:{address.port}"
        raise RequestError(
            f"The banks' door cannot open at {what}: {fault}. Name another address, or stop what holds it.",
            f"银行接口无法在 {what} 启动：{fault}。请更换地址，或停止占用它的程序。",
        ) from fault


def _files() -> int:
    """How many files this process may open, with the limit raised as far as it goes."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 1 << 16 if most == resource.RLIM_INFINITY else most
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted
