"""The processes of `serve`, with small programs in their place: real processes, real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.serving.supervisor import MAX_RESTARTS

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 20.0

PARENT = """
import sys
from config.serving.supervisor import Program, Supervisor
supervisor = Supervisor([Program("child", "child", tuple(sys.argv[1:]))], stop_grace_s=1)
supervisor.start()
sys.exit(supervisor.run())
"""
# Writes its own id and its grandchild's on each start, then does what it is told.
CHILD = """
import os, signal, subprocess, sys, time
folder, behaviour = sys.argv[1:]
if behaviour == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen(["sleep", "600"])
with open(os.path.join(folder, "started"), "a") as file:
    file.write(f"{os.getpid()} {grandchild.pid}\\n")
if behaviour == "dies":
    sys.exit(7)
time.sleep(600)
"""


def wait_for(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def starts(folder: Path) -> list[tuple[int, int]]:
    try:
        lines = (folder / "started").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [(int(child), int(grandchild)) for child, grandchild in (line.split() for line in lines)]


@pytest.fixture
def start(tmp_path: Path) -> Callable[[str], subprocess.Popen[bytes]]:
    (tmp_path / "child.py").write_text(CHILD)

    def start(behaviour: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", PARENT, str(tmp_path), behaviour],
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"},
            stderr=subprocess.DEVNULL,
        )

    return start


linux_only = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


@linux_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop_signal_ends_everything_with_0(
    start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path, number: signal.Signals
) -> None:
    parent = start("obeys")
    wait_for(lambda: bool(starts(tmp_path)))

    parent.send_signal(number)

    assert parent.wait(timeout=PATIENCE_S) == 0
    assert not any(is_running(pid) for pid in starts(tmp_path)[0])


@linux_only
def test_child_that_ignores_term_is_killed(start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path) -> None:
    parent = start("stubborn")
    wait_for(lambda: bool(starts(tmp_path)))

    parent.send_signal(signal.SIGINT)

    assert parent.wait(timeout=PATIENCE_S) == 0
    assert not any(is_running(pid) for pid in starts(tmp_path)[0])


@linux_only
def test_child_that_keeps_dying_is_restarted_three_times_then_ends_the_run(
    start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    parent = start("dies")

    assert parent.wait(timeout=PATIENCE_S) == 7
    assert len(starts(tmp_path)) == 1 + MAX_RESTARTS
    assert not any(is_running(pid) for pids in starts(tmp_path) for pid in pids)


@linux_only
def test_killed_child_is_started_again(start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path) -> None:
    parent = start("obeys")
    wait_for(lambda: len(starts(tmp_path)) == 1)

    os.kill(starts(tmp_path)[0][0], signal.SIGKILL)

    wait_for(lambda: len(starts(tmp_path)) == 2)
    parent.send_signal(signal.SIGINT)
    assert parent.wait(timeout=PATIENCE_S) == 0


@linux_only
def test_killed_parent_takes_its_children_along(
    start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    parent = start("obeys")
    wait_for(lambda: bool(starts(tmp_path)))

    parent.kill()
    parent.wait(timeout=PATIENCE_S)

    wait_for(lambda: not is_running(starts(tmp_path)[0][0]))
