"""Mails in the simulator: the text that a journey keeps, and a notice whose last day is near."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from customers.models import Customer, User
from emails.enums import DraftState, Lane
from emails.models import Draft, MailTemplate
from emails.queries.checks import read_gate_facts
from emails.rules.gate import ask_gate
from emails.services.drafts import compose_draft
from emails.services.sending import send
from emails.services.templates import NewText, publish_draft, save_draft
from journeys.enums import JourneyKind
from journeys.queries.simulation import read_worlds
from journeys.rules.simulated.world import Assumptions
from journeys.services.simulating import simulate
from journeys.services.templates import ensure_templates
from outreach.models import OutreachMail
from tests import factories
from tests.journeys.ground import begin

pytestmark = pytest.mark.django_db
FRIDAY_EVENING = datetime(2026, 3, 7, 1, 0, tzinfo=UTC)  # 20:00 in New York
AFTER_UNDO = FRIDAY_EVENING + timedelta(seconds=20)
MONDAY = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)  # 09:00 there; the clocks have changed


@pytest.fixture
def account(csm: User) -> Customer:
    customer: Customer = factories.CustomerFactory.create(owner=csm, timezone="America/New_York")
    factories.StakeholderFactory.create(customer=customer, primary=True)
    return customer


@pytest.mark.parametrize(
    ("last_day_in", "leaves_at"),
    [
        (3, MONDAY),  # its last day is Monday, on which the window opens
        (2, AFTER_UNDO),  # its last day is Sunday
    ],
)
def test_simulated_notice_waits_for_the_window_only_if_its_deadline_allows(
    account: Customer, csm: User, last_day_in: int, leaves_at: datetime
) -> None:
    begin(account, now=FRIDAY_EVENING, by=csm)
    today = FRIDAY_EVENING.date() - timedelta(days=1)
    factories.ContractFactory.create(
        customer=account, renewal_date=today + timedelta(days=100), notice_days=100 - last_day_in
    )
    notice = compose_draft(
        customer=account, stakeholder=account.stakeholders.get(), sender=csm, subject="The notice",
        body="Hello,\n\nshall we talk?", now=FRIDAY_EVENING, by=csm,
    )  # fmt: skip
    Draft.objects.filter(pk=notice.pk).update(lane=Lane.NOTICE)
    notice.refresh_from_db()
    send(notice, version=notice.version, now=FRIDAY_EVENING, by=csm)

    found = simulate([account.pk], Assumptions(), now=AFTER_UNDO, days=5)

    sent = [event.at for event in found.events if event.words == "The notice" and event.outcome == "sent"]
    assert sent == [leaves_at]
    assert Draft.objects.get(pk=notice.pk).state == DraftState.QUEUED


def test_simulated_mails_are_of_the_text_that_the_journey_keeps(account: Customer, csm: User, ops: User) -> None:
    ensure_templates(now=FRIDAY_EVENING)
    template = MailTemplate.objects.get(key=JourneyKind.UPCOMING)
    keeping = begin(account, now=FRIDAY_EVENING, by=csm)
    other = factories.CustomerFactory.create(owner=csm)
    moving = begin(other, now=FRIDAY_EVENING, by=csm)
    text = NewText("Soon: {{monthTitle}}", "Hi {{clientName}}")
    draft = save_draft(template, text, edit=None, now=FRIDAY_EVENING, by=ops)
    publish_draft(template, edit=draft.edit, keep_old=[keeping.pk], now=FRIDAY_EVENING, by=ops)

    worlds = {world.customer_id: world for world in read_worlds([account.pk, other.pk], now=FRIDAY_EVENING)}

    assert "dueDate" in worlds[account.pk].names_in(keeping.pk, JourneyKind.UPCOMING)
    assert worlds[other.pk].names_in(moving.pk, JourneyKind.UPCOMING) == {"monthTitle", "clientName"}


@pytest.mark.parametrize(
    ("last_day_in", "said"),
    [(4, ["The contract's notice deadline, 10 March 2026, lies inside."]), (8, [""])],  # the hold ends on the 14th
)
def test_simulated_pause_names_the_notice_deadline_inside_it(
    account: Customer, csm: User, last_day_in: int, said: list[str]
) -> None:
    begin(account, now=FRIDAY_EVENING, by=csm)
    renewal = date(2026, 3, 6) + timedelta(days=100)
    factories.ContractFactory.create(customer=account, renewal_date=renewal, notice_days=100 - last_day_in)

    assume = Assumptions(hold=(date(2026, 3, 9), date(2026, 3, 14)))
    found = simulate([account.pk], assume, now=FRIDAY_EVENING, days=10)

    assert [event.reason for event in found.events if event.outcome == "held"] == said


def test_simulated_mail_waits_for_what_outreach_io_sent_as_the_real_one_does(account: Customer, csm: User) -> None:
    person = account.stakeholders.get()
    OutreachMail.objects.create(
        customer=account, stakeholder=person, mailing_id=1, subject="Hello", to_email=person.email.upper(),
        sent_at=MONDAY - timedelta(hours=1),
    )  # fmt: skip
    begin(account, now=MONDAY, by=csm)
    letter = compose_draft(
        customer=account, stakeholder=person, sender=csm, subject="Ours", body="Hello,\n\nshall we talk?", now=MONDAY,
        by=csm,
    )  # fmt: skip
    send(letter, version=letter.version, now=MONDAY, by=csm)

    found = simulate([account.pk], Assumptions(), now=MONDAY + timedelta(seconds=20), days=5)

    letter.refresh_from_db()
    kept_back = read_gate(letter, now=MONDAY + timedelta(seconds=20))
    sent = [event.at for event in found.events if event.words == "Ours" and event.outcome == "sent"]
    assert sent == [kept_back]
    assert kept_back > MONDAY + timedelta(days=1)


def read_gate(letter: Draft, *, now: datetime) -> datetime:
    """When the real gate would look at it again."""
    refused = [line for line in ask_gate(read_gate_facts(letter, now=now)).lines if not line.passed]
    assert [line.code for line in refused] == ["collision"]
    assert refused[0].next_try_at is not None
    return refused[0].next_try_at
