"""The outbox: claims a queued letter, hands it to the provider, and settles what became of it.

draft → approved → queued → sending (token, lease) → sent; sending → unknown when nobody can say. Every move is one
conditional UPDATE. The provider is called between two short transactions, never inside one (promises 1 and 3).
"""

from __future__ import annotations

import base64
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from customers.base import claim, lock_customer, release_expired, settle
from customers.queries.memo import reading_once
from customers.queries.moments import Waiting, When
from customers.queries.standstill import stands_still
from customers.queries.workspace import get_settings
from customers.services.activity import record
from customers.services.side_by_side import MOST_AT_ONCE, in_turn, run_side_by_side
from customers.signals import send_after_commit
from emails.enums import DraftState
from emails.facts import keep_rows
from emails.models import Draft
from emails.providers.base import MaybeAccepted, NotAccepted, OutgoingFile, OutgoingMail
from emails.providers.choice import NoProvider, get_provider
from emails.queries.about_to_leave import Leaving, read_leaving
from emails.queries.checks import read_gate_facts
from emails.queries.footers import make_footer, render_with
from emails.queries.pacing import lane_order
from emails.queries.threads import read_references
from emails.rules.gate import ask_gate
from emails.rules.receipts import Receipt
from emails.rules.threading import thread_headers
from emails.services.announcing import announce_sent
from emails.services.editing import reload
from emails.services.rewriting import is_outgrown, rewrite
from emails.services.waiting import free_unblocked, keep_back, list_unblocked, look_again
from emails.signals import draft_failed

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 4
RETRY_AFTER = timedelta(minutes=15)
BATCH = 13 * MOST_AT_ONCE
"""Whole rounds of a provider that takes its time: in a last one that is not full most hands would wait for a few."""

BUDGET_S = 60
"""A slow provider ends a batch, so that the clock gets to its other duties; the next ring goes on."""


@dataclass(frozen=True)
class _Claimed:
    """company: who writes, as the workspace's settings said when the gate was asked."""

    draft: Draft
    token: UUID
    company: str


def deliver(draft_id: UUID, *, now: datetime) -> Draft | None:
    """Hand one queued letter over if it is its turn, and give it as it is then; None when it is not, or another has it.

    Writes the outcome whatever it is; raises nothing for a refusal.
    """
    customer_id = Draft.objects.filter(pk=draft_id).order_by().values_list("customer_id", flat=True).first()
    draft = _hand_over(draft_id, customer_id, now=now) if customer_id else None
    return reload(draft) if draft else None


def _hand_over(draft_id: UUID, customer_id: UUID, *, now: datetime) -> Draft | None:
    """This will do so, and give the letter as it was claimed."""
    with in_turn():
        claimed = _claim(draft_id, customer_id, now=now)
    if claimed is None:
        return None
    draft, token = claimed.draft, claimed.token
    try:
        mail = _write_mail(claimed)
        provider = get_provider()
        accepted = provider.send(mail, now=now)
    except (NotAccepted, NoProvider) as refusal:
        with in_turn():
            _settle_refused(claimed, refusal, now=now)
    except MaybeAccepted as doubt:
        with in_turn():
            settle(draft, token=token, state=DraftState.UNKNOWN, now=now, outcome=doubt.reason[:500])
    except Exception as error:
        # Whatever a vendor's library throws here, the message may have left: never resend it blindly.
        settle(draft, token=token, state=DraftState.UNKNOWN, now=now, outcome=f"{type(error).__name__} during the call")
        raise
    else:
        with in_turn():
            _settle_sent(claimed, mail, provider_name=provider.name, provider_id=accepted.provider_id, now=now)
    return draft


def send_due(*, now: datetime, limit: int = BATCH, hands: int = MOST_AT_ONCE) -> int:
    """Hand over every queued letter whose turn it is, the higher lanes first; gives how many were handed over.

    hands: so many at once, as the provider takes its time over each. Letters of one account leave one after the other,
    in their order: which of them waits for the cap must not depend on chance.
    """
    new, later = _due(now)
    due = (new | later).order_by(
        # Of one turn the first to be approved, so that who waits for the cap does not depend on chance.
        lane_order(), F("not_before").asc(nulls_first=True), "approved_at", "occurrence"
    )  # fmt: skip
    by_account: dict[UUID, list[UUID]] = {}
    for pk, account in due.values_list("pk", "customer_id")[:limit]:
        by_account.setdefault(account, []).append(pk)
    return run_side_by_side(partial(_deliver_each, now=now, began=monotonic()), by_account.items(), most=hands)


def _deliver_each(letters: tuple[UUID, list[UUID]], *, now: datetime, began: float) -> int:
    """letters: an account and its letters."""
    customer_id, ids = letters
    count = 0
    for pk in ids:
        elapsed_s = int(monotonic() - began)
        if elapsed_s > BUDGET_S:
            break
        # Claimed at its own moment: a lease that began with the batch could be over before its letter's turn comes.
        count += _hand_over(pk, customer_id, now=now + timedelta(seconds=elapsed_s)) is not None
    return count


def sweep(*, now: datetime) -> int:
    """What the clock calls: lost leases, scheduled letters, blocked ones that may go again, then all that is due."""
    if stands_still():
        return 0
    release_expired(Draft, now=now)
    _queue_scheduled(now)
    free_unblocked(now=now)
    return send_due(now=now)


def waiting(now: When) -> Waiting:
    """This will give whatever the sweep has to move."""
    return (
        *_due(now),
        Draft.objects.filter(state=DraftState.SENDING, leased_until__lt=now).order_by("leased_until"),
        _scheduled(now),
        *list_unblocked(now),
    )


def _due(now: When) -> Waiting:
    queued = Draft.objects.filter(state=DraftState.QUEUED).order_by("not_before")
    return queued.filter(not_before=None), queued.filter(not_before__lte=now)


def _scheduled(now: When) -> QuerySet[Draft, Any]:
    rows: QuerySet[Draft, Any] = Draft.objects.filter(state=DraftState.SCHEDULED, scheduled_send_date__lte=now)
    return rows.order_by("scheduled_send_date")


def compose_mail(draft: Draft, *, company: str = "") -> OutgoingMail:
    """Make the message; recipients, links and attachments come from rows, never from the text.

    draft: with the people whom the gate saw, not read again: what was approved is what is sent. company: who writes,
    where it is known.
    """
    person, sender = draft.stakeholder, draft.sender
    if person is None or sender is None:
        raise ValueError("a letter without recipient or sender cannot pass the gate")
    footer = make_footer(draft, company=company)
    rendered = render_with(draft, footer)
    return OutgoingMail(
        draft_id=draft.pk,
        customer_id=draft.customer_id,
        message_id=draft.message_id,
        from_name=sender.display_name,
        from_email=sender.email,
        to_name=person.name,
        to_email=person.email,
        subject=draft.subject,
        html=rendered.html,
        text=rendered.text,
        cc=tuple(draft.cc),
        files=tuple(
            OutgoingFile(file.name, file.content_type, bytes(file.content)) for file in draft.attachments.all()
        ),
        headers=thread_headers(draft.references) | footer.headers,
        reply_to=_reply_address(draft),
        track=draft.track_engagement,
    )


def _message_id(draft: Draft) -> str:
    domain = draft.sender.email.rpartition("@")[2] if draft.sender else ""
    return f"<{draft.pk.hex}.{draft.attempts + 1}@{domain or 'evergreen.invalid'}>"


def _new_reply_token() -> str:
    """Lower case alone: mail servers on the way may fold it. 128 bits, so that nobody guesses one."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def _reply_address(draft: Draft) -> str:
    """Where answers to this one letter go; "" where none are received, so that they go to the sender."""
    domain = settings.INBOUND_DOMAIN.strip()
    return f"reply+{draft.reply_token}@{domain}" if domain and draft.reply_token else ""


def _write_mail(claimed: _Claimed) -> OutgoingMail:
    """Make the message; what goes wrong here goes wrong before anything was handed over."""
    try:
        return compose_mail(claimed.draft, company=claimed.company)
    except Exception as error:
        logger.exception("Draft %s could not be written as a message", claimed.draft.pk)
        raise NotAccepted("The message could not be written.", can_retry=True) from error


def _claim(draft_id: UUID, customer_id: UUID, *, now: datetime) -> _Claimed | None:
    """Lock the customer, ask the gate again, take the row. A hold either came before and is seen, or comes after."""
    with transaction.atomic():
        lock_customer(customer_id)
        leaving = _read_due(draft_id, customer_id, now=now)
        if leaving is None:
            return None
        receipt, company = _ask(leaving, now=now)
        if is_outgrown(leaving.draft, receipt) and rewrite(leaving.draft, now=now):
            leaving = _read_due(draft_id, customer_id, now=now)
            if leaving is None:
                return None
            receipt, company = _ask(leaving, now=now)
        draft = leaving.draft
        person = draft.stakeholder
        if receipt.refusal or person is None:
            keep_back(draft, receipt, now=now)
            return None
        noted: dict[str, Any] = {
            "receipt": receipt.as_json(),
            "to_email": person.email,
            "to_name": person.name,
            # On record before the call: an event that settles a doubtful one finds them there.
            "message_id": _message_id(draft),
            "reply_token": draft.reply_token or _new_reply_token(),
            "references": read_references(draft),
        }
        token = claim(draft, now=now, **noted, attempted_at=now, blocked_by="", waits_since=None, outcome="")
        if token is None:
            return None
        _tell(draft, state=DraftState.SENDING, attempts=draft.attempts + 1, **noted)
    return _Claimed(draft, token, company)


def _ask(leaving: Leaving, *, now: datetime) -> tuple[Receipt, str]:
    """Ask the gate, and give its receipt and the company in whose name the letter leaves."""
    draft = leaving.draft
    with reading_once():
        # Read a moment ago, under the lock: what the letter says of them is compared with these very rows.
        keep_rows(draft.customer, draft.stakeholder, draft.sender, draft.approved_by)
        receipt = ask_gate(read_gate_facts(draft, now=now, around=leaving.around))
        return receipt, get_settings().company_name


def _read_due(draft_id: UUID, customer_id: UUID, *, now: datetime) -> Leaving | None:
    """The letter if it is its turn, and still one of the account that is locked."""
    leaving = read_leaving(draft_id, customer_id, now=now)
    if leaving is None or leaving.draft.state != DraftState.QUEUED:
        return None
    not_before = leaving.draft.not_before
    return leaving if not_before is None or not_before <= now else None


def _tell(draft: Draft, **written: Any) -> None:
    """Have the letter at hand say what was written of it, which nobody else changes under the claim's lock."""
    for name, value in written.items():
        setattr(draft, name, value)


def _settle_sent(claimed: _Claimed, mail: OutgoingMail, *, provider_name: str, provider_id: str, now: datetime) -> None:
    draft = claimed.draft
    with transaction.atomic():
        settled = settle(
            draft,
            token=claimed.token,
            state=DraftState.SENT,
            now=now,
            sent_at=now,
            sent_by=draft.approved_by,
            message_id=mail.message_id,
            provider=provider_name,
            provider_id=provider_id,
            outcome="",
        )
        if not settled:
            return
        announce_sent(draft, by=draft.approved_by, sent_at=now, message_id=mail.message_id, now=now)


def _settle_refused(claimed: _Claimed, refusal: NotAccepted | NoProvider, *, now: datetime) -> None:
    """It surely was not taken: try again a quarter of an hour later, at most four times, else it has failed."""
    draft = claimed.draft
    can_retry = isinstance(refusal, NotAccepted) and refusal.can_retry and draft.attempts < MOST_ATTEMPTS
    reason = str(refusal)[:500]
    if can_retry:
        later = now + RETRY_AFTER
        settle(draft, token=claimed.token, state=DraftState.QUEUED, now=now, not_before=later, outcome=reason)
        return
    with transaction.atomic():
        if settle(draft, token=claimed.token, state=DraftState.FAILED, now=now, outcome=reason):
            summary = f"Could not send “{draft}”: {reason}"
            record("draft.failed", summary, customer=draft.customer_id, by=None, now=now, subject=draft)
            look_again(customer_id=draft.customer_id, now=now)
            send_after_commit(draft_failed, draft_id=draft.pk, customer_id=draft.customer_id, reason=reason)


def _queue_scheduled(now: datetime) -> None:
    _scheduled(now).update(state=DraftState.QUEUED, not_before=None, updated_at=now)
