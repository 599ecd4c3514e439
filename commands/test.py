"""Runs every check of the project and says at the end which failed: nothing stops at the first."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from commands.environment import ROOT, PreparationFailed
from commands.frontend import install_libraries


def main(arguments: list[str]) -> int:
    """Run all checks, or with arguments only pytest with them. Returns 1 if anything failed."""
    try:
        install_libraries()
    except PreparationFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if arguments:
        return _run("pytest", [sys.executable, "-m", "pytest", *arguments])
    failed = [name for name, command in _checks() if _run(name, command) != 0]
    if not shutil.which("chromium"):
        print(
            "\n*** THE BROWSER TESTS DID NOT RUN: there is no chromium. `python3 run.py setup-browser` installs it. ***"
        )
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nEverything passed.")
    return 1 if failed else 0


def _checks() -> list[tuple[str, list[str]]]:
    python = [sys.executable, "-m"]
    imports = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    javascript = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "widget").glob("*.test.js"))
    return [
        ("format", [*python, "ruff", "format", "--check", "--quiet", "."]),
        ("lint", [*python, "ruff", "check", "--output-format", "concise", "."]),
        ("types", [*python, "mypy"]),
        ("imports", [sys.executable, "-c", imports]),
        ("widget", [_node(), "--test", *javascript]),
        ("tests", [*python, "pytest", "-q", "-n", "2", "--dist", "loadfile"]),
    ]


def _node() -> str:
    """Return the machine's node, else the one inside Playwright's wheel."""
    found = shutil.which("node")
    if found:
        return found
    import playwright  # noqa: PLC0415 - only its folder is wanted, and only where node is missing

    return str(Path(playwright.__file__).parent / "driver" / "node")


def _run(name: str, command: list[str]) -> int:
    print(f"\n=== {name}", flush=True)
    started = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=os.environ, check=False).returncode
    print(
        f"=== {name}: {'ok' if code == 0 else f'FAILED (exit {code})'} in {time.monotonic() - started:.0f} s",
        flush=True,
    )
    return code
