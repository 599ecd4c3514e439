"""The worker: takes wake-ups from Redis and does the work. `python3 -m workers.worker`.

It runs jobs in its own process: a fork for each costs five times as much, and a job here is short or in slices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.worker import DequeueStrategy, WorkerStatus

from integration import log, settings
from integration.sync.ring import BULK, LIVE
from workers import jobs, signals

if TYPE_CHECKING:
    import threading
    from types import FrameType

RECONNECT_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class Worker(SimpleWorker):
    """RQ's worker without a fork, which can be asked to stop while Redis is gone."""

    stopped: threading.Event

    def request_stop(self, _signal: int, _frame: FrameType | None) -> None:
        """End after the present job. RQ's own way writes to Redis first."""
        self.stopped.set()
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested
        self._stop_requested = True


def serve(redis_url: str, stopped: threading.Event) -> None:
    """Take jobs until a stop is requested. Raises RedisError when Redis goes away."""
    with Redis.from_url(redis_url) as connection:
        worker = Worker([LIVE, BULK], connection=connection, serializer=JSONSerializer, log_job_description=False)
        worker.stopped = stopped
        # In turn: an account that changes all the time must not keep another one from being imported.
        worker.work(logging_level="WARNING", dequeue_strategy=DequeueStrategy.ROUND_ROBIN)


def main() -> None:
    """Serve until SIGTERM or SIGINT, whatever becomes of Redis meanwhile."""
    configuration = settings.load()
    log.configure(configuration.log_level)
    stopped = signals.stop_event()
    while not stopped.is_set():
        try:
            serve(configuration.redis_url, stopped)
        except RedisError as error:
            _log.warning("redis_down", reason=type(error).__name__)
        stopped.wait(RECONNECT_SECONDS)
    jobs.context().close()


if __name__ == "__main__":
    main()
