"""Chooses the command that the person named and runs it in the environment it needs."""

from __future__ import annotations

import importlib
import os
import sys

from commands.environment import PreparationFailed, environment

# name: (lock, module, one line of help). A module's `main(arguments)` returns the exit code.
COMMANDS = {
    "demo": ("run", "commands.demo", "start everything with a simulated amoCRM and print its address"),
    "test": ("test", "commands.test", "types, lint, import rules and all tests"),
    "prove": (
        "test",
        "commands.prove",
        "outages, mass actions, random lives: every number stays the oracle's [--full]",
    ),
    "widget": ("run", "commands.widget", "build dist/widget.zip and check it as moderation does"),
    "pulse": ("run", "integration.cli.main", "see to connected accounts: sync, accounts, settings, doctor"),
    "setup-browser": ("test", "commands.browser", "install the Chromium that the browser tests drive"),
    "pictures": ("test", "commands.pictures", "take the pictures of README and docs from the real thing"),
    "bench": ("run", "commands.bench", "measure: bench backfill [--leads N] [--latency MS] [--live SECONDS]"),
    "lock": ("test", "commands.lock", "rewrite the hashed locks from requirements/*.in"),
    "exec": ("test", "commands.execute", "run any program in the tests' environment: run.py exec -m pytest tests/kpi"),
}


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code; 2 with the list of commands when it is unknown."""
    if not arguments or arguments[0] not in COMMANDS:
        _print_usage()
        return 0 if arguments and arguments[0] in {"-h", "--help", "help"} else 2
    lock, module, _ = COMMANDS[arguments[0]]
    try:
        prepared = environment(lock)
    except PreparationFailed as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    if os.environ.get("PYTHONPATH") != prepared["PYTHONPATH"]:
        # The packages become importable by starting this same command again with them on the path.
        os.execve(sys.executable, [sys.executable, os.path.abspath(sys.argv[0]), *arguments], prepared)  # noqa: PTH100, S606
    code: int = importlib.import_module(module).main(arguments[1:])
    return code


def _print_usage() -> None:
    sys.stderr.write("usage: python3 run.py COMMAND [options]\n\n")
    for name, (_, _, words) in COMMANDS.items():
        sys.stderr.write(f"  {name:14} {words}\n")
