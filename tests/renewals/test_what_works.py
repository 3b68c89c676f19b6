"""What works: only renewals that were sent and settled, only the reader's own, by the way that was taken."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from customers.models import User
from emails.enums import PriceApproach
from outreach.enums import SequencingApproach
from renewals.enums import Outcome
from renewals.models import EngageRun, Renewal
from renewals.queries.book_filter import BookFilter
from renewals.queries.book_summary import read_facets
from renewals.queries.what_works import WhatWorks, read_what_works
from renewals.rules.what_works import Sums
from tests.conftest import NOW
from tests.renewals.settled import end

pytestmark = pytest.mark.django_db
LEAD = PriceApproach.LEAD_WITH_PRICE


def read(reader: User, now: datetime = NOW, **wanted: Any) -> WhatWorks:
    dates = read_facets(reader, now=now).dates
    return read_what_works(reader, BookFilter(**wanted), dates=dates, now=now)


def counts(found: WhatWorks, key: str) -> dict[str, tuple[int, int]]:
    return {way.label: (way.sums.count, way.sums.kept) for way in found.ways[key]}


def test_settled_renewals_are_counted_by_the_way_they_went(csm: User, now: datetime) -> None:
    end(csm, now, Outcome.RENEWED)
    end(csm, now, Outcome.EXTENDED, segment="")
    end(csm, now, Outcome.CONTRACTED, role="economic_buyer")
    end(csm, now, Outcome.CHURNED, price=LEAD, order=SequencingApproach.PARALLEL)

    found = read(csm)

    assert (found.total.count, found.total.kept, found.waiting) == (4, 2, 0)
    assert counts(found, "priceApproach") == {"Value first": (3, 2), "Lead with price": (1, 0)}
    assert counts(found, "strategy") == {"Champion first": (3, 2), "Parallel": (1, 0)}
    assert counts(found, "firstRole") == {"Champion": (3, 2), "Economic buyer": (1, 0)}
    assert counts(found, "segment") == {"Mid-market": (3, 1), "No segment": (1, 1)}
    assert counts(found, "quarter") == {"January to March": (4, 2)}


def test_what_was_not_sent_or_is_not_settled_or_is_long_ago_is_left_out(csm: User, now: datetime) -> None:
    end(csm, now, sent=False)
    end(csm, now, None)
    long_ago = end(csm, now)
    Renewal.objects.filter(pk=long_ago.renewal_id).update(closed_at=now - timedelta(days=3 * 365 + 1))

    found = read(csm)

    assert (found.total, found.waiting) == (Sums(), 1)


def test_increase_is_averaged_beside_what_was_asked_of_the_same_renewals(csm: User, now: datetime) -> None:
    end(csm, now, new_price=106_000)
    end(csm, now, Outcome.CONTRACTED, new_price=90_000)
    end(csm, now, Outcome.CHURNED)
    without_target = end(csm, now, new_price=150_000)
    without_target.renewal.contract.target_price = None
    without_target.renewal.contract.save()

    (way,) = read(csm).ways["priceApproach"]

    assert way.sums.priced == 2
    assert way.average_increase_pct == pytest.approx(-2.0)
    assert way.average_target_pct == pytest.approx(10.0)


def test_days_run_from_the_first_letter_to_the_first_answer(csm: User, now: datetime) -> None:
    end(csm, now, answered_after=timedelta(days=3))
    end(csm, now, answered_after=timedelta(days=4, hours=12))
    end(csm, now)

    (way,) = read(csm).ways["strategy"]

    assert (way.sums.answered, way.average_days) == (2, 3.75)


def test_another_team_is_not_counted(csm: User, lead: User, stranger: User, now: datetime) -> None:
    end(csm, now)
    end(stranger, now, price=LEAD)

    assert counts(read(lead), "priceApproach") == {"Value first": (1, 1)}
    assert counts(read(stranger), "priceApproach") == {"Lead with price": (1, 1)}
    assert read(lead, owner=str(stranger.pk)).total == Sums()


def test_it_is_narrowed_by_owner_team_and_segment(csm: User, other_csm: User, ops: User, now: datetime) -> None:
    end(csm, now, segment="Growth")
    end(other_csm, now, segment="Enterprise")

    assert read(ops, owner=str(csm.pk)).total.count == 1
    assert read(ops, segment="Enterprise").total.count == 1
    assert read(ops, team=str(csm.team_id)).total.count == 2


@time_machine.travel(NOW, tick=False)
def test_page_ranks_nothing_where_there_is_too_little(client: Client, csm: User, now: datetime) -> None:
    for _ in range(11):
        end(csm, now)
    end(csm, now, Outcome.CHURNED, price=LEAD)
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get("/what-works").content.decode()

    assert "11 of 11, 100 %; between 74 and 100 %." in page
    assert "Not enough to say" in page
    assert "0 of 1" in page
    assert "Nothing to compare yet" in page


def test_empty_desk_says_what_will_stand_here(client: Client, csm: User) -> None:
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")

    assert "Nothing has been settled yet" in client.get("/what-works").content.decode()


def test_page_asks_the_same_for_one_and_for_many(
    client: Client, csm: User, now: datetime, django_assert_max_num_queries: Any
) -> None:
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")
    for price in PriceApproach:
        end(csm, now, price=price)

    with django_assert_max_num_queries(10):
        client.get("/what-works")
    assert EngageRun.objects.count() == len(PriceApproach)


@time_machine.travel(NOW, tick=False)
def test_figures_of_one_filter_are_never_shown_for_another(client: Client, csm: User, now: datetime) -> None:
    end(csm, now, segment="Growth")
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")

    counts = {query: client.get(f"/what-works{query}").context["found"].total.count for query in ("", "?segment=None")}

    assert counts == {"": 1, "?segment=None": 0}
