"""The walk of one letter: written, approved, queued, claimed, handed over, settled."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from customers.base import LEASE
from customers.enums import HoldScope
from customers.models import Activity, Contract, Customer, Stakeholder, Todo, User
from customers.services.holds import end_hold, hold_customer, set_brake
from emails.enums import DraftState, OriginKind, PriceApproach
from emails.models import CapturedMail, Draft
from emails.providers.base import Accepted, MaybeAccepted, NotAccepted, OutgoingMail
from emails.rules.letters import Origin
from emails.services import outbox
from emails.services.editing import NotEditable, StaleVersion, confirm_span, reload, save_draft
from emails.services.sending import BadMoment, NotAllowed, Refused, approve, schedule, send, send_approved, undo
from emails.signals import draft_approved, draft_sent
from tests.emails.conftest import make_draft

pytestmark = pytest.mark.django_db


def send_now(draft: Draft, *, now: datetime, by: User) -> Draft:
    send(draft, version=draft.version, now=now, by=by)
    outbox.deliver(draft.pk, now=now)
    return reload(draft)


def raw_message(captured: CapturedMail) -> Any:
    return email.message_from_bytes(bytes(captured.raw), policy=email.policy.default)


def test_send_approved_draft_reaches_the_mailbox(draft: Draft, csm: User, now: datetime) -> None:
    sent = send_now(draft, now=now, by=csm)

    assert (sent.state, sent.sent_at, sent.sent_by) == (DraftState.SENT, now, csm)
    message = raw_message(CapturedMail.objects.get())
    assert message["To"] == "Sarah Lee <sarah@acme.example>"
    assert message["From"] == f"{csm.display_name} <{csm.email}>"
    assert message["Message-ID"] == sent.message_id
    assert [part.get_content_type() for part in message.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "application/pdf",
    ]


def test_send_makes_the_tracking_task_of_the_spec(draft: Draft, csm: User, now: datetime) -> None:
    send_now(draft, now=now, by=csm)

    todo = Todo.objects.get(kind="track_email_engagement")
    assert todo.metadata == {
        "action": "Track Email Engagement",
        "processor": "email-engagement-tracker",
        "emailId": str(draft.pk),
        "stakeholder": "Sarah Lee",
    }


def test_tracking_task_is_due_on_a_day_of_the_customers(
    draft: Draft, account: Customer, csm: User, now: datetime
) -> None:
    Customer.objects.filter(pk=account.pk).update(timezone="Pacific/Kiritimati")
    now = now.replace(hour=22)  # noon there, on the next day

    send_now(draft, now=now, by=csm)

    assert Todo.objects.get(kind="track_email_engagement").due_date == now.date() + timedelta(days=4)


def test_send_leaves_a_receipt_of_every_check(draft: Draft, csm: User, now: datetime) -> None:
    sent = send_now(draft, now=now, by=csm)

    assert [(line["check"], line["passed"]) for line in sent.receipt] == [
        ("approval", True),
        ("stakeholder", True),
        ("opt_out", True),
        ("hold", True),
        ("brake", True),
        ("collision", True),
        ("cap", True),
        ("window", True),
        ("facts", True),
        ("once_only", True),
    ]
    assert Activity.objects.filter(verb="draft.sent", subject_id=draft.pk).count() == 1


def test_send_twice_sends_once(draft: Draft, csm: User, now: datetime) -> None:
    send_now(draft, now=now, by=csm)

    with pytest.raises(NotEditable):
        send(draft, version=draft.version, now=now, by=csm)
    assert outbox.deliver(draft.pk, now=now) is None
    assert outbox.send_due(now=now) == 0
    assert CapturedMail.objects.count() == 1


def test_sent_signal_comes_after_commit_with_plain_values(
    draft: Draft, csm: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[dict[str, Any]] = []
    listener = lambda sender, signal, **values: heard.append(values)  # noqa: E731
    draft_sent.connect(listener)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            send_now(draft, now=now, by=csm)
    finally:
        draft_sent.disconnect(listener)

    assert [(one["draft_id"], one["origin_id"], one["purpose"]) for one in heard] == [
        (draft.pk, draft.origin_id, "first_touch")
    ]


@pytest.mark.parametrize("verb", [approve, send])
def test_approved_signal_names_the_letter_once(
    draft: Draft, csm: User, now: datetime, verb: Any, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[dict[str, Any]] = []
    listener = lambda sender, signal, **values: heard.append(values)  # noqa: E731
    draft_approved.connect(listener)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            verb(draft, version=draft.version, now=now, by=csm)
    finally:
        draft_approved.disconnect(listener)

    assert heard == [
        {
            "draft_id": draft.pk,
            "customer_id": draft.customer_id,
            "stakeholder_id": draft.stakeholder_id,
            "origin_kind": OriginKind.ENGAGE,
            "origin_id": draft.origin_id,
            "purpose": "first_touch",
            "approved_at": now.isoformat(),
        }
    ]


def test_deliver_without_approval_sends_nothing(draft: Draft, now: datetime) -> None:
    assert outbox.deliver(draft.pk, now=now) is None
    assert not CapturedMail.objects.exists()


@pytest.mark.parametrize("state", [DraftState.APPROVED, DraftState.QUEUED, DraftState.SCHEDULED])
def test_edit_at_every_gap_after_approval_voids_it(draft: Draft, csm: User, now: datetime, state: str) -> None:
    if state == DraftState.APPROVED:
        ready = approve(draft, version=draft.version, now=now, by=csm)
    elif state == DraftState.QUEUED:
        ready = send(draft, version=draft.version, now=now, by=csm, undo_seconds=10)
    else:
        ready = schedule(draft, at=now + timedelta(days=2), version=draft.version, now=now, by=csm)

    edited = save_draft(ready, version=ready.version, now=now, by=csm, body=ready.body + "\n\nP.S. One more thought.")
    outbox.sweep(now=now + timedelta(days=3))

    assert (edited.state, edited.approval_hash) == (DraftState.DRAFT, "")
    assert not CapturedMail.objects.exists()


def test_text_changed_behind_the_approval_is_not_sent(draft: Draft, csm: User, now: datetime) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    Draft.objects.filter(pk=draft.pk).update(body="Somebody wrote past every service.")

    outbox.deliver(draft.pk, now=now)

    blocked = reload(draft)
    assert (blocked.state, blocked.blocked_by) == (DraftState.BLOCKED, "approval")
    assert not CapturedMail.objects.exists()


def test_recipient_address_changed_after_approval_is_not_sent(
    draft: Draft, sarah: Stakeholder, csm: User, now: datetime
) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    Stakeholder.objects.filter(pk=sarah.pk).update(email="somebody@else.example")

    outbox.deliver(draft.pk, now=now)

    assert reload(draft).blocked_by == "approval"


def test_attachment_exchanged_after_approval_is_not_sent(draft: Draft, csm: User, now: datetime) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    draft.attachments.update(sha256="0" * 64)

    outbox.deliver(draft.pk, now=now)

    assert reload(draft).blocked_by == "approval"


def test_approval_expires_after_the_workspace_days(draft: Draft, csm: User, now: datetime) -> None:
    ready = approve(draft, version=draft.version, now=now, by=csm)

    with pytest.raises(Refused) as refused:
        send_approved(ready, version=ready.version, now=now + timedelta(days=7), by=csm)

    assert refused.value.code == "approval_expired"
    sent = send_approved(ready, version=ready.version, now=now + timedelta(days=6, hours=23), by=csm)
    assert sent.state == DraftState.QUEUED


def test_stale_fact_blocks_with_old_and_new(draft: Draft, contract: Contract, csm: User, now: datetime) -> None:
    Contract.objects.filter(pk=contract.pk).update(target_price=Decimal(270000))

    with pytest.raises(Refused) as refused:
        send(draft, version=draft.version, now=now, by=csm)

    assert refused.value.code == "stale_facts"
    assert "$268,000" in refused.value.reason
    assert "$270,000" in refused.value.reason


def test_fact_that_changes_after_approval_blocks_the_claim(
    draft: Draft, contract: Contract, csm: User, now: datetime
) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    Contract.objects.filter(pk=contract.pk).update(target_price=Decimal(270000))

    outbox.deliver(draft.pk, now=now)

    blocked = reload(draft)
    assert (blocked.state, blocked.blocked_by) == (DraftState.BLOCKED, "facts")
    assert not CapturedMail.objects.exists()


def test_price_only_in_the_attachment_is_checked_too(
    sarah: Stakeholder, contract: Contract, csm: User, now: datetime
) -> None:
    draft = make_draft(sarah, contract, csm, now, approach=PriceApproach.BURY_PRICE)
    Contract.objects.filter(pk=contract.pk).update(target_price=Decimal(270000))

    with pytest.raises(Refused) as refused:
        send(draft, version=draft.version, now=now, by=csm)

    assert refused.value.code == "stale_facts"


def test_unsupported_figure_blocks_until_a_person_confirms_it(draft: Draft, csm: User, now: datetime) -> None:
    typed = save_draft(
        draft, version=draft.version, now=now, by=csm, body=draft.body + "\n\nYou saved 41% of your time."
    )
    with pytest.raises(Refused) as refused:
        send(typed, version=typed.version, now=now, by=csm)
    assert refused.value.code == "unsupported_facts"

    confirmed = confirm_span(typed, text="41%", version=typed.version, now=now, by=csm)

    assert send_now(confirmed, now=now, by=csm).state == DraftState.SENT


def test_hold_refuses_at_approval_and_blocks_at_the_claim(
    draft: Draft, account: Customer, csm: User, now: datetime
) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    hold = hold_customer(account, scope=HoldScope.ACCOUNT, until=None, reason="Merger talks", now=now, by=csm)

    outbox.sweep(now=now)
    assert (reload(draft).state, reload(draft).blocked_by) == (DraftState.BLOCKED, "hold")
    with pytest.raises(Refused) as refused:
        send(reload(draft), version=draft.version, now=now, by=csm)
    assert refused.value.code == "held"
    assert not CapturedMail.objects.exists()

    end_hold(hold, now=now, by=csm)
    outbox.sweep(now=now)
    assert reload(draft).state == DraftState.SENT


def test_brake_blocks(draft: Draft, account: Customer, csm: User, now: datetime) -> None:
    set_brake(account, reason="She replied", now=now, by=None)

    with pytest.raises(Refused) as refused:
        send(draft, version=draft.version, now=now, by=csm)

    assert refused.value.code == "held"


def test_person_who_left_gets_nothing(draft: Draft, sarah: Stakeholder, csm: User, now: datetime) -> None:
    Stakeholder.objects.filter(pk=sarah.pk).update(left_at=now)

    with pytest.raises(Refused) as refused:
        send(draft, version=draft.version, now=now, by=csm)

    assert refused.value.code == "not_stakeholder"


def test_stale_version_is_refused_with_the_present_text(draft: Draft, csm: User, now: datetime) -> None:
    save_draft(draft, version=draft.version, now=now, by=csm, subject="Another subject")

    with pytest.raises(StaleVersion) as stale:
        send(draft, version=draft.version, now=now, by=csm)

    assert stale.value.current.subject == "Another subject"


def test_undo_within_the_delay_keeps_it_here(draft: Draft, csm: User, now: datetime) -> None:
    send(draft, version=draft.version, now=now, by=csm, undo_seconds=10)
    assert outbox.send_due(now=now + timedelta(seconds=9)) == 0

    assert undo(draft, now=now + timedelta(seconds=9), by=csm)

    assert outbox.send_due(now=now + timedelta(seconds=11)) == 0
    assert reload(draft).state == DraftState.DRAFT


def test_scheduled_draft_leaves_at_its_moment(draft: Draft, csm: User, now: datetime) -> None:
    at = now + timedelta(days=7)
    schedule(draft, at=at, version=draft.version, now=now, by=csm)

    outbox.sweep(now=at - timedelta(seconds=1))
    assert reload(draft).state == DraftState.SCHEDULED
    outbox.sweep(now=at)

    assert reload(draft).state == DraftState.SENT


def test_schedule_in_the_past_is_refused(draft: Draft, csm: User, now: datetime) -> None:
    with pytest.raises(BadMoment):
        schedule(draft, at=now, version=draft.version, now=now, by=csm)


def test_schedule_for_the_end_of_time_is_refused(draft: Draft, csm: User, now: datetime) -> None:
    with pytest.raises(BadMoment):
        schedule(draft, at=datetime.max.replace(tzinfo=now.tzinfo), version=draft.version, now=now, by=csm)


def test_reader_may_not_send(draft: Draft, reader: User, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        send(draft, version=draft.version, now=now, by=reader)


@pytest.mark.parametrize(
    "words",
    ["We can offer you a discount for a longer term.", "We guarantee the same people.", "We will refund the setup."],
)
def test_discount_or_commitment_needs_a_lead(draft: Draft, csm: User, lead: User, now: datetime, words: str) -> None:
    typed = save_draft(draft, version=draft.version, now=now, by=csm, body=f"{draft.body}\n\n{words}")

    with pytest.raises(NotAllowed):
        send(typed, version=typed.version, now=now, by=csm)

    assert send_now(typed, now=now, by=lead).state == DraftState.SENT


class Vendor:
    """A provider that answers as told."""

    name = "vendor"

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.taken: list[OutgoingMail] = []

    def send(self, mail: OutgoingMail, *, now: datetime) -> Accepted:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        self.taken.append(mail)
        return Accepted(answer)


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Vendor:
    vendor = Vendor()
    monkeypatch.setattr(outbox, "get_provider", lambda: vendor)
    return vendor


def test_surely_refused_is_tried_again_and_then_fails(draft: Draft, csm: User, now: datetime, vendor: Vendor) -> None:
    vendor.answers = [NotAccepted("429", can_retry=True)] * 4
    send(draft, version=draft.version, now=now, by=csm)

    states = []
    for attempt in range(4):
        outbox.sweep(now=now + timedelta(minutes=15 * attempt))
        states.append(reload(draft).state)

    assert states == [DraftState.QUEUED] * 3 + [DraftState.FAILED]


def test_doubtful_outcome_is_never_sent_again(draft: Draft, csm: User, now: datetime, vendor: Vendor) -> None:
    vendor.answers = [MaybeAccepted("read timeout")]
    send_now(draft, now=now, by=csm)

    outbox.sweep(now=now + timedelta(days=1))

    assert reload(draft).state == DraftState.UNKNOWN
    with pytest.raises(NotEditable):
        send(reload(draft), version=draft.version, now=now, by=csm)


def test_worker_that_dies_in_the_call_leaves_unknown(draft: Draft, csm: User, now: datetime, vendor: Vendor) -> None:
    vendor.answers = [RuntimeError("killed")]
    send(draft, version=draft.version, now=now, by=csm)
    with pytest.raises(RuntimeError):
        outbox.deliver(draft.pk, now=now)

    outbox.sweep(now=now + timedelta(minutes=3))

    assert reload(draft).state == DraftState.UNKNOWN
    assert vendor.taken == []


def test_lost_lease_becomes_unknown(draft: Draft, csm: User, now: datetime) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    claimed = outbox._claim(draft.pk, draft.customer_id, now=now)
    assert claimed is not None

    outbox.sweep(now=now + timedelta(minutes=2, seconds=1))

    assert reload(draft).state == DraftState.UNKNOWN


def test_letter_at_the_end_of_a_slow_batch_has_a_whole_lease(
    sarah: Stakeholder, contract: Contract, csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter([0.0, 0.0, 50.0, 100.0])
    monkeypatch.setattr(outbox, "monotonic", lambda: next(seconds))
    leases: list[datetime | None] = []

    class Slow(Vendor):
        def send(self, mail: OutgoingMail, *, now: datetime) -> Accepted:
            leases.append(Draft.objects.get(pk=mail.draft_id).leased_until)
            return Accepted("1")

    monkeypatch.setattr(outbox, "get_provider", Slow)
    for _ in range(3):
        letter = make_draft(sarah, contract, csm, now)
        send(letter, version=letter.version, now=now, by=csm)

    assert outbox.send_due(now=now) == 2
    assert leases == [now + LEASE, now + timedelta(seconds=50) + LEASE]
    assert Draft.objects.filter(state=DraftState.QUEUED).count() == 1


def test_letter_goes_to_the_address_that_the_gate_saw(
    draft: Draft, sarah: Stakeholder, csm: User, now: datetime, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address is changed between the claim and the call."""
    vendor.answers = ["1"]
    send(draft, version=draft.version, now=now, by=csm)
    claim_letter = outbox._claim

    def claim_then_change(*args: Any, **kwargs: Any) -> Any:
        claimed = claim_letter(*args, **kwargs)
        Stakeholder.objects.filter(pk=sarah.pk).update(email="other@acme.example")
        return claimed

    monkeypatch.setattr(outbox, "_claim", claim_then_change)
    outbox.deliver(draft.pk, now=now)

    assert [mail.to_email for mail in vendor.taken] == [sarah.email]
    assert reload(draft).to_email == sarah.email


def test_letter_that_cannot_be_written_was_surely_not_sent(
    draft: Draft, csm: User, now: datetime, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    monkeypatch.setattr(outbox, "render_with", lambda *args: 1 / 0)

    outbox.deliver(draft.pk, now=now)

    waiting = reload(draft)
    assert (waiting.state, waiting.outcome) == (DraftState.QUEUED, "The message could not be written.")
    assert waiting.not_before == now + timedelta(minutes=15)


def test_one_first_letter_per_plan_and_person(sarah: Stakeholder, contract: Contract, csm: User, now: datetime) -> None:
    from uuid import uuid4

    origin = Origin(kind=OriginKind.ENGAGE, id=uuid4())

    first = make_draft(sarah, contract, csm, now, origin=origin)
    again = make_draft(sarah, contract, csm, now, origin=origin)

    assert again.pk == first.pk
