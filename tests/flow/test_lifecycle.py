"""The demo as a program: however it ends, nothing of it remains."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commands.environment import ROOT

WAIT = 60


@pytest.fixture
def demo(tmp_path, libraries):  # noqa: ARG001 - they only have to be there
    """A running demo whose folders are below tmp_path; its parts are all up."""
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    program = [sys.executable, str(ROOT / "run.py"), "demo", "--port", "0"]
    with (tmp_path / "output").open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own program
            program, env=env, stdout=output, stderr=output, start_new_session=True
        )
    wait_until(lambda: b"http://127.0.0.1" in (tmp_path / "output").read_bytes(), process)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(true, process=None):
    deadline = time.monotonic() + WAIT
    while not true():
        assert process is None or process.poll() is None, "the demo ended"
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def parts_of(folder):
    """Return {pid: command line} of all processes whose environment or command names the folder."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                # Valkey writes its title over its environment, and names the folder in its command instead.
                command, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
                if str(folder).encode() in command + environment:
                    found[int(entry.name)] = command.replace(b"\0", b" ").decode()
            except OSError:
                continue  # it ended meanwhile, or belongs to somebody else
    return found


def part(folder, words):
    return next(pid for pid, command in parts_of(folder).items() if words in command)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_asked_to_stop_it_stops_every_part_and_removes_its_files(demo, tmp_path, number):
    assert len(parts_of(tmp_path)) >= 7
    demo.send_signal(number)
    demo.wait(timeout=WAIT)
    wait_until(lambda: not parts_of(tmp_path))
    assert list(tmp_path.glob("pulse-*")) == []


@pytest.mark.parametrize("words", ["workers.worker", "-m simulator", "valkey-server"])
def test_the_crash_of_any_part_stops_every_part_and_says_which(demo, tmp_path, words):
    os.kill(part(tmp_path, words), signal.SIGKILL)
    assert demo.wait(timeout=WAIT) == 1
    wait_until(lambda: not parts_of(tmp_path))
    assert "stopped (exit -9)" in (tmp_path / "output").read_text()
    assert list(tmp_path.glob("pulse-*")) == []


def test_killed_outright_it_leaves_no_process(demo, tmp_path):
    demo.kill()
    demo.wait()
    wait_until(lambda: not parts_of(tmp_path))
