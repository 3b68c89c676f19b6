"""Overrules: what the services wrote of each, beside what was followed; only the reader's own accounts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from customers.models import Brake, Customer, Stakeholder, User
from emails.enums import PriceApproach
from outreach.enums import Choice, Framing, OwnerKind, SequencingApproach
from outreach.models import Reaction, UpsellIntroduction
from renewals.enums import Outcome, OverrideKind
from renewals.models import EngageRun, Override, Renewal
from renewals.queries.book_filter import BookFilter
from renewals.queries.book_summary import read_facets
from renewals.queries.overrules import Overrule, OverruleCounts, OverruleFilter, Overrules, show
from renewals.rules.overrules import Taken
from renewals.services.engage import change_owner, choose_price_approach, choose_strategy, open_engage, reorder
from tests import factories
from tests.conftest import NOW
from tests.renewals.conftest import at_day
from tests.renewals.settled import end

pytestmark = pytest.mark.django_db
PARALLEL, CHAMPION_FIRST = SequencingApproach.PARALLEL, SequencingApproach.CHAMPION_FIRST


def ask(reader: User, *, kind: str = "", person: str = "", now: datetime = NOW, **narrowed: Any) -> Overrules:
    wanted = OverruleFilter(BookFilter(**narrowed), kind, person)
    return Overrules(reader, wanted, dates=read_facets(reader, now=now).dates, now=now)


def listed(reader: User, **asked: str) -> list[Overrule]:
    return show(ask(reader, **asked).rows())


def note(run: EngageRun, by: User | None, kind: OverrideKind = OverrideKind.STRATEGY, **more: str) -> Override:
    values = {"old": "champion_first", "new": "parallel", "reason": "They asked for it", **more}
    return Override.objects.create(run=run, kind=kind, by=by, at=NOW - timedelta(days=40), **values)


def introduce(owner: User, framing: Framing, *, response: str = "", **fields: object) -> UpsellIntroduction:
    sent_at = NOW - timedelta(days=20)
    return UpsellIntroduction.objects.create(
        customer=factories.CustomerFactory.create(owner=owner), framing=framing, proposed=Framing.EDUCATIONAL,
        written_at=sent_at, written_by=owner, sent_at=sent_at, response=response,
        responded_at=sent_at if response else None, **fields,
    )  # fmt: skip


def react(customer: Customer, by: User, choice: Choice, **fields: object) -> Reaction:
    moment = NOW - timedelta(days=50)
    brake = Brake.objects.create(customer=customer, set_at=moment, cleared_at=moment, reason="A reply")
    return Reaction.objects.create(
        customer=customer, brake=brake, choice=choice, proposed=Choice.RESUME, reason="They are away",
        decided_at=moment, decided_by=by, **fields,
    )  # fmt: skip


def taken(counts: OverruleCounts, kind: str) -> dict[str, tuple[Taken, Taken]]:
    return {one.code: (one.followed, one.overruled) for one in counts.recommendations if one.kind == kind}


def test_what_the_services_write_is_listed_with_reason_and_person(
    csm: User, customer: Customer, people: dict[str, Stakeholder], renewal: Renewal
) -> None:
    now = at_day(119)
    run = open_engage(customer, now=now, by=csm)
    eve = people["economic_buyer"]
    choose_strategy(run, approach=PARALLEL, reason="They decide in one meeting", now=now, by=csm)
    change_owner(run, stakeholder_id=eve.pk, owner=OwnerKind.CSM, reason="We know each other", now=now, by=csm)
    choose_price_approach(run, approach=PriceApproach.LEAD_WITH_PRICE, reason="They asked", now=now, by=csm)
    reorder(run, order=(eve.pk,), reason="The others are away", now=now, by=csm)

    rows = {row.kind: row for row in show(ask(csm, now=now).rows())}

    advised = run.advice
    strategy = rows["strategy"]
    assert (strategy.recommended, strategy.chosen) == (advised["sequence"]["approach"], "parallel")
    assert (strategy.reason, strategy.person_name, strategy.ended) == (
        "They decide in one meeting",
        "Dana Whitfield",
        "",
    )
    assert (rows["owner"].chosen_label, rows["owner"].about) == ("CSM", "Eve Stone")
    assert rows["price_approach"].recommended == advised["price"]["approach"]
    assert rows["order"].chosen == "Eve Stone"
    assert len(rows) == 4


def test_going_back_to_what_was_advised_overrules_nothing(csm: User, now: datetime) -> None:
    run = end(csm, now)
    note(run, csm)
    note(run, csm, old="parallel", new="champion_first")

    assert [row.chosen for row in listed(csm)] == ["parallel"]


def test_introductions_and_reactions_stand_in_the_same_list(csm: User, now: datetime) -> None:
    introduce(csm, Framing.PROACTIVE, response="yes")
    introduce(csm, Framing.EDUCATIONAL)
    run = end(csm, now, Outcome.CHURNED)
    react(run.customer, csm, Choice.HOLD)
    react(factories.CustomerFactory.create(owner=csm), csm, Choice.RESUME)
    react(factories.CustomerFactory.create(owner=csm), csm, Choice.HOLD, undone_at=now)

    assert [(row.kind, row.recommended_label, row.chosen_label, row.ended_label) for row in listed(csm)] == [
        ("framing", "Educational", "Proactive", "Yes"),
        ("reaction", "Go on as planned", "Hold", "Churned"),
    ]


def test_followed_and_overruled_are_counted_with_how_they_ended(csm: User, now: datetime) -> None:
    end(csm, now, Outcome.RENEWED)
    end(csm, now, Outcome.CHURNED)
    end(csm, now, None)
    note(end(csm, now, Outcome.RENEWED, order=PARALLEL, advised=CHAMPION_FIRST), csm)
    note(end(csm, now, Outcome.CONTRACTED), csm, OverrideKind.ORDER, old="A, B", new="B, A")
    introduce(csm, Framing.PROACTIVE, response="no")
    introduce(csm, Framing.EDUCATIONAL, response="yes")

    counts = ask(csm).count()

    assert taken(counts, "strategy") == {"champion_first": (Taken(4, 3, 1), Taken(1, 1, 1))}
    assert taken(counts, "price_approach") == {"value_first": (Taken(5, 4, 2), Taken())}
    assert taken(counts, "order") == {"": (Taken(4, 3, 2), Taken(1, 1, 0))}
    assert taken(counts, "framing") == {"educational": (Taken(1, 1, 1), Taken(1, 1, 0))}


def test_people_are_counted_also_who_is_gone(csm: User, lead: User, now: datetime) -> None:
    run = end(csm, now)
    for by in (csm, csm, lead, None):
        note(run, by)
    introduce(csm, Framing.PROACTIVE)

    people = ask(lead).count().people

    assert {one.name: one.kinds for one in people} == {
        "Dana Whitfield": {"strategy": 2, "framing": 1},
        lead.display_name: {"strategy": 1},
        "Nobody known any more": {"strategy": 1},
    }


def test_list_is_narrowed_by_kind_person_and_owner(csm: User, other_csm: User, lead: User, now: datetime) -> None:
    note(end(csm, now), csm)
    note(end(csm, now), lead, OverrideKind.ORDER)
    note(end(other_csm, now), other_csm)
    counts = ask(lead).count()

    for asked, number in (
        ({"kind": "strategy"}, 2),
        ({"person": str(lead.pk)}, 1),
        ({"kind": "strategy", "person": str(lead.pk)}, 0),
    ):
        wanted = OverruleFilter(BookFilter(), **asked)
        assert (len(listed(lead, **asked)), counts.count_of(wanted)) == (number, number)
    assert len(listed(lead, owner=str(other_csm.pk))) == 1


def test_another_team_sees_nothing_of_it(csm: User, stranger: User, now: datetime) -> None:
    note(end(csm, now), csm)
    introduce(csm, Framing.PROACTIVE)
    react(factories.CustomerFactory.create(owner=csm), csm, Choice.HOLD)

    assert listed(stranger, person=str(csm.pk)) == []
    assert ask(stranger).count() == OverruleCounts((), ())
    assert len(listed(csm)) == 3


@time_machine.travel(NOW, tick=False)
def test_page_shows_each_with_its_reason_and_pages_them(client: Client, csm: User, now: datetime) -> None:
    for place in range(26):
        note(end(csm, now), csm, reason=f"Reason {place}")
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")

    first, second = client.get("/overrules"), client.get("/overrules?page=2")

    assert (len(first.context["rows"]), len(second.context["rows"])) == (25, 1)
    assert "Reason " in second.content.decode()
    assert "26 times in three years" in first.content.decode()


@pytest.mark.parametrize("query", ["kind=mood", "person=1", "owner=x", "page=99"])
def test_odd_filter_is_left_out(client: Client, csm: User, query: str) -> None:
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")

    assert "Nothing was overruled yet" in client.get(f"/overrules?{query}").content.decode()


@time_machine.travel(NOW, tick=False)
def test_page_asks_at_most_twelve_times_however_many(
    client: Client, ops: User, csm: User, now: datetime, django_assert_max_num_queries: Any
) -> None:
    factories.TeamFactory.create_batch(2)
    client.force_login(ops, backend="django.contrib.auth.backends.ModelBackend")
    for kind in OverrideKind:
        run = end(csm, now)
        note(run, csm, kind, subject=str(run.pk))
    introduce(csm, Framing.PROACTIVE)

    with django_assert_max_num_queries(12):
        assert len(client.get("/overrules").context["rows"]) == 6
