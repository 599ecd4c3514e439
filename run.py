#!/usr/bin/env python3
"""Every command of the project: `python3 run.py demo | test | …`. Needs Python 3.11 and pip, nothing else."""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the person's Python may be older than the one we ask for
    sys.exit("Pulse needs Python 3.11 or newer; this is " + sys.version.split()[0])

from commands.menu import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
