"""What somebody would try with a link that is theirs, was theirs, or is made for something else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from customers.models import Activity, Stakeholder, Todo, User
from emails.models import Suppression
from journeys.enums import JourneyState
from journeys.models import Deliverable, Journey, PortalLink
from journeys.queries.portal_links import make_token
from journeys.services.portal import links_for, revoke_link
from tests import factories
from tests.journeys.portal_ground import NOW, make_contact, make_deliverable, make_journey

pytestmark = pytest.mark.django_db
CHOICES = {"action": "all_off", "name": "Mallory", "email": "mallory@evil.example", "topic": "upsell"}
PATHS = ("", "/months/1", "/months/2", "/months/1.pdf", "/certificate", "/mail", "/details")


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield
    cache.clear()


@pytest.fixture
def outsider() -> Client:
    """No session, and CSRF checked as for a stranger."""
    return Client(enforce_csrf_checks=True)


def make_client(name: str, by: User, **fields: Any) -> tuple[Journey, PortalLink]:
    """An account with its first two months delivered and unopened, and its contact's link."""
    journey = make_journey(factories.CustomerFactory.create(name=name, owner=by), **fields)
    for number in (1, 2):
        make_deliverable(journey, number, title=f"{name}'s plan {number}", body=f"{name}'s secret {number}")
    person = make_contact(journey.customer, name=f"{name}'s Sarah", email=f"sarah@{name.lower()}.example")
    return journey, links_for([(journey.pk, person.pk)], now=NOW)[journey.pk, person.pk]


@pytest.fixture
def mine(csm: User) -> tuple[Journey, PortalLink]:
    return make_client("Acme", csm)


@pytest.fixture
def theirs(csm: User, mine: Any) -> tuple[Journey, PortalLink]:
    return make_client("Rival", csm)


def at(link: PortalLink, path: str = "") -> str:
    return f"/j/{make_token(link.pk)}{path}"


def everything(*, but: Journey | None = None) -> dict[str, Any]:
    """All that a link could change, apart from one account's."""
    models: list[Any] = [Deliverable, PortalLink, Activity, Stakeholder, Todo]
    found = {model.__name__: model.objects.order_by("pk") for model in models}
    if but is not None:
        found = {name: rows.exclude(customer_id=but.customer_id) for name, rows in found.items()}
    return {name: list(rows.values()) for name, rows in found.items()} | {"stops": Suppression.objects.count()}


def test_pressing_everything_behind_my_link_changes_nothing_of_theirs(
    mine: tuple[Journey, PortalLink], theirs: tuple[Journey, PortalLink], outsider: Client
) -> None:
    before = everything(but=mine[0])
    stops = before.pop("stops")

    answers = [outsider.post(at(mine[1], f"/months/{number}")) for number in range(1, 9)]
    answers += [outsider.post(at(mine[1], path), CHOICES) for path in ("/mail", "/details")]
    pages = b"".join(outsider.get(at(mine[1], path)).content for path in PATHS)

    after = everything(but=mine[0])
    assert after.pop("stops") > stops
    assert after == before
    assert Deliverable.objects.filter(journey=mine[0], opened_at=NOW).count() == 2
    assert not Suppression.objects.filter(customer=theirs[0].customer_id).exists()
    assert b"Rival" not in pages + b"".join(answer.content for answer in answers)


@pytest.mark.parametrize("end", ["revoked", "expired", "left"])
def test_link_that_has_ended_changes_nothing_whatever_is_posted(
    mine: tuple[Journey, PortalLink], csm: User, outsider: Client, end: str
) -> None:
    link = mine[1]
    if end == "revoked":
        revoke_link(link, now=NOW, by=csm)
    elif end == "expired":
        PortalLink.objects.filter(pk=link.pk).update(expires_at=NOW)
    else:
        Stakeholder.objects.filter(pk=link.stakeholder_id).update(left_at=NOW)
    before = everything()

    answers = [outsider.post(at(link, path), CHOICES) for path in ("/months/1", "/months/2", "/mail", "/details")]

    assert {(answer.status_code, b"Acme" in answer.content) for answer in answers} == {(410, False)}
    assert everything() == before


def test_revoking_ends_a_page_that_is_open_already(
    mine: tuple[Journey, PortalLink], csm: User, outsider: Client
) -> None:
    outsider.post(at(mine[1], "/months/1"))
    assert b"secret 1" in outsider.get(at(mine[1], "/months/1")).content

    revoke_link(mine[1], now=NOW, by=csm)

    assert outsider.get(at(mine[1], "/months/1")).status_code == 410
    assert outsider.get(at(mine[1], "/months/1.pdf")).status_code == 410


def test_asking_with_what_a_form_would_send_acts_on_nothing(mine: tuple[Journey, PortalLink], outsider: Client) -> None:
    before = everything()

    for path in PATHS:
        outsider.get(at(mine[1], path), CHOICES)
        outsider.head(at(mine[1], path), CHOICES)
        outsider.get(at(mine[1], path), headers={"x-http-method-override": "POST"})
        outsider.options(at(mine[1], path))

    assert everything() == before


def test_link_to_an_older_journey_opens_nothing_of_the_next(
    mine: tuple[Journey, PortalLink], csm: User, outsider: Client
) -> None:
    old, link = mine
    Journey.objects.filter(pk=old.pk).update(state=JourneyState.CANCELLED, cancelled_at=NOW)
    following = make_journey(old.customer, version=old.version, start=NOW.date())
    made = make_deliverable(following, 3, title="The next plan")

    answers = [outsider.get(at(link)), outsider.get(at(link, "/months/3")), outsider.post(at(link, "/months/3"))]

    assert b"The next plan" not in b"".join(answer.content for answer in answers)
    made.refresh_from_db()
    assert made.opened_at is None


def test_certificate_of_another_is_not_behind_my_link(
    mine: tuple[Journey, PortalLink], theirs: tuple[Journey, PortalLink], outsider: Client
) -> None:
    Journey.objects.filter(pk=theirs[0].pk).update(state=JourneyState.COMPLETED, completed_at=NOW)

    assert outsider.get(at(theirs[1], "/certificate"))["Content-Type"] == "application/pdf"
    assert outsider.get(at(mine[1], "/certificate")).status_code == 404


def test_link_is_no_key_to_other_doors(mine: tuple[Journey, PortalLink], outsider: Client) -> None:
    token, journey = make_token(mine[1].pk), mine[0]
    deliverable = Deliverable.objects.get(journey=journey, month__number=1)
    before = everything()

    letter = outsider.post(f"/u/{token}", {"action": "all_off"})
    api = outsider.get(f"/api/clients/{journey.customer_id}/journey/timeline", headers={"authorization": token})
    bearer = outsider.get(f"/api/deliverables/{deliverable.pk}", headers={"authorization": f"Bearer {token}"})
    desk = outsider.get(f"/customers/{journey.customer_id}/journey", {"token": token})

    assert letter.status_code in (400, 404, 410)
    assert (api.status_code, bearer.status_code) == (401, 401)
    assert desk.status_code == 302
    assert everything() == before


def test_link_that_ends_while_it_is_used_ends_to_the_second(mine: tuple[Journey, PortalLink], outsider: Client) -> None:
    PortalLink.objects.filter(pk=mine[1].pk).update(expires_at=NOW + timedelta(seconds=1))

    before = outsider.post(at(mine[1], "/months/1"))
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        after = outsider.post(at(mine[1], "/months/2"))

    assert (before.status_code, after.status_code) == (303, 410)
    assert not Deliverable.objects.filter(month__number=2, opened_at__isnull=False).exists()
