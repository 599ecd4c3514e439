"""Bodies of requests as HTTP carries them: by a length, or in chunks, as nginx takes both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from email.message import Message

_LONGEST_LINE = 4096
_LARGEST_BODY = 64 * 1024 * 1024


class Source(Protocol):
    """Where bytes come from, such as the file of a socket."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, fewer only at the end."""

    def readline(self, size: int, /) -> bytes:
        """Return what comes up to the next line's end, so many bytes at most."""


class BadBody(ValueError):
    """The end of the body cannot be told from the next request."""


def read_body(headers: Message, source: Source) -> bytes:
    """Return the whole body that `headers` announce. Raises BadBody."""
    coding = headers.get("Transfer-Encoding")
    lengths = set(headers.get_all("Content-Length", []))
    if coding is None:
        length = lengths.pop() if lengths else "0"
        if lengths or not (length.isascii() and length.isdecimal()) or int(length) > _LARGEST_BODY:
            raise BadBody("Content-Length")
        return source.read(int(length))
    if coding.strip().lower() != "chunked" or lengths:
        raise BadBody("Transfer-Encoding")
    return _unchunked(source)


def _unchunked(source: Source) -> bytes:
    body = bytearray()
    while size := _size_of_chunk(source):
        if len(body) + size > _LARGEST_BODY:
            raise BadBody("too large")
        chunk = source.read(size)
        if len(chunk) < size or source.readline(_LONGEST_LINE).strip():
            raise BadBody("chunk")
        body += chunk
    while source.readline(_LONGEST_LINE).strip():
        """Trailers end with an empty line, and say nothing here."""
    return bytes(body)


def _size_of_chunk(source: Source) -> int:
    digits = source.readline(_LONGEST_LINE).partition(b";")[0].strip()
    try:
        size = int(digits, 16)
    except ValueError:
        raise BadBody("chunk size") from None
    if size < 0:
        raise BadBody("chunk size")
    return size
