"""A client's messages: written with the mails, each once, seen by their own client alone, marked by POST alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from customers.models import Stakeholder, User
from emails.models import Draft
from emails.services.erasing import erase_contact
from journeys.enums import JourneyKind
from journeys.models import Journey, PortalLink, PortalMessage
from journeys.queries.portal_links import make_token
from journeys.rules.effects import SendMail
from journeys.rules.mail_names import NAMES
from journeys.rules.portal_messages import WORDS, say_message
from journeys.services.mailing import queue_journey_mails
from journeys.services.portal import links_for
from tests import factories
from tests.journeys.portal_ground import NOW, make_contact, make_journey, make_programme

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield
    cache.clear()


@pytest.fixture
def journey(csm: User) -> Journey:
    version = make_programme(published_at=None)
    version.steps.filter(number=2).update(title="Brand <b>identity</b>")
    account = factories.CustomerFactory.create(name="Acme", owner=csm)
    return make_journey(account, version=version, started_by=csm)  # type: ignore[no-any-return]


def link_of(journey: Journey, **fields: object) -> PortalLink:
    person = make_contact(journey.customer, **fields)
    return links_for([(journey.pk, person.pk)], now=NOW)[journey.pk, person.pk]


@pytest.fixture
def link(journey: Journey) -> PortalLink:
    return link_of(journey, name="Sarah Lee", email="sarah@acme.example")


def tell(journey: Journey, kind: JourneyKind = JourneyKind.READY, number: int | None = 2) -> None:
    with transaction.atomic():
        queue_journey_mails([SendMail(journey.pk, kind, f"month-{number}", number)], now=NOW)


def at(link: PortalLink) -> str:
    return f"/j/{make_token(link.pk)}/messages"


def test_every_mail_of_a_client_has_its_message() -> None:
    clients = {kind for kind in JourneyKind if kind.value in NAMES}

    assert set(WORDS) == clients
    assert say_message("journey.ready", phase="Month", number=3, title="{x}").title == "Month 3: {x} is ready for you"


def test_the_message_is_written_with_the_mail_once(journey: Journey, link: PortalLink) -> None:
    for _ in range(2):
        tell(journey)

    [message] = PortalMessage.objects.all()
    assert (message.journey, message.kind, message.number, message.at) == (journey, "journey.ready", 2, NOW)
    assert Draft.objects.filter(origin_id=journey.pk).count() == 1


def test_the_message_is_there_where_nobody_can_be_written_to(journey: Journey) -> None:
    tell(journey)

    assert PortalMessage.objects.count() == 1
    assert Draft.objects.count() == 0


def test_what_is_rolled_back_tells_nothing(journey: Journey, link: PortalLink) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(journey)
        raise ZeroDivisionError

    assert PortalMessage.objects.count() == 0


def test_the_page_shows_it_escaped_and_looking_marks_nothing(journey: Journey, link: PortalLink) -> None:
    tell(journey)

    page = Client().get(at(link))

    assert page.status_code == 200
    assert "Brand &lt;b&gt;identity&lt;/b&gt; is ready for you" in page.text
    assert "<b>identity" not in page.text
    assert f'href="/j/{make_token(link.pk)}/months/2"' in page.text
    assert "Messages (1 new)" in Client().get(f"/j/{make_token(link.pk)}").text
    assert PortalMessage.objects.get().read_at is None


def test_a_client_marks_one_then_all_by_post(journey: Journey, link: PortalLink) -> None:
    for number in (1, 2, 3):
        tell(journey, number=number)
    first = PortalMessage.objects.get(number=1)
    outsider = Client(enforce_csrf_checks=True)

    assert outsider.post(at(link), {"message": str(first.pk)}).status_code == 303
    assert set(PortalMessage.objects.filter(read_at=None).values_list("number", flat=True)) == {2, 3}
    first.refresh_from_db()
    assert (first.read_at, first.read_by) == (NOW, link.stakeholder)

    assert outsider.post(at(link)).status_code == 303
    assert not PortalMessage.objects.filter(read_at=None).exists()
    assert "<strong>new</strong>" not in outsider.get(at(link)).text


@pytest.mark.parametrize("message", ["", "x", "0" * 32, "'; --", "00000000-0000-0000-0000-00000000000g"])
def test_an_id_that_is_none_marks_nothing(journey: Journey, link: PortalLink, message: str) -> None:
    tell(journey)

    assert Client().post(at(link), {"message": message}).status_code == 303
    assert PortalMessage.objects.get().read_at is None


def test_nobody_sees_or_marks_another_clients(journey: Journey, link: PortalLink) -> None:
    other = make_journey(version=make_programme(segment="other", name="Other"))
    other_link = link_of(other, name="Eve", email="eve@other.example")
    tell(journey)
    message = PortalMessage.objects.get()

    assert "is ready for you" not in Client().get(at(other_link)).text
    Client().post(at(other_link), {"message": str(message.pk)})
    Client().post(at(other_link))

    message.refresh_from_db()
    assert message.read_at is None


def test_a_link_that_has_ended_opens_no_messages(journey: Journey, link: PortalLink) -> None:
    tell(journey)
    PortalLink.objects.filter(pk=link.pk).update(revoked_at=NOW - timedelta(days=1))

    assert Client().get(at(link)).status_code == 410
    assert Client().post(at(link)).status_code == 410
    assert Client().get("/j/nonsense/messages").status_code == 404
    assert PortalMessage.objects.get().read_at is None


def test_messages_hold_nothing_of_a_contact_that_an_erasure_would_miss(
    journey: Journey, link: PortalLink, lead: User
) -> None:
    tell(journey)
    Client().post(at(link))
    person: Stakeholder = link.stakeholder

    assert "Sarah" not in str(list(PortalMessage.objects.values()))
    erase_contact(person, now=NOW, by=lead)

    assert PortalMessage.objects.count() == 1


def test_the_database_keeps_a_message_once(journey: Journey, link: PortalLink) -> None:
    tell(journey)
    row = PortalMessage.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        PortalMessage.objects.create(
            customer=journey.customer, journey=journey, kind=row.kind, occurrence=row.occurrence, at=NOW
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        PortalMessage.objects.filter(pk=row.pk).update(read_by=link.stakeholder, read_at=None)
