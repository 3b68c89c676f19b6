"""Messages for other systems on their way: claim, call, settle; tried again on a ladder, at least once, in no order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from customers.base import claim, settle
from customers.clients.base import MaybeAccepted, NotAccepted
from customers.clients.webhook_call import Message, send_message
from customers.enums import ClaimState, Role
from customers.models import User, WebhookDelivery, WebhookEndpoint
from customers.queries.moments import Waiting, When
from customers.queries.standstill import stands_still
from customers.queries.webhook_endpoints import deliveries_waiting
from customers.rules.webhook_retries import GONE, is_given_up, next_try
from customers.services.activity import record
from customers.services.budgets import within_budget
from customers.services.digests import sealer
from customers.services.webhook_endpoints import cancel_waiting

KEPT_FOR = timedelta(days=30)
KEPT_ATTEMPTS = 20
IN_ONE_SWEEP = 200
KEPT = "OUTBOUND is off: it was kept here and not sent."

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Attempt:
    """What came of one call."""

    outcome: str
    status: int | None = None
    answer: str = ""
    took_ms: int = 0

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def sweep(now: datetime) -> int:
    """This will send what is due, and take up again what a dead worker left: a repeat is harmless there."""
    if stands_still():
        return 0
    due, lost = deliveries_waiting(now)
    lost.update(state=ClaimState.QUEUED, claim_token=None, leased_until=None, not_before=now, updated_at=now)
    ids = list(due.values_list("pk", flat=True)[:IN_ONE_SWEEP])
    return sum(deliver(pk, now=at) for pk, at in within_budget(ids, now=now))


def sweep_old(now: datetime) -> int:
    """This will remove what was written more than KEPT_FOR ago; the ladder is long at its end by then."""
    (old,) = old_waiting(now)
    return int(old.delete()[0])


def old_waiting(now: When) -> Waiting:
    return (WebhookDelivery.objects.filter(created_at__lt=now - KEPT_FOR).order_by("created_at"),)


def deliver(pk: Any, *, now: datetime) -> bool:
    """This will make one attempt; False where another worker has the message or it is not its turn."""
    row = WebhookDelivery.objects.select_related("endpoint").filter(pk=pk).first()
    if row is None:
        return False
    with transaction.atomic():
        token = claim(row, now=now)
    if token is None:
        return False
    if not row.endpoint.is_enabled:
        return settle(row, token=token, state=ClaimState.CANCELLED, now=now, outcome="The endpoint is switched off.")
    if settings.OUTBOUND != "on":
        return settle(row, token=token, state=ClaimState.CANCELLED, now=now, outcome=KEPT)
    attempt = _call(row, now=now)
    _finish(row, attempt, token=token, now=now)
    return True


def _call(row: WebhookDelivery, *, now: datetime) -> _Attempt:
    began = monotonic()
    try:
        message = Message(row.message_id, json.dumps(row.body, separators=(",", ":")).encode(), _secrets(row, now=now))
        answer = send_message(row.endpoint.url, message, now=now)
    except InvalidToken:
        return _Attempt("FIELD_KEYS cannot open its secret: make another.")
    except (NotAccepted, MaybeAccepted) as error:
        return _Attempt(error.reason, took_ms=_since(began))
    except Exception as error:
        log.exception("webhook_failed", delivery=str(row.pk))
        return _Attempt(f"{type(error).__name__} during the call.", took_ms=_since(began))
    text = answer.body.decode("utf-8", "replace").replace("\x00", "�")
    return _Attempt(f"It answered {answer.status}.", answer.status, text, _since(began))


def _secrets(row: WebhookDelivery, *, now: datetime) -> list[str]:
    endpoint = row.endpoint
    sealed = [endpoint.sealed_secret]
    if endpoint.old_secret_until is not None and endpoint.old_secret_until > now:
        sealed.append(endpoint.sealed_old_secret)
    return [sealer().decrypt(value).decode() for value in sealed]


def _finish(row: WebhookDelivery, attempt: _Attempt, *, token: Any, now: datetime) -> None:
    tries = row.attempts + 1  # as the claim counted
    again = None if attempt.is_taken or attempt.status == GONE else next_try(tries, now=now)
    state = ClaimState.SENT if attempt.is_taken else ClaimState.QUEUED if again else ClaimState.FAILED
    line = {"at": now.isoformat(), "status": attempt.status, "outcome": attempt.outcome, "tookMs": attempt.took_ms}
    fields: dict[str, Any] = {
        "outcome": attempt.outcome[:500],
        "status": attempt.status,
        "answer": attempt.answer,
        "called_at": now,
        "took_ms": attempt.took_ms,
        "receipt": [*row.receipt, line][-KEPT_ATTEMPTS:],
        "not_before": again or row.not_before,
    }
    if attempt.is_taken:
        fields["sent_at"] = now
    with transaction.atomic():
        if settle(row, token=token, state=state, now=now, **fields):
            _follow(row.endpoint, attempt, now=now)


def _follow(endpoint: WebhookEndpoint, attempt: _Attempt, *, now: datetime) -> None:
    """This will keep since when an endpoint takes nothing, and switch it off when that has been too long."""
    live = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_enabled=True)
    if attempt.is_taken:
        live.exclude(failing_since=None).update(failing_since=None)
        return
    live.filter(failing_since=None).update(failing_since=now)
    current = live.first()
    if current is None:
        return
    if attempt.status == GONE:
        _switch_off(current, "It answered 410: it wants no more.", now=now)
    elif is_given_up(current.failing_since, now=now):
        _switch_off(current, f"It took nothing since {current.failing_since:%d %b %Y %H:%M} UTC.", now=now)


def _switch_off(endpoint: WebhookEndpoint, reason: str, *, now: datetime) -> None:
    off = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_enabled=True).update(
        is_enabled=False, off_reason=reason, version=endpoint.version + 1, updated_at=now
    )
    if not off:
        return
    cancel_waiting(endpoint, now=now)
    words = f"Webhook endpoint “{endpoint}” switched off. {reason}"
    record("webhook_endpoint.switched_off", words, customer=None, by=None, now=now, subject=endpoint)
    transaction.on_commit(lambda: _tell_ops(endpoint, reason), robust=True)


def _tell_ops(endpoint: WebhookEndpoint, reason: str) -> None:
    people = User.objects.filter(role=Role.OPS, is_active=True).exclude(email="").values_list("email", flat=True)
    link = f"{settings.PUBLIC_URL}/settings/webhooks/{endpoint.pk}"
    text = f"{endpoint.url} is told nothing from now on. {reason}\n\nSwitch it on again, or remove it: {link}\n"
    for address in people:
        send_mail("A webhook endpoint was switched off", text, None, [address])


def _since(began: float) -> int:
    return int((monotonic() - began) * 1000)
