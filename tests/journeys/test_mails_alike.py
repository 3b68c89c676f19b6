"""Mails that are written many at a time say what each says that is written alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from customers.models import Activity, User
from customers.services import copying
from emails.models import Draft, DraftVersion
from journeys.enums import JourneyKind
from journeys.models import Journey, JourneyMonth
from journeys.queries.mail_facts import read_mail_facts
from journeys.rules.effects import SendMail
from journeys.services.mailing import queue_journey_mails
from journeys.services.portal import links_for
from journeys.services.templates import ensure_templates
from tests import factories
from tests.journeys.journeying import deliver, make_journey, make_version

START = date(2026, 3, 7)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten go the way of hundreds; one by itself does not."""
    monkeypatch.setattr(copying, "FEW", 1)


NAMES = (
    ("Sarah Lee", "Acme Corporation"),
    ("Zoë  O\u2019Brien", "Ünïcode & <Sons>"),
    ("{{dueDate}} Smith", "{{programName}}"),
    ('"Quoted" \\ Name', "Two  spaces"),
    ("Bob", "Line\nbreak, Ltd"),
)
OWN = {"id", "created_at", "updated_at"}
KINDS = [
    JourneyKind.UPCOMING,
    JourneyKind.READY,
    JourneyKind.OVERDUE,
    JourneyKind.CELEBRATE,
    JourneyKind.HALFWAY,
    JourneyKind.COMPLETED,
]


def make_journeys(csm: User, lead: User, now: datetime) -> list[Journey]:
    """Of each name two that are alike; the last of all go another way."""
    ensure_templates(now=now)
    version, found = make_version(now), []
    for person, company in NAMES * 2:
        account = factories.CustomerFactory.create(owner=csm, name=company)
        factories.StakeholderFactory.create(customer=account, name=person, primary=True)
        found.append(make_journey(account, by=lead, now=now, start=START, version=version))
    deliver(found[-1], [1, 2], now=now)
    JourneyMonth.objects.filter(journey=found[-2], number=3).update(skipped_at=now)
    JourneyMonth.objects.filter(journey=found[-3], number=4).update(due_date=date(2026, 7, 1))
    facts = read_mail_facts([journey.pk for journey in found])
    links_for({(pk, one.recipient.pk) for pk, one in facts.items() if one.recipient}, now=now)
    return found


def written() -> dict[Any, dict[str, Any]]:
    """All that was written of each mail, by its journey."""
    found = {}
    for draft in Draft.objects.all():
        lines = Activity.objects.filter(subject_id=draft.pk).values("verb", "summary", "data", "actor_name", "at")
        texts = DraftVersion.objects.filter(draft=draft).values(
            "version", "subject", "body", "writer", "by", "reason", "saved_at", "is_aside"
        )
        fields = {name: value for name, value in draft.__dict__.items() if name not in OWN and name[0] != "_"}
        found[draft.origin_id] = {**fields, "lines": list(lines), "texts": list(texts)}
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("month", [1, 3, 8])
def test_many_say_what_each_says_alone(kind: JourneyKind, month: int, csm: User, lead: User, now: datetime) -> None:
    effects = [SendMail(one.pk, kind, f"month-{month}", month) for one in make_journeys(csm, lead, now)]

    alone: dict[Any, dict[str, Any]] = {}
    for effect in effects:
        with transaction.atomic():
            queue_journey_mails([effect], now=now)
            alone |= written()
            transaction.set_rollback(True)
    made = queue_journey_mails(effects, now=now)

    assert len(alone) == len(made) == len(effects)
    assert written() == alone


def test_many_are_given_in_the_order_asked_for(csm: User, lead: User, now: datetime) -> None:
    effects = [SendMail(one.pk, JourneyKind.UPCOMING, "month-2", 2) for one in make_journeys(csm, lead, now)]
    queue_journey_mails(effects[3:5], now=now)

    made = queue_journey_mails(effects, now=now + timedelta(minutes=1))

    journeys = dict(Draft.objects.values_list("pk", "origin_id"))
    assert [journeys[pk] for pk in made] == [effect.journey_id for effect in [*effects[:3], *effects[5:]]]


def test_record_asked_for_alone_is_the_one_among_all(csm: User, lead: User, now: datetime) -> None:
    pk = make_journeys(csm, lead, now)[0].pk
    facts = read_mail_facts([pk])[pk]

    assert {name: facts.record_ids[name] for name in facts.records} == facts.records
    assert {"journey", "customer", "month 1"} <= set(facts.records)
