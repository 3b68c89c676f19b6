"""When a journey's mail leaves, what it counts, and many of them at once."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Activity, Customer, Stakeholder, Todo, User
from emails.enums import DraftState
from emails.models import Draft, MailTemplateVersion
from emails.queries.checks import judge
from emails.services import expiring, outbox
from emails.services.editing import save_draft
from journeys.enums import JourneyKind
from journeys.models import AutomationSchedule, Journey, JourneyMonth
from journeys.queries.mail_facts import read_mail_facts
from journeys.rules.effects import SendMail
from journeys.rules.timeline import TYPES
from journeys.services.claiming import claim_due
from journeys.services.mailing import queue_journey_mails
from journeys.services.running import run_claim
from tests import factories
from tests.journeys.journeying import deliver, make_journey, make_version
from tests.journeys.mail_ground import START, Write, account, fresh, journey, sarah, write

__all__ = ["account", "journey", "sarah", "write"]


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


def test_kinds_that_are_due_together_are_read_and_mailed_together(lead: User, now: datetime) -> None:
    journeys = []
    for _ in range(3):
        account = factories.CustomerFactory.create(owner=lead)
        factories.StakeholderFactory.create(customer=account, primary=True)
        journeys.append(make_journey(account, by=lead, now=now, start=START))
        deliver(journeys[-1], [1], now=now)
    for kind, occurrence in ((JourneyKind.UPCOMING, "month-2"), (JourneyKind.READY, "month-1")):
        for one in journeys:
            plan_row(one, kind, occurrence, at=now)

    with CaptureQueriesContext(connection) as queries:
        claim = claim_due(now=now)
        assert claim is not None
        outcomes = run_claim(claim, now=now)

    asked = [query["sql"] for query in queries]
    assert outcomes == {"completed": 6}
    assert Counter(Draft.objects.values_list("occurrence", flat=True)) == {
        "journey.upcoming/month-2": 3,
        "journey.ready/month-1": 3,
    }
    assert sum("journeys_businessplan" in sql for sql in asked) == 1
    assert sum(sql.startswith('INSERT INTO "emails_draft"') for sql in asked) == 1


def test_months_of_many_that_are_due_are_read_once(lead: User, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("journeys.queries.facts.FEW", 0)
    for _ in range(2):
        account = factories.CustomerFactory.create(owner=lead)
        factories.StakeholderFactory.create(customer=account, primary=True)
        plan_row(make_journey(account, by=lead, now=now, start=START), JourneyKind.UPCOMING, "month-2", at=now)

    with CaptureQueriesContext(connection) as queries:
        claim = claim_due(now=now)
        assert claim is not None
        run_claim(claim, now=now)

    assert Draft.objects.count() == 2
    assert sum("AS month GROUP BY" in query["sql"] for query in queries) == 1


def plan_row(journey: Journey, kind: JourneyKind, occurrence: str, *, at: datetime) -> None:
    AutomationSchedule.objects.update_or_create(
        subject_kind="journey",
        subject_id=journey.pk,
        kind=kind,
        occurrence=occurrence,
        defaults={
            "customer_id": journey.customer_id,
            "type": TYPES[kind],
            "trigger_at": at,
            "payload": {"month": int(occurrence.removeprefix("month-"))},
        },
    )


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

    kinds = (JourneyKind.READY, JourneyKind.CELEBRATE)
    made = queue_journey_mails([SendMail(journey.pk, kind, "month-2", 2) for kind in kinds], now=now)
    ready, celebrate = (Draft.objects.get(pk=pk) for pk in made)

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
    for batch in (effects(1), effects(2), effects(9)):
        with connection.execute_wrapper(_Counter(counts)):
            counts.append(0)
            assert len(queue_journey_mails(batch, now=now)) == len(batch)

    _, few, many = counts  # the first asks what each process asks once
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
