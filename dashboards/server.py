"""The server: Streamlit's application behind our gate, on one port of this machine."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from streamlit import config

from dashboards import serving, theme, warming, words
from dashboards.gate import oidc
from dashboards.gate.guard import Guard
from dashboards.gate.headers import Headers
from dashboards.gate.routes import Gate
from dashboards.serving import Serving
from fxwatch.errors import FxwatchError, RequestError
from fxwatch.terms import Language

SCRIPT = Path(__file__).with_name("app.py")
LARGEST_UPLOAD = 1  # MB: a clerk's list of identifiers; files of banks come in by the command line


def serve(
    path: Path, *, host: str = "127.0.0.1", port: int = 8501, ready: Callable[[str], None] = lambda address: None
) -> None:
    """Serve a home's dashboards until the process is stopped.

    Args:
        path: the home.
        host: the address to listen at.
        port: the port; 0 takes a free one.
        ready: is told the address once it can be asked for.

    Raises:
        HouseError: there is no home, or its register cannot be used.
        RequestError: the port is in use, or this machine has no such address.
    """
    listening = listen(host, port)
    try:
        here = serving.prepare(path, host, listening.getsockname()[1])
        behind = application(here)
        warming.begin(here.home)
        named = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else f"[{host}]" if ":" in host else host
        ready(here.home.settings.dashboard_url or f"http://{named}:{here.port}")
        settings = uvicorn.Config(
            behind,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=3,
            server_header=False,
            # Who asks is who connects, for a header could name anybody; but for what a proxy that was named says.
            proxy_headers=bool(here.home.settings.dashboard_proxies),
            forwarded_allow_ips=[proxy.strip() for proxy in here.home.settings.dashboard_proxies.split(",")],
            ws="websockets-sansio",
        )
        uvicorn.Server(settings).run(sockets=[listening])
    finally:
        listening.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        RequestError: the port is in use, or this machine has no such address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as fault:
        listening.close()
        raise RequestError(
            f"The dashboards cannot listen at {host}:{port}: {fault.strerror}. Name another port with --port, or stop what is there.",
            f"看板无法在 {host}:{port} 监听：{fault.strerror}。请用 --port 另选端口，或停止占用者。",
        ) from fault
    return listening


def application(here: Serving) -> Any:
    """The ASGI application that serves a home."""
    serving.begin(here)
    configure(here)
    gate = Gate(here)
    return st.App(
        SCRIPT,
        routes=[*gate.routes(), *oidc.routes(gate)],
        middleware=[Middleware(Headers, is_https=here.is_https), Middleware(Guard, serving=here)],
        on_script_error=say_failed,
    )


def configure(here: Serving) -> None:
    """Give Streamlit its options; neither a file in some folder nor the environment changes them."""
    own: dict[str, Any] = {
        "global.developmentMode": False,
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
        "client.allowedOrigins": [],
        "client.disableDataExport": True,  # the table's own file would hold formulas; ours does not
        "runner.magicEnabled": False,
        "server.headless": True,
        "server.port": here.port,
        "server.fileWatcherType": "none",
        "server.allowedHosts": sorted(here.hosts),
        "server.enableXsrfProtection": True,
        "server.xsrfCookieSameSite": "strict",
        "server.enableStaticServing": False,
        "server.enableAgentApi": False,
        "server.maxUploadSize": LARGEST_UPLOAD,
        "server.cookieSecret": here.seal.close("streamlit"),
        "server.disconnectedSessionTTL": 60,
    }
    config.get_config_options(force_reparse=True, options_from_flags=own | theme.options())


def say_failed(fault: Exception) -> bool:
    """What a visitor sees of an error in a screen: a sentence, never a traceback. Streamlit has logged the rest."""
    language: Language = "zh" if st.session_state.get("shell_language") == "zh" else "en"
    st.error(fault.say(language) if isinstance(fault, FxwatchError) else words.say("shell.failed", language))
    return True
