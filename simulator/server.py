"""A small threaded WSGI server with HTTP/1.1 keep-alive, which werkzeug's own closes after every answer."""

from __future__ import annotations

import io
import socket
import sys
import urllib.parse
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from simulator.wire import BadBody, read_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import WSGIApplication


class HangUp(BaseException):
    """Raised by a view to break the connection instead of answering; no error handler of the app may catch it."""


class Server(ThreadingHTTPServer):
    """Serves one WSGI application; `port` tells which port it got."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, application: WSGIApplication) -> None:
        self.application = application
        super().__init__((host, port), _Exchange)

    @property
    def port(self) -> int:
        """The port that is listened on, also when 0 was asked for."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """The address of the server without a trailing slash."""
        return f"http://{self.server_address[0]!s}:{self.port}"


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "nginx", ""
    error_message_format = "<html><head><title>%(code)d %(message)s</title></head></html>\n"
    disable_nagle_algorithm = True
    server: Server

    def _answer(self) -> None:
        try:
            self._run(read_body(self.headers, self.rfile))
        except BadBody:
            # send_error closes the connection: what follows on it may be anything.
            self.send_error(HTTPStatus.BAD_REQUEST)
        except HangUp:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        except ConnectionError:
            self.close_connection = True

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_TRACE = _answer  # noqa: N815 - http.server's names

    def _run(self, body: bytes) -> None:
        started: list[Any] = []

        def start_response(
            status: str,
            headers: list[tuple[str, str]],
            exc_info: object = None,  # noqa: ARG001 - WSGI's signature
        ) -> Callable[[bytes], object]:
            started[:] = [status, headers]
            return self.wfile.write

        chunks: Iterable[bytes] = self.server.application(self._environ(body), start_response)
        try:
            # Flask calls start_response before it returns its iterable.
            status, headers = started
            self._send(status, headers, chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    def _send(self, status: str, headers: list[tuple[str, str]], chunks: Iterable[bytes]) -> None:
        code = status.partition(" ")[0]
        self.send_response_only(int(code))
        sized = any(name.lower() == "content-length" for name, _ in headers) or code in {"204", "304"}
        in_chunks = not sized and self.request_version != "HTTP/1.0"
        # Before HTTP/1.1 a body of unknown length ends with the connection.
        self.close_connection = self.close_connection or not (sized or in_chunks)
        for name, value in headers:
            self.send_header(name, value)
        if in_chunks:
            self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        self.end_headers()
        if self.command == "HEAD":
            return
        for chunk in chunks:
            if not in_chunks:
                self.wfile.write(chunk)
            elif chunk:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            self.wfile.flush()
        if in_chunks:
            self.wfile.write(b"0\r\n\r\n")

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": urllib.parse.unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": self.server.server_address[0],
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            if name.lower() == "transfer-encoding":
                continue  # the body is whole by now
            environ.setdefault(f"HTTP_{name.upper().replace('-', '_')}", value)
        return environ

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the overridden signature
        """Say nothing: what was asked is recorded elsewhere."""
