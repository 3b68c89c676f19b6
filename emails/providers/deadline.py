"""A total deadline for one call to a vendor, and what matters when it passes: may the message have left?"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import TypeVar

from emails.providers.base import MaybeAccepted, NotAccepted

DEADLINE_S = 20.0
"""Source: DESIGN, section 5, Defaults, "provider deadline 20 s"."""

T = TypeVar("T")


class Attempt:
    """One call under way. It is told its socket and the moment before the message itself goes out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_given_up = False
        self._may_have_left = False

    @property
    def may_have_left(self) -> bool:
        return self._may_have_left

    def begin(self, sock: socket.socket | None) -> None:
        """Note that the message goes out from here on. Raises NotAccepted when the caller has given up already."""
        with self._lock:
            if self._is_given_up:
                raise late(can_retry=True)
            self._socket, self._may_have_left = sock, True

    def give_up(self) -> bool:
        """End the call from outside, so that no thread waits for ever; says whether the message may have left."""
        with self._lock:
            self._is_given_up = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
            return self._may_have_left


def late(*, can_retry: bool) -> NotAccepted:
    return NotAccepted("The mail provider could not be reached in time.", can_retry=can_retry)


def run_within(work: Callable[[Attempt], T], *, seconds: float = DEADLINE_S) -> T:
    """Do the work on a thread of its own and wait so long at most, name lookup and a dripping answer included.

    Raises what the work raises; after the deadline NotAccepted while nothing had gone out, else MaybeAccepted.
    """
    attempt = Attempt()
    answers: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(work(attempt))
        except BaseException as error:  # handed to the caller's thread
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True, name="mail-provider")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        if attempt.give_up():
            raise MaybeAccepted("The mail provider did not answer in time; it may have taken the message.")
        raise late(can_retry=True)
    if errors:
        raise errors[0]
    return answers[0]
