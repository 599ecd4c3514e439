"""Runs any Python program in the environment of the tests."""

from __future__ import annotations

import os
import sys


def main(arguments: list[str]) -> int:
    """Replace this process by `python <arguments>`."""
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - the person's own words
