"""Zones, segments and owners of the accounts that each role may see."""

from __future__ import annotations

import pytest

from customers.models import Customer, Team, User
from customers.queries.seen import read_seen
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(team: Team) -> dict[str, User]:
    """Ada and Bob are of one team, Cy of another, Di of none."""
    make = factories.UserFactory.create
    other = factories.TeamFactory.create()
    return {
        "ada": make(username="ada", team=team),
        "bob": make(username="bob", team=team),
        "cy": make(username="cy", team=other),
        "di": make(username="di", team=None),
    }


@pytest.fixture
def accounts(people: dict[str, User]) -> dict[str, Customer]:
    """Each person's account has a segment of its own, and so has what nobody owns."""
    make = factories.CustomerFactory.create
    found = {name: make(owner=person, segment=f"of {name}", timezone="UTC") for name, person in people.items()}
    return {**found, "nobody": make(owner=None, segment="of nobody", timezone="Asia/Tokyo")}


@pytest.mark.parametrize(
    ("role", "has_team", "segments", "has_unowned"),
    [
        ("ops", False, ["ada", "bob", "cy", "di", "nobody"], True),
        ("integration", False, ["ada", "bob", "cy", "di", "nobody"], True),
        ("lead", True, ["ada", "bob", "nobody"], True),
        ("lead", False, ["nobody"], True),
        ("read_only", True, ["ada", "bob"], False),
        ("csm", True, [], False),
    ],
)
def test_reader_is_given_what_their_accounts_have(
    accounts: dict[str, Customer], team: Team, role: str, has_team: bool, segments: list[str], has_unowned: bool
) -> None:
    reader = User.objects.create(username="reader", role=role, team=team if has_team else None, password="!")

    seen = read_seen(reader)

    assert [name.removeprefix("of ") for name in seen.segments] == segments
    assert [owner.username for owner in seen.owners] == [name for name in segments if name != "nobody"]
    assert seen.has_unowned == has_unowned


def test_seat_at_an_account_of_another_team_shows_its_segment(accounts: dict[str, Customer], team: Team) -> None:
    reader = factories.UserFactory.create(role="lead", team=team)
    Customer.objects.filter(pk=accounts["cy"].pk).update(executive=reader)

    seen = read_seen(reader)

    assert seen.segments == ["of ada", "of bob", "of cy", "of nobody"]
    assert [owner.username for owner in seen.owners] == ["ada", "bob", "cy"]


def test_who_stands_in_for_another_team_sees_its_segment(
    accounts: dict[str, Customer], people: dict[str, User], team: Team
) -> None:
    reader = factories.UserFactory.create(role="lead", team=team, stands_in_for=[str(people["di"].pk)])

    assert read_seen(reader).segments == ["of ada", "of bob", "of di", "of nobody"]


def test_account_without_a_segment_adds_none(csm: User, team: Team) -> None:
    factories.CustomerFactory.create(owner=csm, segment="", timezone="Europe/Berlin")

    seen = read_seen(factories.UserFactory.create(role="ops"))

    assert (seen.segments, seen.owners, seen.zones) == ([], [csm], frozenset({"Europe/Berlin"}))


def test_house_without_accounts_shows_nothing(team: Team) -> None:
    seen = read_seen(factories.UserFactory.create(role="lead", team=team))

    assert (seen.zones, seen.segments, seen.owners, seen.has_unowned) == (frozenset(), [], [], False)
