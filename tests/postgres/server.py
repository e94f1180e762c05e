"""A real server of PostgreSQL for the tests: made in a folder of its own, started, and gone afterwards."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ACCOUNT, PASSWORD = "fxwatch", "s3cret-word"


class Server:
    """A running server. `database()` makes an empty database and gives its URL."""

    def __init__(self, port: int, first: str = "") -> None:
        self.port, self.first, self.made = port, first, 0

    def url(self, database: str, password: str = PASSWORD) -> str:
        return f"postgresql://{ACCOUNT}:{password}@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        import psycopg

        self.made += 1
        name = f"register_{self.first}_{self.made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)


@contextmanager
def server() -> Iterator[Server]:
    """A server while the block runs; skipped with the reason where none can be started."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed: pip install 'fxwatch[postgres]'")
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    # Not below pytest's own folder: the server's account could not reach it.
    folder = Path(tempfile.mkdtemp(prefix="fxwatch-postgres-"))
    data, secret, port = folder / "data", folder / "secret", _free_port()
    secret.write_text(PASSWORD, "utf-8")
    user = _user()
    if user is not None:
        for path in (folder, secret):
            shutil.chown(path, user)
    try:
        # A locale whose order of texts is not that of bytes: the register must not lean on the server's.
        locale = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]
        asked = ["-D", str(data), "-U", ACCOUNT, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", *locale]
        made = _run(user, str(programs / "initdb"), *asked)
        if made.returncode:
            pytest.skip(f"PostgreSQL could not be set up: {made.stderr.strip().splitlines()[-1]}")
        options = f"-p {port} -h 127.0.0.1 -k {folder} -N 400"
        ctl = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
        started = _run(user, *ctl, "-o", options, "start")
        if started.returncode:
            pytest.skip(f"PostgreSQL could not be started: {started.stdout.strip().splitlines()[-1]}")
        try:
            yield Server(port)
        finally:
            _run(user, *ctl, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def place_of(path: Path) -> Path | str:
    """Where a test's register is to be: at `path`, or in a fresh database of the server that the environment names."""
    port = os.environ.get("FXWATCH_TEST_POSTGRES")
    return (
        _PLACES.setdefault(path, Server(int(port), first=f"{os.getpid()}_{len(_PLACES)}").database()) if port else path
    )


_PLACES: dict[Path, str] = {}


def _programs() -> Path | None:
    """The folder of the newest server's programs."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    return debian[-1].parent if debian else None


def _user() -> str | None:
    """Whom the server runs as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    pytest.skip("there is no account but root to run PostgreSQL as")


def _run(user: str | None, *words: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryFile("w+") as told:
        # A file, not a pipe: the server inherits it and would hold a pipe open for ever.
        done = subprocess.run(words, user=user, stdout=told, stderr=subprocess.STDOUT, text=True, cwd="/", timeout=120)
        told.seek(0)
        said = told.read() or "no word"
    return subprocess.CompletedProcess(words, done.returncode, said, said)


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
