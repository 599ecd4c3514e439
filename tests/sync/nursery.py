"""A process of its own that starts full passes as its children, so that a test can kill them: fast, and for real.

Reads an account's id per line, answers with the child's pid, and with its exit status once the child is gone.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from integration.amo import client, event_log
from integration.amo.rate_limit import RateLimit
from workers import jobs

PAGE = (("limit", 6),)


def main() -> None:
    client._WHOLE_PAGE = client._WITH_CONTACTS = PAGE  # a small account shall have many pages
    event_log.PAGE = 12
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            # What a process without Redis allows itself is tried elsewhere; here it would only cost time.
            ctx = replace(jobs.context(), limit=RateLimit(None, 1000))
            jobs.context = lambda ctx=ctx: ctx
            jobs.backfill(int(line))
            os._exit(0)
        say(pid)
        _, status = os.waitpid(pid, 0)
        say(status)


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
