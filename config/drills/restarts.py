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

EVERY_S = 6.0
CRASHES = 12
LONGEST_S = 900


@dataclass(frozen=True)
class Cluster:
    """A database server of this drill alone."""

    control: Path
    folder: Path
    port: int
    user: str

    def run(self, *arguments: str) -> None:
        command = [str(self.control), "-D", str(self.folder / "data"), "-w", "-t", "60", *arguments]
        subprocess.run(command, check=True, capture_output=True, user=self.user or None, cwd="/")  # noqa: S603

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
        crashes, stop = [0], Event()
        crasher = Thread(target=_crash, args=(cluster, crashes, stop), daemon=True)
        crasher.start()
        try:
            line = _send(cluster, count=count, seed=seed)
        finally:
            stop.set()
            crasher.join(70)
        yield {**line, "crashes": crashes[0]}


def _send(cluster: Cluster, *, count: int, seed: int) -> dict[str, Any]:
    command = [sys.executable, "manage.py", "drill", "sends", "--count", str(count), "--seed", str(seed)]
    environment = {**os.environ, "DATABASE_URL": cluster.address}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=LONGEST_S)  # noqa: S603
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        return {"passed": False, "error": done.stderr[-1000:]}
    line: dict[str, Any] = json.loads(lines[-1])
    line.pop("drill", None)
    return line


def _crash(cluster: Cluster, crashes: list[int], stop: Event) -> None:
    """Stop it as a crash does, without writing anything down, and start it again."""
    while crashes[0] < CRASHES and not stop.wait(EVERY_S):
        with contextlib.suppress(subprocess.CalledProcessError):
            cluster.run("-m", "immediate", "restart")
            crashes[0] += 1


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
