"""The simulator's README: its session works as it is printed, and nothing of the control plane is left out."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator import control
from simulator.app import create_app
from simulator.switches import Switches

if TYPE_CHECKING:
    from types import SimpleNamespace

README = Path(control.__file__).with_name("README.md").read_text(encoding="utf-8")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def answers_of(session: str) -> list[str]:
    """Run the lines in a shell of their own and return what the commands printed, one answer a line."""
    # Every answer ends with a line of its own, as a person's terminal would show it.
    script = re.sub(r"^curl -s", "echo; curl -s", session, flags=re.MULTILINE)
    with subprocess.Popen(  # noqa: S603 - what our own page prints
        ["bash", "-euo", "pipefail", "-c", f"{script}\nkill $!"],  # noqa: S607 - whichever bash there is
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=90)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
    assert process.returncode == 0, said
    return [line for line in said.splitlines() if line.strip()]


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="the session is one of curl and bash")
def test_the_printed_session_works() -> None:
    (session,) = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    session = session.replace("8020", str(free_port())).replace("python3 -m", f"{sys.executable} -m")
    session = session.replace("--port", "--past-days 2 --leads 5 --port")
    said = [json.loads(answer) for answer in answers_of(session)]
    at = {name: answer for answer in said for name in answer}
    assert {"url", "accounts"} <= at.keys()
    leads = next(answer["_embedded"]["leads"] for answer in said if "_page" in answer)
    assert len(leads) == 2
    assert at["settings"]["settings"] == ["add_lead", "update_lead", "add_unsorted"]
    assert {attempt["status"] for attempt in at["attempts"]["attempts"]} == {204}
    heard = [letter["fields"] for letter in at["received"]["received"]]
    names = {
        fields_.get("leads[add][0][name]") or fields_.get("unsorted[add][0][data][leads][0][name]") for fields_ in heard
    }
    assert names == {"From curl", "From the site"}


def test_every_address_of_the_control_plane_is_in_the_table(world: SimpleNamespace) -> None:
    rules = create_app(world.universe).url_map.iter_rules()
    addresses = {
        f"{method} {rule.rule}"
        for rule in rules
        if rule.rule.startswith("/_sim")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert set(re.findall(r"`([A-Z]+ /_sim/[\w/]+)`", README)) == addresses


def test_every_switch_is_in_the_table() -> None:
    table = README.partition("## The switches")[2]
    named = re.findall(r"`(\w+)`", table.partition("|---|---|")[2])
    assert sorted(named) == sorted(field.name for field in fields(Switches))
