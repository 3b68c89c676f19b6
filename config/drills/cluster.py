"""A PostgreSQL server of a drill's own, in a folder that goes with it; its files may lie on a small disk."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from config.drills.redis_server import free_port

MISSING = "pg_ctl and initdb are not on this machine"


@dataclass(frozen=True)
class Cluster:
    """A database server of this drill alone."""

    control: Path
    data: Path
    port: int
    user: str

    def run(self, *arguments: str) -> None:
        command = [str(self.control), "-D", str(self.data), "-w", "-t", "60", *arguments]
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


@contextmanager
def own_cluster(control: Path, *, disk: Path | None = None, settings: str = "") -> Iterator[Cluster]:
    """This will start a server and stop it. disk: where its tables lie; what it writes ahead stays elsewhere then."""
    user = "postgres" if os.geteuid() == 0 else ""
    with tempfile.TemporaryDirectory(prefix="evergreen-drill-") as name:
        folder = Path(name)
        data, ahead = (disk or folder) / "data", folder / "ahead"
        if user:
            folder.chmod(0o755)
            for path in (data, ahead):
                path.mkdir(mode=0o700)
                os.chown(path, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        cluster = Cluster(control, data, free_port(), user)
        options = f"-p {cluster.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {settings}"
        try:
            cluster.run("initdb", "-o", f"-U postgres -A trust -X {ahead}")
            cluster.run("-o", options, "start")
            yield cluster
        finally:
            # It is not there where it was interrupted before it began, or lies crashed.
            with suppress(subprocess.CalledProcessError):
                cluster.run("-m", "immediate", "stop")


def find_control() -> Path | None:
    found = shutil.which("pg_ctl")
    if found:
        return Path(found)
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), reverse=True)), None)
