"""Start processes, start them again when they die, stop them all."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MAX_RESTARTS = 3
STOP_GRACE_S = 10.0
POLL_S = 0.1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Program:
    """What to run: `python -m module arguments`, in a session of its own."""

    name: str
    module: str
    arguments: tuple[str, ...]
    extra_env: Mapping[str, str] = field(default_factory=dict)
    inherited_fds: tuple[int, ...] = ()


@dataclass
class Child:
    program: Program
    process: subprocess.Popen[bytes]
    restarts: int = 0


class Supervisor:
    """Keeps the programs running until a stop signal, or until one of them has died once too often.

    Each child lives in a session of its own, so that Ctrl-C in the terminal reaches only the parent and children
    are stopped in one place. The children hold the reading end of a pipe; see `lifeline`.
    """

    def __init__(self, programs: Sequence[Program], *, stop_grace_s: float = STOP_GRACE_S) -> None:
        self._programs = tuple(programs)
        self._children: list[Child] = []
        self._stop_grace_s = stop_grace_s
        self._stopping = False
        self._lifeline_read, self._lifeline_write = os.pipe()

    @property
    def is_stopping(self) -> bool:
        return self._stopping

    def start(self) -> None:
        """This will start every program and take over the stop signals."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        for program in self._programs:
            self._children.append(Child(program, self._launch(program)))

    def run(self) -> int:
        """This will wait until asked to stop (0) or until a program is given up (its exit code, never 0)."""
        code = 0
        while not self._stopping and not code:
            code = self._look_after_children()
            time.sleep(POLL_S)
        self.stop()
        return code

    def stop(self) -> None:
        """This will TERM every child, wait, and kill what is left of their sessions."""
        self._stopping = True
        for child in self._children:
            _signal_group(child, signal.SIGTERM)
        give_up_at = time.monotonic() + self._stop_grace_s
        for child in self._children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(timeout=max(0.1, give_up_at - time.monotonic()))
        for child in self._children:
            _signal_group(child, signal.SIGKILL)
            child.process.wait()

    def _look_after_children(self) -> int:
        for child in self._children:
            code = child.process.poll()
            if code is None:
                continue
            # A worker that was killed may have left beat behind: its session goes with it.
            _signal_group(child, signal.SIGKILL)
            if child.restarts == MAX_RESTARTS:
                _say(f"{child.program.name} ended ({code}) after {MAX_RESTARTS} restarts; stopping.")
                return code if code > 0 else 1
            child.restarts += 1
            _say(f"{child.program.name} ended ({code}); restart {child.restarts} of {MAX_RESTARTS}.")
            child.process = self._launch(child.program)
        return 0

    def _launch(self, program: Program) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "config.serving.lifeline", str(self._lifeline_read), program.module]
        return subprocess.Popen(  # noqa: S603
            [*command, *program.arguments],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": python_path(), **program.extra_env},
            pass_fds=(self._lifeline_read, *program.inherited_fds),
            start_new_session=True,
        )

    def _on_signal(self, number: int, frame: object) -> None:
        self._stopping = True


def python_path() -> str:
    """This will let a child find the project whatever the working directory."""
    return os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))


def _signal_group(child: Child, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, number)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201
