"""Installs the Chromium that the browser tests drive."""

from __future__ import annotations

import os
import shutil
import sys

from commands.environment import PreparationFailed, run_step


def main(_: list[str]) -> int:
    """Install Debian's Chromium unless one is there. Returns 1 with what to do where that is not possible."""
    if shutil.which("chromium"):
        sys.stderr.write(f"Chromium is there: {shutil.which('chromium')}\n")
        return 0
    if not shutil.which("apt-get"):
        sys.stderr.write("There is no apt-get here. Install Chromium so that `chromium` is on PATH, then try again.\n")
        return 1
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        run_step("Reading the package lists", [*as_root, "apt-get", "update", "-q"], env=env)
        install = [*as_root, "apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
        run_step("Installing Chromium", install, env=env)
    except PreparationFailed as error:
        sys.stderr.write(f"{error}\nInstall Chromium so that `chromium` is on PATH, then try again.\n")
        return 1
    return 0
