"""A total deadline for one call to a vendor, and what matters when it passes: may the message have left?"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import TypeVar

from customers.clients.base import Effect, MaybeAccepted, NotAccepted

DEADLINE_S = 20.0
"""Source: DESIGN, section 5, Defaults, "provider deadline 20 s"."""

T = TypeVar("T")


class Attempt:
    """One call under way. It is told its socket and the moment before the message itself goes out."""

    def __init__(self, whom: str) -> None:
        self._whom = whom
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
                raise late(self._whom)
            self._socket, self._may_have_left = sock, True

    def give_up(self) -> bool:
        """End the call from outside, so that no thread waits for ever; says whether the message may have left."""
        with self._lock:
            self._is_given_up = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
            return self._may_have_left


def late(whom: str) -> NotAccepted:
    return NotAccepted(f"{whom} could not be reached in time.", can_retry=True)


def unanswered(what: str, effect: Effect) -> NotAccepted | MaybeAccepted:
    """Give the error for a call that went out and got no good answer. what: the sentence without its end."""
    if effect is Effect.READ:
        return NotAccepted(f"{what}.", can_retry=True)
    if effect is Effect.REPEATABLE:
        return MaybeAccepted(f"{what}; it may have been done, and doing it again changes nothing.", can_retry=True)
    return MaybeAccepted(f"{what}; it may have been accepted.")


def run_within(
    work: Callable[[Attempt], T],
    *,
    seconds: float = DEADLINE_S,
    whom: str = "The mail provider",
    effect: Effect = Effect.ONCE,
) -> T:
    """Do the work on a thread of its own and wait so long at most, name lookup and a dripping answer included.

    Raises what the work raises; after the deadline NotAccepted while nothing had gone out, else as `unanswered` says.
    """
    attempt = Attempt(whom)
    answers: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(work(attempt))
        except BaseException as error:  # handed to the caller's thread
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True, name="vendor-call")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        if attempt.give_up():
            raise unanswered(f"{whom} did not answer in time", effect)
        raise late(whom)
    if errors:
        raise errors[0]
    return answers[0]
