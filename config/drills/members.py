"""Programs of a drill that run side by side, each in a session of its own, of which one can be killed and replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

ENDS_WITHIN_S = 30.0
MOST_SAID = 1000


class Members:
    def __init__(self, env: Mapping[str, str]) -> None:
        self.kills = 0
        self._env = dict(env)
        # What they complain of while their Redis is away is expected, and told only where a drill does not pass.
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  # for as long as they run
        self._all: list[tuple[Sequence[str], subprocess.Popen[bytes]]] = []

    def __len__(self) -> int:
        return len(self._all)

    def add(self, words: Sequence[str]) -> None:
        self._all.append((words, self._launch(words)))

    def kill_one(self, place: int) -> None:
        """This will end one without a word, as a lost machine does, and start another in its place."""
        words, process = self._all[place % len(self._all)]
        _kill(process)
        self.kills += 1
        self._all[place % len(self._all)] = words, self._launch(words)

    def count_ended(self) -> int:
        """This will say how many have ended by themselves."""
        return sum(process.poll() is not None for _, process in self._all)

    def end(self) -> None:
        """This will tell all to end, and kill those that have not by ENDS_WITHIN_S; what they have started ends too."""
        for _, process in self._all:
            process.terminate()
        ends = time.monotonic() + ENDS_WITHIN_S
        for _, process in self._all:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.0, ends - time.monotonic()))
            _kill(process)
        self._complaints.close()

    def read_complaints(self) -> str:
        """This will give the last of what they said on standard error."""
        file = self._complaints.fileno()
        # Not by its position: they write at that.
        return os.pread(file, MOST_SAID, max(0, os.fstat(file).st_size - MOST_SAID)).decode(errors="replace")

    def _launch(self, words: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  # words of our own
            list(words),
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
            start_new_session=True,
        )


@contextmanager
def members(env: Mapping[str, str], programs: Sequence[Sequence[str]]) -> Iterator[Members]:
    """This will run so many programs for as long as they are needed."""
    them = Members(env)
    try:
        for words in programs:
            them.add(words)
        yield them
    finally:
        them.end()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
