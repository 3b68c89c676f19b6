"""The drill of the sends once more, over a PostgreSQL of its own that crashes and comes back every few seconds."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

from config.drills.sends import BEGUN, DONE

EVERY_S = 3.0


@dataclass(frozen=True)
class Cluster:
    """A database server of this drill alone."""

    control: Path
    folder: Path
    port: int
    user: str

    def run(self, *arguments: str) -> None:
        command = [str(self.control), "-D", str(self.folder / "data"), "-w", "-t", "60", *arguments]
        # No pipe: the server would keep its end open for as long as it runs.
        subprocess.run(  # noqa: S603
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self.user or None,
            cwd="/",
        )

    @property
    def address(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"


def drill_restarts(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will run `drill sends` in a process of its own while its server crashes and recovers."""
    control = _find_control()
    if control is None:
        yield {"left_out": "pg_ctl and initdb are not on this machine", "passed": True}
        return
    with _cluster(control) as cluster:
        crasher = Crasher(cluster)
        line = _send(cluster, crasher, count=count, seed=seed)
        yield {**line, "crashes": crasher.count, "passed": line["passed"] and crasher.count > 0}


class Crasher:
    """Stops the server as a crash does, without writing anything down, and starts it again, until told to leave off."""

    def __init__(self, cluster: Cluster) -> None:
        self.count = 0
        self._cluster, self._stop = cluster, Event()
        self._thread = Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """This will leave off, and come back when the server is up."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            with contextlib.suppress(subprocess.CalledProcessError):
                self._cluster.run("-m", "immediate", "restart")
                self.count += 1


def _send(cluster: Cluster, crasher: Crasher, *, count: int, seed: int) -> dict[str, Any]:
    command = [sys.executable, "manage.py", "drill", "sends", "--count", str(count), "--seed", str(seed)]
    environment = {**os.environ, "DATABASE_URL": cluster.address}
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None and process.stdout is not None
        for words in process.stderr:
            said.append(words)
            if words.strip() == BEGUN:
                crasher.begin()
            elif words.strip() == DONE:
                crasher.end()
        printed = process.stdout.read()
    crasher.end()
    lines = [line for line in printed.splitlines() if line.startswith("{")]
    if not lines:
        return {"passed": False, "error": "".join(said)[-1000:]}
    line: dict[str, Any] = json.loads(lines[-1])
    line.pop("drill", None)
    return line


@contextmanager
def _cluster(control: Path) -> Iterator[Cluster]:
    user = "postgres" if os.geteuid() == 0 else ""
    with tempfile.TemporaryDirectory(prefix="evergreen-drill-") as name:
        folder = Path(name)
        if user:
            folder.chmod(0o755)
            data = folder / "data"
            data.mkdir(mode=0o700)
            os.chown(data, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        cluster = Cluster(control, folder, _free_port(), user)
        cluster.run("initdb", "-o", "-U postgres -A trust")
        cluster.run("-o", f"-p {cluster.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''", "start")
        try:
            yield cluster
        finally:
            cluster.run("-m", "immediate", "stop")


def _find_control() -> Path | None:
    found = shutil.which("pg_ctl")
    if found:
        return Path(found)
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), reverse=True)), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
