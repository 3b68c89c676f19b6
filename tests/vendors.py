"""Vendors that behave badly at the wire, on this machine alone."""

from __future__ import annotations

import inspect
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def server(*, answer: bytes = b"", then_hangs: bool = False) -> Iterator[str]:
    """A server that reads a call, answers these bytes, and hangs up or holds the line. Gives its base address."""
    listener = socket.create_server(("127.0.0.1", 0))
    is_over = threading.Event()

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                line.recv(65536)
                line.sendall(answer)
                if then_hangs:
                    is_over.wait(10)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        is_over.set()
        listener.close()


def public_signatures(cls: type) -> dict[str, inspect.Signature]:
    """Give what others may call of a client."""
    return {
        name: inspect.signature(member)
        for name, member in vars(cls).items()
        if callable(member) and not name.startswith("_")
    }


def connect(settings: Any, **values: str) -> None:
    settings.OUTBOUND = "on"
    for name, value in values.items():
        setattr(settings, name, value)
