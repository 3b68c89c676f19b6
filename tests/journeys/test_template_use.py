"""A new text and the journeys under way: named before it counts, and theirs to keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer, User
from emails import template_admin
from emails.models import Draft, MailTemplate, MailTemplateVersion
from emails.services.templates import NewText, publish_draft, save_draft
from journeys.enums import AutomationStatus, AutomationType, JourneyKind
from journeys.models import AutomationSchedule, Journey, JourneyMonth, TemplatePin
from journeys.queries.facts import read_journey
from journeys.rules.automations import Do, Skip
from journeys.rules.effects import SendMail
from journeys.rules.journeys import LEFT_OUT, StepFacts, decide
from journeys.services.clock import tick
from journeys.services.mailing import queue_journey_mails
from journeys.services.template_use import JourneyTemplates
from journeys.services.templates import ensure_templates
from tests import factories
from tests.journeys.journeying import make_journey, make_version

START = date(2026, 3, 7)


@pytest.fixture
def template(db: None, now: datetime) -> MailTemplate:
    ensure_templates(now=now)
    found: MailTemplate = MailTemplate.objects.get(key=JourneyKind.UPCOMING)
    return found


@pytest.fixture
def journeys(csm: User, lead: User, now: datetime) -> list[Journey]:
    version = make_version(now)
    found = []
    for name in ("Acme", "Birch", "Cedar"):
        account: Customer = factories.CustomerFactory.create(name=name, owner=csm)
        factories.StakeholderFactory.create(customer=account, primary=True)
        journey = make_journey(account, by=lead, now=now, start=START, version=version)
        AutomationSchedule.objects.create(
            customer=account,
            type=AutomationType.SEND_REMINDER,
            kind=JourneyKind.UPCOMING,
            subject_kind="journey",
            subject_id=journey.pk,
            occurrence="month-2",
            trigger_at=now,
        )
        found.append(journey)
    return found


def write(journey: Journey, *, now: datetime, month: int = 2) -> Draft:
    (pk,) = queue_journey_mails([SendMail(journey.pk, JourneyKind.UPCOMING, f"month-{month}", month)], now=now)
    return Draft.objects.get(pk=pk)


def new_text(template: MailTemplate, ops: User, now: datetime) -> MailTemplateVersion:
    return save_draft(template, NewText("New: {{monthTitle}}", "Hi {{clientName}}"), edit=None, now=now, by=ops)


def test_those_whose_next_mail_is_touched_are_named(journeys: list[Journey], template: MailTemplate) -> None:
    Journey.objects.filter(pk=journeys[2].pk).update(state="cancelled", cancelled_at=journeys[2].started_at)
    AutomationSchedule.objects.filter(subject_id=journeys[1].pk).update(status="SKIPPED")
    use = JourneyTemplates()

    assert [one.name for one in use.list_touched(JourneyKind.UPCOMING)] == ["Acme"]
    assert [one.name for one in use.list_touched(JourneyKind.READY)] == ["Acme", "Birch"]
    assert use.list_touched("staff.digest") == []


def test_what_is_queued_keeps_its_text_and_what_comes_later_follows_the_answer(
    journeys: list[Journey], template: MailTemplate, ops: User, now: datetime
) -> None:
    acme, birch, cedar = journeys
    queued = write(cedar, now=now)
    draft = new_text(template, ops, now)

    publish_draft(template, edit=draft.edit, keep_old=[acme.pk], now=now, by=ops)

    assert Draft.objects.get(pk=queued.pk).subject == "Your Brand identity deliverable is coming soon!"
    assert write(acme, now=now).template_version.number == 1
    assert write(birch, now=now).template_version.number == 2
    assert write(cedar, now=now, month=3).template_version.number == 2


def test_who_keeps_a_still_older_text_goes_on_with_it_until_told_otherwise(
    journeys: list[Journey], template: MailTemplate, ops: User, now: datetime
) -> None:
    acme = journeys[0]
    for keep in ([acme.pk], [acme.pk]):
        draft = new_text(template, ops, now)
        publish_draft(template, edit=draft.edit, keep_old=keep, now=now, by=ops)
    assert write(acme, now=now).template_version.number == 1

    draft = new_text(template, ops, now)
    publish_draft(template, edit=draft.edit, keep_old=[], now=now, by=ops)

    assert not TemplatePin.objects.exists()
    assert write(acme, now=now, month=3).template_version.number == 4


@pytest.mark.parametrize(
    ("choice", "kept", "left_out"),
    [
        ("new", set(), set()),
        ("old", {"Acme", "Birch", "Cedar"}, set()),
        ("none", set(), {"Acme", "Birch", "Cedar"}),
        ("each", {"Birch"}, {"Cedar"}),
    ],
)
def test_ops_answer_on_the_page(
    journeys: list[Journey],
    template: MailTemplate,
    ops: User,
    choice: str,
    kept: set[str],
    left_out: set[str],
    now: datetime,
) -> None:
    client = Client()
    client.force_login(ops)
    draft = new_text(template, ops, now)
    url = reverse("admin:emails_mailtemplate_publish_page", args=[template.pk])

    asked = client.get(url).content.decode()
    answers = {f"answer-{journeys[1].pk}": "old", f"answer-{journeys[2].pk}": "none"}
    client.post(url, {"edit": draft.edit, "choice": choice, **answers})

    assert "Touches the next mails of 3 clients" in asked
    assert all(name in asked for name in ("Acme", "Birch", "Cedar"))
    assert {pin.customer.name for pin in TemplatePin.objects.exclude(version=None)} == kept
    assert {pin.customer.name for pin in TemplatePin.objects.filter(version=None)} == left_out


def run(journey: Journey, now: datetime) -> AutomationSchedule:
    tick(now=now)
    found: AutomationSchedule = AutomationSchedule.objects.get(subject_id=journey.pk, occurrence="month-2")
    return found


def test_who_goes_without_gets_none_and_the_log_says_why_until_told_otherwise(
    journeys: list[Journey], template: MailTemplate, ops: User, now: datetime
) -> None:
    acme, birch, _ = journeys
    AutomationSchedule.objects.update(trigger_at=now + timedelta(days=2), payload={"month": 2})
    JourneyMonth.objects.update(due_date=date(2026, 5, 1))
    draft = new_text(template, ops, now)
    publish_draft(template, edit=draft.edit, keep_old=[acme.pk], leave_out=[acme.pk], now=now, by=ops)
    assert "goes without it now" in JourneyTemplates().list_touched(JourneyKind.UPCOMING)[0].detail
    later = now + timedelta(days=2)

    assert (run(acme, later).status, run(acme, later).reason) == (AutomationStatus.SKIPPED, LEFT_OUT)
    assert run(birch, later).status == AutomationStatus.COMPLETED
    assert [draft.origin_id for draft in Draft.objects.filter(origin_id__in=[acme.pk, birch.pk])] == [birch.pk]

    draft = new_text(template, ops, later)
    publish_draft(template, edit=draft.edit, keep_old=[acme.pk], now=later, by=ops)
    version = TemplatePin.objects.get(journey=acme).version
    assert version is not None and version.number == 2


@pytest.mark.parametrize("kind", [JourneyKind.HALFWAY, JourneyKind.COMPLETED])
def test_who_goes_without_a_milestone_is_told_that_the_month_is_ready(
    kind: JourneyKind, journeys: list[Journey], now: datetime
) -> None:
    facts = StepFacts(read_journey(journeys[0]), "month-2", 2, {}, now, frozenset({kind.value}))

    def kinds(facts: StepFacts) -> list[str]:
        decision = decide(kind)(facts, now)
        return [effect.kind for effect in decision.effects] if isinstance(decision, Do) else [str(decision)]

    assert kinds(facts) == [JourneyKind.READY]
    assert kinds(facts._replace(left_out=frozenset())) == [kind]
    assert kinds(facts._replace(journey=replace(facts.journey, celebrates_apart=True))) == [str(Skip(LEFT_OUT))]
    assert kinds(facts._replace(left_out=frozenset({kind.value, JourneyKind.READY.value}))) == [str(Skip(LEFT_OUT))]


def test_those_that_are_not_listed_are_ticked_together(
    journeys: list[Journey], template: MailTemplate, ops: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_admin, "MOST_LISTED", 1)
    client = Client()
    client.force_login(ops)
    draft = new_text(template, ops, now)
    url = reverse("admin:emails_mailtemplate_publish_page", args=[template.pk])

    asked = client.get(url).content.decode()
    client.post(url, {"edit": draft.edit, "choice": "each", "answer-unlisted": "old"})

    assert "The 2 more that are not listed" in asked
    assert {pin.customer.name for pin in TemplatePin.objects.all()} == {"Birch", "Cedar"}


def test_preview_shows_a_real_client_and_writes_nothing(
    journeys: list[Journey], template: MailTemplate, ops: User, now: datetime
) -> None:
    client = Client()
    client.force_login(ops)
    version = template.versions.get(number=1)
    url = reverse("admin:emails_mailtemplate_preview_page", args=[template.pk, version.pk])

    shown = client.get(url, {"client": journeys[0].customer_id}).context["shown"]

    assert shown.subject == "Your Business plan deliverable is coming soon!"
    assert "7 March 2026" in shown.text
    assert not Draft.objects.exists()
    assert not journeys[0].links.exists()


def test_missing_templates_are_put_back_and_those_of_ops_stay(template: MailTemplate, ops: User, now: datetime) -> None:
    draft = new_text(template, ops, now)
    publish_draft(template, edit=draft.edit, keep_old=[], now=now, by=ops)

    assert ensure_templates(now=now) == 0
    assert template.versions.count() == 2
