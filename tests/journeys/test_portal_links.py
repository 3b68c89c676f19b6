"""Links that a client's contacts open without an account: who gets one, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from emails.queries.footers import make_token as make_letter_token
from journeys.models import PortalLink
from journeys.queries.portal_links import make_token, read_token
from journeys.services.portal import links_for, portal_url
from tests import factories
from tests.journeys.portal_ground import NOW, make_contact, make_journey, make_programme

pytestmark = pytest.mark.django_db


def test_a_contact_gets_a_link_until_ninety_days_after_the_last_month() -> None:
    journey = make_journey()
    person = make_contact(journey.customer)

    links = links_for([(journey.pk, person.pk)], now=NOW)

    assert list(links) == [(journey.pk, person.pk)]
    link = links[journey.pk, person.pk]
    # 5 January + 210 + 90 days, 09:00 in New York.
    assert link.expires_at == datetime(2026, 11, 1, 14, 0, tzinfo=UTC)
    assert portal_url(link, "months/3") == f"{settings.PUBLIC_URL}/j/{make_token(link.pk)}/months/3"
    assert portal_url(link) == f"{settings.PUBLIC_URL}/j/{make_token(link.pk)}"


def test_the_same_link_is_given_again() -> None:
    journey = make_journey()
    pair = (journey.pk, make_contact(journey.customer).pk)

    first = links_for([pair], now=NOW)[pair]
    second = links_for([pair], now=NOW + timedelta(days=30))[pair]

    assert (first.pk, first.expires_at) == (second.pk, second.expires_at)
    assert PortalLink.objects.count() == 1


def test_a_link_that_would_end_too_early_is_renewed_with_the_same_address() -> None:
    journey = make_journey()
    pair = (journey.pk, make_contact(journey.customer).pk)
    old = links_for([pair], now=NOW)[pair]
    late = NOW + timedelta(days=400)

    new = links_for([pair], now=late)[pair]

    assert new.pk == old.pk
    assert new.expires_at > late + timedelta(days=89)
    assert PortalLink.objects.get().expires_at == new.expires_at


def test_after_revoking_the_next_mail_brings_another_link() -> None:
    journey = make_journey()
    pair = (journey.pk, make_contact(journey.customer).pk)
    old = links_for([pair], now=NOW)[pair]
    PortalLink.objects.update(revoked_at=NOW)

    new = links_for([pair], now=NOW)[pair]

    assert new.pk != old.pk
    assert PortalLink.objects.get(pk=old.pk).revoked_at == NOW


def test_who_has_left_or_belongs_elsewhere_gets_none() -> None:
    journey = make_journey()
    gone = make_contact(journey.customer, left_at=NOW)
    stranger = factories.StakeholderFactory.create()

    links = links_for([(journey.pk, gone.pk), (journey.pk, stranger.pk), (uuid4(), gone.pk)], now=NOW)

    assert links == {}
    assert not PortalLink.objects.exists()


def test_many_links_cost_as_many_statements_as_one(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    version = make_programme()
    pairs = []
    for _ in range(3):
        journey = make_journey(version=version)
        pairs += [(journey.pk, make_contact(journey.customer).pk)]
    with django_assert_num_queries(6):
        links_for(pairs[:1], now=NOW)
    with django_assert_num_queries(6):
        links_for(pairs[1:], now=NOW)
    with django_assert_num_queries(4):
        assert set(links_for(pairs, now=NOW)) == set(pairs)


def test_a_token_of_another_kind_or_a_changed_one_is_nobodys() -> None:
    row_id = uuid4()
    good = make_token(row_id)

    assert read_token(good) == row_id
    assert [read_token(token) for token in (good[:-1], good + "A", make_letter_token(row_id), "", "ü", "…")] == [
        None
    ] * 6
