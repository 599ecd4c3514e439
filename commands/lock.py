"""Rewrites the hashed locks from requirements/*.in. They carry no addresses: the installer knows its registry."""

from __future__ import annotations

import sys

from commands.environment import HOME, ROOT, run_step

_OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade"]
_QUIET = ["--no-emit-index-url", "--no-header", "--no-annotate", "-q"]


def main(_: list[str]) -> int:
    """Resolve every requirements/*.in to its newest versions and write the locks."""
    tool = HOME / "lock-tool"
    run_step("Installing uv", [sys.executable, "-m", "pip", "install", "-q", "--upgrade", "--target", str(tool), "uv"])
    for source in sorted((ROOT / "requirements").glob("*.in")):
        lock = source.with_suffix(".lock")
        command = [str(tool / "bin" / "uv"), "pip", "compile", *_OPTIONS, *_QUIET, str(source), "-o", str(lock)]
        run_step(f"Resolving {source.name}", command)
    return 0
