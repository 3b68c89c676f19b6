"""Two questions at the end: asked once it is completed, answered by POST, counted beside the other figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from customers.models import Activity, Customer, Stakeholder, User
from emails.enums import Lane, SuppressionCause
from emails.services.suppression import suppress
from journeys.enums import JourneyState
from journeys.models import DeliverableVersion, Feedback, Journey
from journeys.queries.health import read_health
from journeys.queries.portal_links import make_token
from journeys.services.portal import links_for
from tests import factories
from tests.journeys.ground import begin, deliver
from tests.journeys.portal_ground import make_contact

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
YES = {"is_supported": "yes", "likes_reminders": "no"}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def journey(csm: User) -> Journey:
    customer: Customer = factories.CustomerFactory.create(owner=csm, timezone="UTC")
    return begin(customer, now=NOW - timedelta(days=60), start=date(2026, 1, 3))


@pytest.fixture
def person(journey: Journey) -> Stakeholder:
    return make_contact(journey.customer, name="Sarah Lee", email="Sarah@acme.example")


@pytest.fixture
def address(journey: Journey, person: Stakeholder) -> str:
    return f"/j/{make_token(links_for([(journey.pk, person.pk)], now=NOW)[journey.pk, person.pk].pk)}"


def complete(journey: Journey) -> None:
    Journey.objects.filter(pk=journey.pk).update(state=JourneyState.COMPLETED, completed_at=NOW)


def test_nothing_is_asked_before_the_end_and_an_answer_counts_for_nothing(address: str, client: Client) -> None:
    assert "How was it?" not in client.get(address).content.decode()

    assert client.post(address, YES).status_code == 303

    assert not Feedback.objects.exists()


def test_answers_are_kept_thanked_for_and_on_record(
    journey: Journey, person: Stakeholder, address: str, client: Client
) -> None:
    complete(journey)
    assert "Did you feel well supported?" in client.get(address).content.decode()

    answered = client.post(address, YES, follow=True).content.decode()

    kept = Feedback.objects.get()
    assert (kept.is_supported, kept.likes_reminders, kept.stakeholder, kept.customer) == (
        True,
        False,
        person,
        journey.customer,
    )
    assert "Thank you for your answers." in answered
    assert "How was it?" not in answered
    told = Activity.objects.get(verb="journey.answered")
    assert (told.actor_name, told.summary) == (
        "Sarah Lee",
        "Sarah Lee felt well supported; the reminders were not welcome",
    )


def test_what_is_missing_is_said_beside_its_question_and_the_other_answer_stays(
    journey: Journey, address: str, client: Client
) -> None:
    complete(journey)

    page = client.post(address, {"is_supported": "no", "likes_reminders": "perhaps"}).content.decode()

    assert page.count("Choose one of the two.") == 1
    assert page.count(" checked") == 1
    assert not Feedback.objects.exists()


def test_a_later_answer_counts_instead(journey: Journey, address: str, client: Client) -> None:
    complete(journey)
    client.post(address, YES)

    client.post(address, {"is_supported": "no", "likes_reminders": "yes"})

    assert [(one.is_supported, one.likes_reminders) for one in Feedback.objects.all()] == [(False, True)]


def test_figures_are_those_of_the_readers_accounts(csm: User, ops: User, journey: Journey) -> None:
    journeys = [journey, *(begin(factories.CustomerFactory.create(owner=csm), now=NOW) for _ in range(2))]
    foreign = begin(factories.CustomerFactory.create(owner=None), now=NOW)
    for place, one in enumerate([*journeys, foreign]):
        Feedback.objects.create(
            customer_id=one.customer_id, journey=one, is_supported=place != 1, likes_reminders=place == 0, at=NOW
        )

    mine, all_of_them = (read_health(user, now=NOW).satisfaction for user in (csm, ops))

    assert (mine.answers, mine.supported_pct, mine.reminders_pct) == (3, 66.7, 33.3)
    assert (all_of_them.answers, all_of_them.supported_pct) == (4, 75.0)
    late = read_health(csm, now=NOW + timedelta(days=400)).satisfaction
    assert (late.answers, late.supported_pct) == (0, None)


@pytest.mark.parametrize(
    ("topic", "cause", "counts"),
    [
        ("", SuppressionCause.UNSUBSCRIBED, 1),
        (Lane.JOURNEY, SuppressionCause.REPLY, 1),
        (Lane.UPSELL, SuppressionCause.UNSUBSCRIBED, 0),
        ("", SuppressionCause.HARD_BOUNCE, 0),
    ],
)
def test_who_wanted_no_mails_of_the_programme_is_counted_and_who_cannot_get_them_is_not(
    csm: User, journey: Journey, person: Stakeholder, topic: str, cause: SuppressionCause, counts: int
) -> None:
    begin(factories.CustomerFactory.create(owner=csm), now=NOW)
    suppress(person.email, cause=cause, topic=topic, now=NOW, by=None)

    clients = read_health(csm, now=NOW).clients

    assert (clients.switched_off, clients.active) == (counts, 2)


def test_generated_on_schedule_is_by_the_first_text_and_the_clients_day(csm: User, journey: Journey) -> None:
    """M2 was due on 2 February, M3 today: one text in time though delivered late, one too late."""
    for number, written_at in ((2, datetime(2026, 2, 2, 23, 0, tzinfo=UTC)), (3, NOW + timedelta(days=1))):
        made = deliver(journey, number, now=NOW)
        for place, at in enumerate((written_at, NOW + timedelta(days=2)), start=1):
            DeliverableVersion.objects.create(
                customer_id=journey.customer_id, deliverable=made, number=place, title="T", writer="claude", at=at
            )

    timeliness = read_health(csm, now=NOW).timeliness

    assert (timeliness.due, timeliness.generated, timeliness.on_time) == (2, 1, 1)
    assert timeliness.generated_pct == 50
