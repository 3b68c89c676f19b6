"""A Redis of a drill's own, on a free port of this machine, that can hang, die and forget."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STARTS_WITHIN_S = 10.0


class RedisServer:
    """Keeps nothing: what it knew is gone with its process."""

    def __init__(self, program: str, folder: str) -> None:
        self.port = free_port()
        self._program, self._folder = program, folder
        self._process = self._launch()

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def hang(self) -> None:
        """This will have it take calls and answer none, as a machine does that swaps."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def wake(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def start_anew(self) -> None:
        """This will start one that knows nothing, at the same address."""
        self._process = self._launch()

    def empty(self) -> None:
        self.say("FLUSHALL")

    def say(self, command: str) -> bytes:
        """This will give the answer to one command. Raises OSError."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
            line.sendall(f"{command}\r\n".encode())
            return line.recv(1000)

    def end(self) -> None:
        with suppress(ProcessLookupError):
            self.wake()
        self._process.kill()
        self._process.wait()

    def _launch(self) -> subprocess.Popen[bytes]:
        words = [self._program, "--port", str(self.port), "--bind", "127.0.0.1"]
        words += ["--save", "", "--appendonly", "no", "--dir", self._folder]
        process = subprocess.Popen(  # noqa: S603  # words of our own
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
        ends = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < ends:
            with suppress(OSError):
                if self.say("PING").startswith(b"+PONG"):
                    return process
            time.sleep(0.05)
        process.kill()
        process.wait()
        raise RuntimeError("redis-server does not answer.")


@contextmanager
def own_redis() -> Iterator[RedisServer | None]:
    """This will start one for as long as it is needed; None where it is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="evergreen-drill-") as folder:
        server = RedisServer(program, folder)
        try:
            yield server
        finally:
            server.end()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
