"""What a journey's mail must never do: say what is no longer so, reach whom it must not, or leave twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from customers.enums import HoldScope, TodoState
from customers.models import Activity, Brake, Customer, Hold, Stakeholder, Todo, User
from emails.enums import DraftState, Purpose, SuppressionCause
from emails.models import CapturedMail, Draft, MailTemplateVersion
from emails.queries.checks import judge
from emails.queries.footers import render_draft
from emails.services import expiring, outbox
from emails.services.editing import save_draft
from emails.services.suppression import suppress
from journeys.enums import JourneyKind
from journeys.models import Journey, JourneyMonth
from journeys.queries.mail_facts import read_mail_facts
from journeys.rules.effects import SendMail
from journeys.services.mailing import queue_journey_mails
from tests import factories
from tests.journeys.journeying import deliver, make_journey, make_version

START = date(2026, 3, 7)
NASTY = [
    "<b>Bob</b>",
    "{{clientName}}",
    "{% include 'x' %}",
    "[Click]({{progressLink}})",
    "O'Brien \\1",
    "Ann\nBcc: x",
]

Write = Callable[..., Draft]


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme Corporation", owner=csm)


@pytest.fixture
def sarah(account: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(
        customer=account, name="Sarah Lee", email="sarah@acme.example", primary=True
    )


@pytest.fixture
def journey(account: Customer, sarah: Stakeholder, lead: User, now: datetime) -> Journey:
    return make_journey(account, by=lead, now=now, start=START)


@pytest.fixture
def write(journey: Journey, now: datetime) -> Write:
    def make(kind: JourneyKind = JourneyKind.UPCOMING, month: int | None = 2, occurrence: str = "") -> Draft:
        effect = SendMail(journey.pk, kind, occurrence or f"month-{month}", month)
        with transaction.atomic():
            (draft,) = queue_journey_mails([effect], now=now)
        return draft

    return make


def fresh(draft: Draft) -> Draft:
    return Draft.objects.with_people().get(pk=draft.pk)


@pytest.mark.parametrize("name", NASTY)
def test_names_are_text_and_stay_grounded(
    name: str, account: Customer, sarah: Stakeholder, journey: Journey, write: Write
) -> None:
    Customer.objects.filter(pk=account.pk).update(name=name)
    Stakeholder.objects.filter(pk=sarah.pk).update(name=name)
    User.objects.filter(pk=account.owner_id).update(first_name=name[:100], last_name="")
    deliver(journey, [1, 2], now=journey.started_at)

    draft = fresh(write(JourneyKind.READY))

    shown = render_draft(draft)
    assert [span.text for span in judge(draft).open_spans] == []
    assert len(draft.buttons) == 1
    assert shown.html.count("background:#1c5c45") == 1
    assert "<b>Bob" not in shown.html
    assert "\nBcc" not in draft.body
    assert "Month 2: Brand identity" in draft.body


def test_name_that_is_an_address_makes_no_button_and_asks_a_person(
    sarah: Stakeholder, journey: Journey, write: Write, now: datetime
) -> None:
    Stakeholder.objects.filter(pk=sarah.pk).update(name="[Click](https://evil.example)")

    draft = write()
    outbox.sweep(now=now)

    assert fresh(draft).blocked_by == "facts"
    assert render_draft(fresh(draft)).html.count("background:#1c5c45") == 1


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (JourneyKind.UPCOMING, "delivered"),
        (JourneyKind.UPCOMING, "skipped"),
        (JourneyKind.OVERDUE, "opened"),
        (JourneyKind.OVERDUE, "cancelled"),
        (JourneyKind.READY, "cancelled"),
    ],
)
def test_mail_that_nobody_wants_any_more_is_dropped(
    journey: Journey, write: Write, kind: JourneyKind, change: str, now: datetime
) -> None:
    if kind != JourneyKind.UPCOMING:
        deliver(journey, [1, 2], now=now)
    draft = write(kind)

    if change == "delivered":
        deliver(journey, [2], now=now)
    elif change == "skipped":
        JourneyMonth.objects.filter(journey=journey, number=2).update(skipped_at=now)
    elif change == "opened":
        journey.deliverables.filter(month__number=2).update(opened_at=now)
    else:
        Journey.objects.filter(pk=journey.pk).update(state="cancelled", cancelled_at=now)
    outbox.sweep(now=now)

    draft = fresh(draft)
    assert draft.state == DraftState.CANCELLED
    assert draft.outcome.startswith("Not wanted any more: ")
    assert Activity.objects.filter(verb="draft.dropped", subject_id=draft.pk).count() == 1
    assert not CapturedMail.objects.exists()


def test_completed_journey_keeps_what_it_still_has_to_say(journey: Journey, write: Write, now: datetime) -> None:
    deliver(journey, [1, 2], now=now)
    draft = write(JourneyKind.READY)
    Journey.objects.filter(pk=journey.pk).update(state="completed", completed_at=now)

    outbox.sweep(now=now)

    assert fresh(draft).state == DraftState.SENT


@pytest.mark.parametrize("stop", ["journey", "account", "brake", "unsubscribed", "bounced"])
def test_stopped_contact_gets_nothing(
    account: Customer, sarah: Stakeholder, csm: User, write: Write, stop: str, now: datetime
) -> None:
    draft = write()
    if stop in HoldScope.values:
        Hold.objects.create(customer=account, scope=stop, starts_at=now, set_by=csm)
    elif stop == "brake":
        Brake.objects.create(customer=account, set_at=now, set_by=csm)
    else:
        cause = SuppressionCause.UNSUBSCRIBED if stop == "unsubscribed" else SuppressionCause.HARD_BOUNCE
        suppress(sarah.email, cause=cause, now=now, by=None)

    outbox.sweep(now=now)

    assert fresh(draft).state == DraftState.BLOCKED
    assert not CapturedMail.objects.exists()


@pytest.mark.parametrize("kind", [JourneyKind.PAUSED, JourneyKind.RESUMES_SOON])
@pytest.mark.parametrize(
    ("scopes", "expected"),
    [(["journey"], DraftState.SENT), (["journey", "account"], DraftState.BLOCKED), (["account"], DraftState.BLOCKED)],
)
def test_only_mail_about_the_journeys_hold_passes_it(
    account: Customer, csm: User, write: Write, kind: JourneyKind, scopes: list[str], expected: str, now: datetime
) -> None:
    holds = [
        Hold.objects.create(
            customer=account, scope=scope, starts_at=now, until=now + timedelta(days=14), reason="Move", set_by=csm
        )
        for scope in scopes
    ]

    draft = write(kind, None, f"hold-{holds[0].pk}")
    outbox.sweep(now=now)

    draft = fresh(draft)
    assert (draft.purpose, draft.state) == (Purpose.HOLD_NEWS, expected)
    assert "M2 Brand identity: 20 April 2026" in draft.body  # 6 April and 14 days
    assert judge(draft).open_spans == []


def test_pause_that_is_over_is_not_announced(journey: Journey, now: datetime) -> None:
    assert queue_journey_mails([SendMail(journey.pk, JourneyKind.PAUSED, "hold-1")], now=now) == []


def test_pause_that_ends_before_its_mail_left_drops_it(
    account: Customer, csm: User, write: Write, now: datetime
) -> None:
    hold = Hold.objects.create(customer=account, scope="journey", starts_at=now, set_by=csm)
    draft = write(JourneyKind.PAUSED, None, f"hold-{hold.pk}")
    Hold.objects.filter(pk=hold.pk).update(ended_at=now)

    outbox.sweep(now=now)

    assert fresh(draft).state == DraftState.CANCELLED
    assert "Pause period: 4 March 2026 - open" in draft.body


def test_welcome_back_has_the_dates_of_now(write: Write, now: datetime) -> None:
    draft = fresh(write(JourneyKind.WELCOME_BACK, None, "hold-1"))

    assert "- M1 Business plan: 7 March 2026\n- M2 Brand identity: 6 April 2026" in draft.body
    assert judge(draft).open_spans == []


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([("Ann", {"primary": True}), ("Cleo", {"roles": ["champion"]})], "Ann"),
        ([("Ann", {"primary": True, "email": ""}), ("Cleo", {"roles": ["champion"]})], "Cleo"),
        ([("Ann", {"primary": True, "left_at": datetime(2026, 1, 1).astimezone()}), ("Cleo", {})], "Cleo"),
        ([("Ann", {"roles": ["user"]})], None),
        ([], None),
    ],
)
def test_mail_goes_to_primary_else_champion_else_to_nobody(
    csm: User, lead: User, people: list[tuple[str, dict[str, Any]]], expected: str | None, now: datetime
) -> None:
    account = factories.CustomerFactory.create(owner=csm)
    for name, fields in people:
        factories.StakeholderFactory.create(customer=account, name=f"{name} Berg", **fields)
    journey = make_journey(account, by=lead, now=now, start=START)
    effect = SendMail(journey.pk, JourneyKind.UPCOMING, "month-2", 2)

    drafts = [*queue_journey_mails([effect], now=now), *queue_journey_mails([effect], now=now)]

    if expected is not None:
        assert [draft.to_name for draft in drafts] == [f"{expected} Berg"]
        return
    assert drafts == []
    todo = Todo.objects.get()
    assert (todo.owner, todo.state) == (csm, TodoState.OPEN)
    assert "M2 coming soon" in todo.title


def test_mail_names_its_template_its_rule_and_who_started(
    journey: Journey, lead: User, csm: User, write: Write
) -> None:
    draft = fresh(write())

    assert draft.template_version == MailTemplateVersion.objects.get(template__key="journey.upcoming", number=1)
    assert (draft.approved_by, draft.approval_rule) == (lead, f"Mails of {journey.version}")
    assert draft.sender == csm
    assert draft.approval_hash == draft.content_hash(to_email="sarah@acme.example", sender_email=csm.email)


def test_edit_by_hand_voids_the_rules_approval(write: Write, csm: User, now: datetime) -> None:
    draft = write()

    save_draft(draft, version=draft.version, body=f"{draft.body}\n\nAnd more.", now=now, by=csm)
    outbox.sweep(now=now)

    draft = fresh(draft)
    assert (draft.state, draft.approval_rule, draft.lapses) == (DraftState.DRAFT, "", False)


def test_reminder_that_comes_too_late_is_dropped_without_asking_anybody(write: Write, now: datetime) -> None:
    draft = write()
    begins = datetime(2026, 4, 6, 13, 0, tzinfo=now.tzinfo)  # 09:00 in New York

    assert draft.approval_expires_at == begins
    assert expiring.sweep(now=begins) == 1

    assert fresh(draft).state == DraftState.CANCELLED
    assert not Todo.objects.exists()


def test_news_that_could_not_leave_in_time_is_asked_about(
    journey: Journey, write: Write, lead: User, now: datetime
) -> None:
    deliver(journey, [1, 2], now=now)
    draft = write(JourneyKind.READY)

    assert expiring.sweep(now=now + timedelta(days=7)) == 1

    assert fresh(draft).state == DraftState.DRAFT
    assert Todo.objects.get(kind="approval_expired").owner == lead


def test_third_mail_in_seven_days_waits(journey: Journey, write: Write, now: datetime) -> None:
    deliver(journey, [1, 2], now=now)
    for kind in (JourneyKind.READY, JourneyKind.CELEBRATE, JourneyKind.OVERDUE):
        write(kind)

    outbox.sweep(now=now)

    states = sorted(Draft.objects.values_list("state", "blocked_by"))
    assert states == [("queued", "cap"), ("sent", ""), ("sent", "")]


def test_ready_leaves_the_congratulation_to_the_mail_that_goes_apart(
    account: Customer, sarah: Stakeholder, lead: User, now: datetime
) -> None:
    version = make_version(now, celebrates_apart=True)
    journey = make_journey(account, by=lead, now=now, start=START, version=version)
    deliver(journey, [1, 2], now=now)

    ready, celebrate = queue_journey_mails(
        [SendMail(journey.pk, kind, "month-2", 2) for kind in (JourneyKind.READY, JourneyKind.CELEBRATE)], now=now
    )

    assert "of the way" not in ready.body and "Next up" not in ready.body
    assert "25% through" in celebrate.body and "Month 3: Market entry" in celebrate.body


def test_first_month_speaks_of_none_before_and_last_of_none_after(
    journey: Journey, write: Write, now: datetime
) -> None:
    deliver(journey, range(1, 9), now=now)

    assert "Look through" not in write(JourneyKind.UPCOMING, 1).body
    assert "Next up" not in write(JourneyKind.READY, 8).body


def test_skipped_month_counts_no_more(journey: Journey, write: Write, now: datetime) -> None:
    JourneyMonth.objects.filter(journey=journey, number__in=[2, 3]).update(skipped_at=now)
    deliver(journey, [1, 4], now=now)

    draft = fresh(write(JourneyKind.CELEBRATE, 4))

    assert "33.3% through" in draft.body  # 2 of 6
    assert judge(draft).open_spans == []


def test_queries_do_not_grow_with_the_mails(csm: User, lead: User, now: datetime) -> None:
    version = make_version(now)

    def effects(count: int) -> list[SendMail]:
        found = []
        for _ in range(count):
            account = factories.CustomerFactory.create(owner=csm)
            factories.StakeholderFactory.create(customer=account, primary=True)
            journey = make_journey(account, by=lead, now=now, start=START, version=version)
            found.append(SendMail(journey.pk, JourneyKind.UPCOMING, "month-2", 2))
        return found

    counts: list[int] = []
    for batch in (effects(2), effects(9)):
        with connection.execute_wrapper(_Counter(counts)):
            counts.append(0)
            assert len(queue_journey_mails(batch, now=now)) == len(batch)

    few, many = counts
    assert few == many <= 25


class _Counter:
    def __init__(self, counts: list[int]) -> None:
        self.counts = counts

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.counts[-1] += 1
        return execute(sql, params, many, context)


def test_facts_of_many_journeys_are_read_in_ten_queries(
    journey: Journey, django_assert_max_num_queries: Any, now: datetime
) -> None:
    with django_assert_max_num_queries(10):
        read_mail_facts([journey.pk])


@pytest.mark.django_db(transaction=True)
def test_two_that_write_the_same_mail_at_once_make_one(csm: User, lead: User, now: datetime) -> None:
    account = factories.CustomerFactory.create(owner=csm)
    factories.StakeholderFactory.create(customer=account, primary=True)
    journey = make_journey(account, by=lead, now=now, start=START)
    effect = SendMail(journey.pk, JourneyKind.UPCOMING, "month-2", 2)
    barrier = threading.Barrier(2)
    errors: list[Exception] = []

    def run() -> None:
        try:
            barrier.wait(timeout=20)
            queue_journey_mails([effect], now=now)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert errors == []
    assert Draft.objects.count() == 1
    assert Draft.objects.get().versions.count() == 1
    assert Activity.objects.filter(verb="draft.queued").count() == 1
