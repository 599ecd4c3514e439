"""Logs: one JSON object a line, and nothing secret in any of them."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"

_SECRET_NAME = re.compile(r"token|secret|code$|password|authorization|hook_key|signature|cookie", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"eyJ[\w-]{5,}\.[\w.-]+"  # a JWT
    r"|def50[0-9a-f]{20,}"  # amoCRM's codes and refresh tokens
    r"|gAAAAA[\w-]{20,}=*"  # what Fernet sealed
    r"|(?<=/hooks/)[\w-]+"  # the secret part of a hook address
    r"|(?<=code=)[^&\s\"']+|(?<=token=)[^&\s\"']+|(?<=ticket=)[^&\s\"']+|(?<=signature=)[^&\s\"']+"
)


def configure(level: str) -> None:
    """Send the logs of this process, ours and the libraries', to standard error as JSON lines."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    stream = logging.StreamHandler(sys.stderr)
    finish: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        redacted,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]
    stream.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared], processors=finish
        )
    )
    logging.basicConfig(level=level, handlers=[stream], force=True)
    # RQ tells every job's description at this level; what we want to know of jobs, they say themselves.
    logging.getLogger("rq").setLevel(logging.WARNING)


def redacted(_logger: WrappedLogger | None, _method: str, event: EventDict) -> EventDict:
    """Hide values whose names sound secret, and whatever looks like a secret inside of texts."""
    return {name: HIDDEN if _SECRET_NAME.search(name) else _clean(value) for name, value in event.items()}


def _clean(value: object) -> object:
    match value:
        case str():
            return _SECRET_TEXT.sub(HIDDEN, value)
        case dict():
            return redacted(None, "", value)
        case list() | tuple() | set() | frozenset():
            return [_clean(item) for item in value]
        case None | bool() | int() | float():
            return value
    return _SECRET_TEXT.sub(HIDDEN, str(value))
