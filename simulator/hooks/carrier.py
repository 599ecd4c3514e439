"""Brings one letter over real HTTP, within amoCRM's patience."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import urllib3

if TYPE_CHECKING:
    from simulator.hooks.letters import Letter

PATIENCE_SECONDS = 2.0
NO_ANSWER = 0
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "User-Agent": "amoCRM-Webhooks/3.0",
    "Accept-Encoding": "gzip",
}


class Carrier:
    """Kept-alive connections to all addresses; safe to use from many threads.

    urllib3 itself rather than requests: a hook needs no cookies, redirects or proxies, and costs a third so.

    Args:
        parallel: how many connections to one address may be kept.
    """

    def __init__(self, parallel: int) -> None:
        self._pool = urllib3.PoolManager(num_pools=200, maxsize=parallel)

    def bring(self, letter: Letter, timeout_status: int) -> tuple[int, int]:
        """Send a letter; return the status, `timeout_status` after two seconds of silence, and the milliseconds.

        No body is interpreted, no redirect followed. A refused or broken connection has the status 0.
        """
        started = time.monotonic()
        try:
            answer = self._pool.request(
                "POST",
                letter.url,
                body=letter.sealed(),
                headers={**HEADERS, "X-Amocrm-Requestid": letter.request_id},
                timeout=urllib3.Timeout(total=PATIENCE_SECONDS),
                retries=False,
            )
            status = answer.status
        except urllib3.exceptions.NewConnectionError:
            status = NO_ANSWER  # first, because urllib3 counts it among the timeouts
        except urllib3.exceptions.TimeoutError:
            status = timeout_status
        except urllib3.exceptions.HTTPError:
            status = NO_ANSWER
        return status, round((time.monotonic() - started) * 1000)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._pool.clear()
