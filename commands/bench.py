"""Runs a benchmark by its name: any module of benchmarks/ that has a `main`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
_NONE_OF_THEM = {"__init__", "figures", "stored_leads"}


def names() -> list[str]:
    """Return what can be measured."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in _NONE_OF_THEM)


def main(arguments: list[str]) -> int:
    """Run the benchmark named first with the arguments that follow; without a name tell which there are."""
    if not arguments or arguments[0] not in names():
        sys.stderr.write(f"usage: python3 run.py bench NAME [options]\n\nNAME is one of: {', '.join(names())}\n")
        return 2
    code: int = importlib.import_module(f"benchmarks.{arguments[0]}").main(arguments[1:])
    return code
