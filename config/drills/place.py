"""Where a run of drills lives: a folder of its own, and a keeper beside it, so that it leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from config.drills.keeper import MARK
from config.serving.supervisor import python_path

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
KEEPER_ENDS_WITHIN_S = 60.0


@contextmanager
def own_place(database: dict[str, Any] | None) -> Iterator[dict[str, int]]:
    """This will give all temporary files a folder of the run, and have what is left of it removed when it ends.

    database: where databases are made and how their names begin, for the keeper. What it found stands in the dict
    afterwards; nothing is asked of it within a run that was started by another.
    """
    left: dict[str, int] = {}
    if os.environ.get(MARK):
        yield left
        return
    folder, before = tempfile.mkdtemp(prefix="evergreen-drill-"), (tempfile.tempdir, os.environ.get("TMPDIR"))
    # PostgreSQL's own user has to find its way through.
    Path(folder).chmod(0o755)
    keeper = _start_keeper({"folder": folder, "database": database})
    os.environ[MARK] = os.environ["TMPDIR"] = tempfile.tempdir = folder
    try:
        yield left
    finally:
        del os.environ[MARK], os.environ["TMPDIR"]
        tempfile.tempdir = before[0]
        if before[1] is not None:
            os.environ["TMPDIR"] = before[1]
        left.update(_dismiss(keeper))


@contextmanager
def ended_once() -> Iterator[None]:
    """This will have the first word to end interrupt the run, and keep a second from interrupting its clearing up."""

    def end(number: int, frame: FrameType | None) -> None:
        for one in ENDS:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in ENDS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start_keeper(own: dict[str, Any]) -> subprocess.Popen[str]:
    keeper = subprocess.Popen(
        [sys.executable, "-m", "config.drills.keeper"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**os.environ, "PYTHONPATH": python_path()},
        # A word to the run's group is not for it: it has to outlive the run.
        start_new_session=True,
    )
    assert keeper.stdin is not None
    keeper.stdin.write(json.dumps(own) + "\n")
    keeper.stdin.flush()
    return keeper


def _dismiss(keeper: subprocess.Popen[str]) -> dict[str, int]:
    """Tell it that the run is over; gives what it had to clear up."""
    said = ""
    with suppress(subprocess.TimeoutExpired, OSError):
        said, _ = keeper.communicate(timeout=KEEPER_ENDS_WITHIN_S)
    found: dict[str, int] = json.loads(said) if said else {}
    return found
