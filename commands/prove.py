"""Proves the synchronisation against a simulated amoCRM: outages, mass actions, misfortunes, random lives."""

from __future__ import annotations

import argparse
import subprocess
import sys

from commands.environment import ROOT

PROOFS = ("outage", "masses", "account_life", "processes", "lives")


def main(arguments: list[str]) -> int:
    """Run the flows, at their small size unless `--full`, and print what they measured. Returns pytest's exit code."""
    parser = argparse.ArgumentParser(prog="run.py prove", description=__doc__)
    parser.add_argument("proofs", nargs="*", help=f"some of {', '.join(PROOFS)}; all by default")
    parser.add_argument("--full", action="store_true", help="thousands of changes in each flow: takes long")
    parser.add_argument("--seed", type=int, default=1, help="the first of the random lives")
    options = parser.parse_args(arguments)
    unknown = set(options.proofs) - set(PROOFS)
    if unknown:
        parser.error(f"no such proof: {', '.join(sorted(unknown))}")
    files = [f"tests/flow/test_{name}.py" for name in options.proofs or PROOFS]
    size = ["--full"] if options.full else []
    command = [sys.executable, "-m", "pytest", "-v", "--durations=5", f"--seed={options.seed}", *size, *files]
    return subprocess.run(command, cwd=ROOT, check=False).returncode
