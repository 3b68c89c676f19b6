"""Calls that carry an Idempotency-Key: carried out once, answered the same each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db import IntegrityError, transaction

from customers.models import IdempotentCall, User
from customers.queries.moments import Waiting, When
from customers.services.kept_answers import seal_answer

REMEMBERED_FOR = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(minutes=5)
"""A call without an answer for so long died with its process; a repeat may take its place."""


class Standing(Enum):
    """How a call stands to the one that came first with its key."""

    FIRST = "first"
    ANSWERED = "answered"
    RUNNING = "running"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Begun:
    standing: Standing
    call: IdempotentCall


def begin_call(user: User, *, key: str, digest: str, now: datetime) -> Begun:
    """This will take the key for this call, or say how an earlier call with it stands.

    digest: of method, path and body; the same key with another is refused.
    """
    IdempotentCall.objects.filter(user=user, key=key, created_at__lt=now - REMEMBERED_FOR).delete()
    try:
        with transaction.atomic():
            return Begun(Standing.FIRST, IdempotentCall.objects.create(user=user, key=key, request_digest=digest))
    except IntegrityError:
        pass
    call = IdempotentCall.objects.filter(user=user, key=key).first()
    if call is None:  # The first one ended in an error between the two statements.
        return begin_call(user, key=key, digest=digest, now=now)
    if call.request_digest != digest:
        return Begun(Standing.DIFFERENT, call)
    if call.status is not None:
        return Begun(Standing.ANSWERED, call)
    return Begun(Standing.FIRST if _take_over(call, now=now) else Standing.RUNNING, call)


def is_running(call: IdempotentCall) -> bool:
    """This will look again whether the call has no answer yet; a call that was forgotten runs no more."""
    return IdempotentCall.objects.filter(pk=call.pk, status=None).exists()


def finish_call(call: IdempotentCall, *, status: int, content_type: str, body: bytes, now: datetime) -> None:
    """This will keep the answer for repeats, sealed: it may hold a token that is shown once and kept nowhere."""
    IdempotentCall.objects.filter(pk=call.pk).update(
        status=status, content_type=content_type[:100], body=seal_answer(body), updated_at=now
    )


def forget_call(call: IdempotentCall) -> None:
    """This will free the key: nothing was done, or nobody knows whether it was."""
    IdempotentCall.objects.filter(pk=call.pk, status=None).delete()


def sweep_calls(now: datetime) -> int:
    """This will remove what is older than REMEMBERED_FOR and say how many rows it was."""
    (old,) = calls_waiting(now)
    return old.delete()[0]


def calls_waiting(now: When) -> Waiting:
    return (IdempotentCall.objects.filter(created_at__lt=now - REMEMBERED_FOR).order_by("created_at"),)


def _take_over(call: IdempotentCall, *, now: datetime) -> bool:
    """This will give the key of a dead call to this one; of two that try, one gets it."""
    taken = IdempotentCall.objects.filter(
        pk=call.pk, status=None, updated_at=call.updated_at, updated_at__lt=now - GIVEN_UP_AFTER
    ).update(updated_at=now)
    return bool(taken)
