"""Stands beside a run of drills and clears up after it, however it ended: `python -m config.drills.keeper`.

The first line in says what is the run's own. When no more can come in the run is over, be it that it was killed: then
whatever is left of it goes, and what that was is said on a line out. Imports nothing of Django.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

MARK = "EVERGREEN_DRILL"
"""The variable that every process of a run is started with: the run's folder."""
TRACKER = b"resource_tracker"
"""Python's own, that ends by itself and clears up what killed processes shared."""
PYTHONS_OWN = "pymp-"
"""Folders that Python removes as it ends, which the run has yet to do."""
ROUNDS, PAUSE_S = 50, 0.1


def clear_up(own: Mapping[str, Any]) -> dict[str, int]:
    """This will end and remove what is left of a run, and count it. own: folder, and database with prefix if any."""
    folder = Path(own["folder"])
    seen = {
        "processes": _end_processes(folder),
        "mounts": _unmount(folder),
        "databases": _drop_databases(**own["database"]) if own.get("database") else 0,
        "files": len([path for path in folder.iterdir() if not path.name.startswith(PYTHONS_OWN)]),
    }
    shutil.rmtree(folder, ignore_errors=True)
    return seen


def _end_processes(folder: Path) -> int:
    ended: set[int] = set()
    calm = 0
    for _ in range(ROUNDS):
        left = list(_list_processes(folder))
        # One that is just beginning has nothing to be read yet either: looked at twice.
        calm = 0 if left else calm + 1
        if calm == 2:
            break
        for pid in left:
            ended.add(pid)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(PAUSE_S)
    return len(ended)


def _list_processes(folder: Path) -> Iterator[int]:
    """Those that carry the run's mark, or work within its folder: servers write over what they were started with."""
    mark = f"{MARK}={folder}".encode()
    for place in Path("/proc").glob("[0-9]*"):
        # What has ended, or ends meanwhile, cannot be read.
        with suppress(OSError):
            words, environment = (place / "cmdline").read_bytes(), (place / "environ").read_bytes().split(b"\0")
            is_within = Path(os.readlink(place / "cwd")).is_relative_to(folder)
            if TRACKER not in words and (mark in environment or is_within) and int(place.name) != os.getpid():
                yield int(place.name)


def _unmount(folder: Path) -> int:
    mounts = Path("/proc/self/mounts")
    lines = mounts.read_text().splitlines() if mounts.exists() else []
    places = [line.split()[1] for line in lines if Path(line.split()[1]).is_relative_to(folder)]
    for place in places:
        # Even where a process that is just ending still has a file open.
        subprocess.run(["/bin/umount", "-l", place], check=False, capture_output=True)  # noqa: S603
    return len(places)


def _drop_databases(*, prefix: str, **address: Any) -> int:
    import psycopg
    from psycopg import sql

    with suppress(psycopg.Error), psycopg.connect(**address, autocommit=True, connect_timeout=10) as connection:
        names = "SELECT datname FROM pg_database WHERE datname = %s OR starts_with(datname, %s)"
        found = connection.execute(names, [prefix, f"{prefix}_"]).fetchall()
        for (name,) in found:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        return len(found)
    return 0


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    own = json.loads(sys.stdin.readline())
    sys.stdin.read()
    with suppress(OSError):
        sys.stdout.write(json.dumps(clear_up(own)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
