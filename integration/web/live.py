"""Live streams: tells every open card at once that its account's numbers changed. Only the version is told.

Served by `granian --interface asgi integration.web.live:application`. A browser listens with EventSource to
/live?ticket=…; the ticket comes with the card. https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from integration import log, settings
from integration.errors import Unauthorized
from integration.sync.context import open_context
from integration.web import cors, tickets
from integration.web.passes import Passes
from integration.web.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from integration.sync.context import Context

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

BEAT_SECONDS = 15
"""Silence that proxies and browsers stand, and after which a vanished reader is noticed."""
OPENING = b"retry: 2000\n\n"
BEAT = b": beat\n\n"


class LiveStreams:
    """The ASGI application. `make_context` is called when the server starts."""

    def __init__(self, make_context: Callable[[], Context]) -> None:
        self._make_context = make_context
        self._ctx: Context
        self._versions: Versions

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection, or the server's own beginning and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._ctx = self._make_context()
        self._versions = Versions(self._ctx)
        _on_the_end(self._versions.close)
        async with self._versions.running():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        self._ctx.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        permission = self._permission(headers.get("origin", ""))
        if scope["path"] != "/live":
            await _refuse(send, 404, permission)
            return
        ticket = parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [""])[0]
        try:
            passes = Passes(self._ctx.settings.encryption_keys)
            account_id = tickets.account_of(passes, ticket, now=self._ctx.now)
        except Unauthorized:
            await _refuse(send, 401, permission)
            return
        await _start(send, 200, [(b"content-type", b"text/event-stream; charset=utf-8"), *permission])
        streaming = asyncio.create_task(self._stream(account_id, send))
        leaving = asyncio.create_task(_left(receive))
        await asyncio.wait({streaming, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for task in (streaming, leaving):
            task.cancel()
        await asyncio.wait({streaming, leaving})
        if not streaming.cancelled():
            streaming.result()  # what broke the stream is told to the server, which logs it

    async def _stream(self, account_id: int, send: Send) -> None:
        await _send(send, OPENING)
        async with self._versions.watched(account_id) as news:
            async for version in news.until_the_end(BEAT_SECONDS):
                await _send(send, BEAT if version is None else _event(version))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _permission(self, origin: str) -> list[tuple[bytes, bytes]]:
        allowed = cors.is_allowed(origin, self._ctx.settings.account_origins)
        return [(b"access-control-allow-origin", origin.encode("latin-1"))] if allowed else []


def _on_the_end(close: Callable[[], None]) -> None:
    """Call `close` when the process is told to end: the server waits for every stream before it tells us.

    The server's own handler still runs: event loops wake by the signal's number, whatever Python's handler is.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(close))


def _event(version: int) -> bytes:
    return b'event: version\ndata: {"version": %d}\n\n' % version


async def _refuse(send: Send, status: int, permission: list[tuple[bytes, bytes]]) -> None:
    await _start(send, status, permission)
    await send({"type": "http.response.body", "body": b""})


async def _start(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    # `x-accel-buffering` keeps nginx from collecting the events.
    rules = [(b"cache-control", b"no-store"), (b"vary", b"Origin"), (b"x-accel-buffering", b"no")]
    rules.append((b"x-content-type-options", b"nosniff"))
    await send({"type": "http.response.start", "status": status, "headers": [*rules, *headers]})


async def _send(send: Send, text: bytes) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _from_environment() -> Context:
    configured = settings.load()
    log.configure(configured.log_level)
    return open_context(configured)


application = LiveStreams(_from_environment)
