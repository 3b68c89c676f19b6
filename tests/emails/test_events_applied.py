"""What the events do to letters: once, forward, in any order, in few statements."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from customers.models import Activity, Contract, Customer, Todo, User
from emails.enums import Actor, BounceKind, DraftState
from emails.models import Draft, EventBatch, MailEvent
from emails.providers.base import MaybeAccepted, OutgoingMail
from emails.queries.events import list_event_lines
from emails.services import events, outbox
from emails.services.editing import reload
from emails.services.sending import send
from emails.signals import draft_bounced, draft_sent
from journeys.services.clock import tick
from tests import factories
from tests.emails.conftest import make_draft
from tests.emails.event_calls import BROWSER, item, life, write

pytestmark = pytest.mark.django_db

STANDING = ("state", "sent_at", "smtp_id", "delivered_at", "bounced_at", "bounce_kind", "opened_at", "clicked_at",
            "outcome")  # fmt: skip


def apply(items: list[Any], *, now: datetime) -> None:
    events.keep_batch(write(items), now=now)
    events.apply_due(now=now)


def standing(draft: Draft) -> dict[str, Any]:
    current = reload(draft)
    return {name: getattr(current, name) for name in STANDING}


@pytest.fixture
def sent(draft: Draft, csm: User, now: datetime) -> Draft:
    """A letter that SendGrid has taken."""
    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)
    Draft.objects.filter(pk=draft.pk).update(provider="sendgrid", provider_id="LRzXl_NHStOGhQ4kofSm_A")
    return reload(draft)


class Hanging:
    """A provider that takes the message and never answers."""

    name = "hanging"

    def send(self, mail: OutgoingMail, *, now: datetime) -> Any:
        raise MaybeAccepted("No answer in time.")


@pytest.fixture
def doubtful(draft: Draft, csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Draft:
    monkeypatch.setattr("emails.services.outbox.get_provider", Hanging)
    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)
    return reload(draft)


def test_whole_life_of_a_letter_is_told(sent: Draft, now: datetime) -> None:
    apply(life(sent, now), now=now)

    delivered_at = now + timedelta(seconds=20)
    assert standing(sent) == {
        "state": DraftState.DELIVERED,
        "sent_at": sent.sent_at,
        "smtp_id": "<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>",
        "delivered_at": delivered_at,
        "bounced_at": None,
        "bounce_kind": "",
        "opened_at": delivered_at + timedelta(minutes=9),
        "clicked_at": delivered_at + timedelta(minutes=10),
        "outcome": "",
    }
    assert reload(sent).wire_message_id.endswith("sendgrid.net>")


def test_list_tells_people_from_machines_with_the_reason(sent: Draft, now: datetime) -> None:
    apply(life(sent, now), now=now)

    judged = [(line.facts.kind, line.judged.actor) for line in list_event_lines(reload(sent)) if line.judged]
    assert judged == [
        ("click", Actor.MACHINE),
        ("open", Actor.MACHINE),
        ("open", Actor.HUMAN),
        ("click", Actor.HUMAN),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_repeated_shuffled_and_split_calls_end_like_one_clean_run(doubtful: Draft, now: datetime, seed: int) -> None:
    items = life(doubtful, now)
    if seed % 2:
        items += [item(doubtful, "bounce", now + timedelta(hours=2), type="bounce", reason="550 gone")]
    apply(items, now=now)
    clean, count = standing(doubtful), MailEvent.objects.count()
    MailEvent.objects.all().delete()
    EventBatch.objects.all().delete()
    Draft.objects.filter(pk=doubtful.pk).update(
        state=DraftState.UNKNOWN, sent_at=None, smtp_id="", delivered_at=None, bounced_at=None, bounce_kind="",
        opened_at=None, clicked_at=None, outcome="",
    )  # fmt: skip
    random = Random(seed)

    for round_number in range(8):
        mixed = random.sample(items * 3, len(items) * 3)
        while mixed:
            size = random.randrange(1, 6)
            apply(mixed[:size], now=now + timedelta(seconds=round_number))
            mixed = mixed[size:]

    assert standing(doubtful) == clean
    assert MailEvent.objects.count() == count


def test_same_call_46_times_counts_once(sent: Draft, now: datetime) -> None:
    body = write(life(sent, now))
    for n in range(46):
        events.keep_batch(body, now=now + timedelta(minutes=n))
        EventBatch.objects.update(due_at=now, applied_at=None)
        events.apply_due(now=now + timedelta(minutes=n))

    assert MailEvent.objects.count() == len(life(sent, now))
    assert Activity.objects.filter(subject_id=sent.pk, verb="draft.sent").count() == 1


def test_event_id_of_theirs_that_changes_makes_no_second_event(sent: Draft, now: datetime) -> None:
    apply([item(sent, "open", now), item(sent, "open", now, sg_event_id="another")], now=now)
    apply([item(sent, "open", now, sg_event_id=None)], now=now)

    assert MailEvent.objects.count() == 1


def test_event_settles_a_doubtful_letter(
    doubtful: Draft, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[Any] = []
    listener = lambda sender, signal, **values: heard.append(values["draft_id"])  # noqa: E731
    draft_sent.connect(listener)
    assert doubtful.state == DraftState.UNKNOWN
    try:
        with django_capture_on_commit_callbacks(execute=True):
            apply([item(doubtful, "processed", now + timedelta(seconds=1))], now=now)
            apply([item(doubtful, "delivered", now + timedelta(seconds=9))], now=now)
    finally:
        draft_sent.disconnect(listener)

    current = reload(doubtful)
    assert (current.state, current.sent_at) == (DraftState.DELIVERED, now + timedelta(seconds=1))
    assert current.message_id == doubtful.message_id != ""
    assert heard == [doubtful.pk]
    assert Activity.objects.filter(subject_id=doubtful.pk, verb="draft.sent").count() == 1
    assert Todo.objects.filter(kind="track_email_engagement").count() == 1


def test_event_stops_a_second_sending(doubtful: Draft, now: datetime) -> None:
    Draft.objects.filter(pk=doubtful.pk).update(state=DraftState.QUEUED, not_before=now + timedelta(hours=1))

    apply([item(doubtful, "delivered", now)], now=now)

    assert reload(doubtful).state == DraftState.DELIVERED
    assert outbox.send_due(now=now + timedelta(days=1)) == 0


def test_event_during_the_call_waits_for_its_end(draft: Draft, csm: User, now: datetime) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    Draft.objects.filter(pk=draft.pk).update(
        state=DraftState.SENDING, claim_token=uuid4(), leased_until=now + timedelta(minutes=2), message_id="<1@x>"
    )

    apply([item(draft, "delivered", now)], now=now)
    assert reload(draft).state == DraftState.SENDING
    events.sweep(now=now + timedelta(minutes=1))
    assert reload(draft).state == DraftState.SENDING
    outbox.sweep(now=now + timedelta(minutes=3))
    assert reload(draft).state == DraftState.UNKNOWN
    events.sweep(now=now + timedelta(minutes=3))

    assert reload(draft).state == DraftState.DELIVERED
    assert not MailEvent.objects.filter(applied_at=None).exists()


@pytest.mark.parametrize(
    ("event", "subtype", "kind"),
    [
        ("bounce", "bounce", BounceKind.HARD),
        ("bounce", "blocked", BounceKind.SOFT),
        ("dropped", None, BounceKind.DROPPED),
    ],
)
def test_bounce_is_told_once_with_its_reason(
    sent: Draft,
    now: datetime,
    event: str,
    subtype: str | None,
    kind: BounceKind,
    django_capture_on_commit_callbacks: Any,
) -> None:
    heard: list[Any] = []
    listener = lambda sender, signal, **values: heard.append((values["bounce_kind"], values["reason"]))  # noqa: E731
    draft_bounced.connect(listener)
    one = item(sent, event, now, type=subtype, reason="550 5.1.1 nobody of that name")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            apply([one, one], now=now)
            apply([one, item(sent, "delivered", now)], now=now)
    finally:
        draft_bounced.disconnect(listener)

    current = reload(sent)
    assert (current.state, current.bounce_kind, current.outcome) == (
        DraftState.BOUNCED, kind, "550 5.1.1 nobody of that name",
    )  # fmt: skip
    assert heard == [(kind, "550 5.1.1 nobody of that name")]
    assert Activity.objects.filter(subject_id=sent.pk, verb="draft.bounced").count() == 1


def test_bounce_of_a_copy_leaves_the_letter_as_it_is(sent: Draft, now: datetime) -> None:
    Draft.objects.filter(pk=sent.pk).update(cc=["Marco@evergreen.example"])

    apply([item(sent, "bounce", now, email="marco@evergreen.example", type="bounce")], now=now)

    assert reload(sent).state == DraftState.SENT


@pytest.mark.parametrize(
    "members",
    [
        {"evergreen_draft": None},
        {"evergreen_draft": "42"},
        {"evergreen_draft": {"a": 1}},
        {"evergreen_draft": "00000000-0000-4000-8000-000000000000"},
    ],
)
def test_without_our_own_id_the_prefix_of_theirs_finds_the_letter(
    sent: Draft, now: datetime, members: dict[str, Any]
) -> None:
    apply([item(sent, "delivered", now, **members)], now=now)

    assert reload(sent).state == DraftState.DELIVERED


def test_without_both_ids_the_message_id_finds_the_letter(sent: Draft, now: datetime) -> None:
    apply([item(sent, "processed", now, **{"smtp-id": "<a@b>"})], now=now)
    apply([item(sent, "bounce", now, evergreen_draft=None, sg_message_id=None, type="bounce", **{"smtp-id": "<a@b>"})],
          now=now)  # fmt: skip

    assert reload(sent).state == DraftState.BOUNCED


def test_event_of_somebody_elses_mail_is_kept_and_moves_nothing(sent: Draft, now: datetime) -> None:
    apply([item(sent, "bounce", now, evergreen_draft=None, sg_message_id="other.1", type="bounce")], now=now)

    assert reload(sent).state == DraftState.SENT
    assert MailEvent.objects.get().draft is None


def test_call_that_cannot_be_applied_is_tried_again_then_shown(
    sent: Draft, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = write([item(sent, "delivered", now)])
    events.keep_batch(body, now=now)
    with monkeypatch.context() as broken:
        broken.setattr("emails.services.events.settle_standing", lambda drafts, now: 1 / 0)
        events.apply_due(now=now)
        assert EventBatch.objects.get().problem == "ZeroDivisionError"
        assert MailEvent.objects.count() == 0

    events.sweep(now=now + events.RETRY_AFTER)

    assert reload(sent).state == DraftState.DELIVERED
    assert EventBatch.objects.get().due_at is None


def test_call_given_up_does_not_come_back(sent: Draft, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    events.keep_batch(write([item(sent, "delivered", now)]), now=now)
    monkeypatch.setattr("emails.services.events.settle_standing", lambda drafts, now: 1 / 0)

    for n in range(10):
        events.sweep(now=now + n * events.RETRY_AFTER)

    batch = EventBatch.objects.get()
    assert (batch.attempts, batch.due_at, batch.applied_at) == (events.MOST_ATTEMPTS, None, None)


def test_clock_finds_a_call_whose_ring_was_lost(sent: Draft, now: datetime) -> None:
    events.keep_batch(write([item(sent, "delivered", now)]), now=now)

    report = tick(now=now + timedelta(seconds=30))

    assert report.swept["events"] == 1
    assert reload(sent).state == DraftState.DELIVERED


def test_old_calls_are_forgotten_and_their_events_kept(sent: Draft, now: datetime) -> None:
    apply([item(sent, "delivered", now)], now=now)

    events.sweep(now=now + events.KEPT_FOR + timedelta(seconds=1))

    assert (EventBatch.objects.count(), MailEvent.objects.count()) == (0, 1)


def test_thousand_events_with_duplicates_take_at_most_ten_statements(
    account: Customer, contract: Contract, csm: User, now: datetime
) -> None:
    drafts = _many_sent(account, contract, csm, now, count=100)
    items = [one for draft in drafts for one in life(draft, now)]
    items += [item(draft, "bounce", now + timedelta(days=1), type="bounce") for draft in drafts[::5]]
    items += [item(draft, "open", now + timedelta(days=2), useragent=BROWSER) for draft in drafts]
    mixed = Random(3).sample(items + items[:200], len(items) + 200)
    body = write(mixed)
    statements: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # The test's own transaction makes savepoints of what are transactions elsewhere.
        if "SAVEPOINT" not in sql:
            statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        events.keep_batch(body, now=now)
        events.apply_due(now=now)

    assert len(mixed) >= 1000
    assert len(statements) <= 10, "\n".join(sql[:90] for sql in statements)
    assert MailEvent.objects.count() == len(items)
    states = list(Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).values_list("state", flat=True))
    assert (states.count(DraftState.BOUNCED), states.count(DraftState.DELIVERED)) == (20, 80)


def _many_sent(account: Customer, contract: Contract, csm: User, now: datetime, *, count: int) -> list[Draft]:
    person = factories.StakeholderFactory.create(customer=account, name="Sarah Lee", email="sarah@acme.example")
    pattern = make_draft(person, contract, csm, now)
    rows = []
    for n in range(count):
        copy = Draft.objects.get(pk=pattern.pk)
        copy.pk, copy.origin_id, copy.state, copy.sent_at = uuid4(), uuid4(), DraftState.SENT, now
        copy.message_id, copy.provider, copy.provider_id = f"<{n}@x>", "sendgrid", f"key{n}"
        rows.append(copy)
    return list(Draft.objects.bulk_create(rows))
