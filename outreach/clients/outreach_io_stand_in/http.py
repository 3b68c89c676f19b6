"""The stand-in over HTTP, on this machine alone: for the suite, so that the real client is tried at the wire."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from django.db import close_old_connections, connection

from outreach.clients.outreach_io_stand_in.server import reply_to
from outreach.clients.outreach_io_stand_in.shapes import Request

HOST = "127.0.0.1"


@contextmanager
def serve(clock: Callable[[], datetime], *, seen: list[Request] | None = None) -> Iterator[str]:
    """This will give the base address, without a path, of a server that answers until the block ends.

    seen: takes every request as it came.
    """
    server = ThreadingHTTPServer((HOST, 0), _handler(clock, [] if seen is None else seen))
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _handler(clock: Callable[[], datetime], seen: list[Request]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, parts.path, query, headers, raw, clock())
            seen.append(request)
            try:
                reply = reply_to(request)
            finally:
                # Each request has a thread, and each thread a connection of its own.
                close_old_connections()
                connection.close()
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.raw)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.raw)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815  # the names that the package looks for

        def log_message(self, format: str, *args: object) -> None:
            """Nothing of a call is logged."""

    return Handler
