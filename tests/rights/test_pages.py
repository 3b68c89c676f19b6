"""Every page × method × role × whose the object is, against docs/rights.md; pages are taken from the URL tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from http import HTTPStatus
from uuid import UUID

import pytest
from django.urls import resolve, reverse

from config.benchmarks.addresses import Address, Route, list_addresses, list_routes
from config.desk.today_acts import ROWS
from customers.enums import Role
from tests.rights.cells import is_tried, list_cells
from tests.rights.table import LED_AWAY, NO_METHOD, OBJECTS, WHO, Row, answers_of_page, read_table, row_of_page
from tests.rights.world import MISSING, Seen, World

pytestmark = pytest.mark.django_db
ROUTES = {route.name: route for route in list_routes()}
PARTS = sorted({name.rpartition(":")[0] or "desk" for name in ROUTES})
METHODS = ("get", "post")
WRITTEN_BY_READING = frozenset(
    {
        "customers:two_steps",  # the secret that the page shows
        "customers:account_evidence_file",
        "renewals:book_export",
        "renewals:forecast_export",
        "journeys:log_export",
        "emails:suppressions_export",
        "emails:person_export",
    }
)
"""What is taken away is on record."""
BODIES = {"outreach:channel_write": {"channel": "call"}}
"""What is sent to a page that does not know without it which of its things is meant."""
OTHER_METHODS = ("put", "patch", "delete", "head", "options")


def test_every_page_has_a_row_and_every_row_a_page() -> None:
    rows = {name for name in read_table() if not name.split(" ")[-1].startswith("/api/")}

    assert {name for name in ROUTES if row_of_page(name) is None} == set()
    assert {name for name in rows if name.split(" ")[0] not in ROUTES} == set()


def test_the_table_uses_its_own_words() -> None:
    words = {*WHO, NO_METHOD, LED_AWAY}

    assert {row.name for row in read_table().values() if {row.read, row.write} - words} == set()
    assert {row.name for row in read_table().values() if row.object not in OBJECTS} == set()


@pytest.mark.parametrize("part", PARTS)
def test_who_may_what_on_the_pages(world: World, unpainted: None, part: str) -> None:
    wrong = defaultdict(list)
    for address, row in _pages_of(part, world):
        for method in METHODS:
            for role, relation in list_cells(row, f"{method} {address.page}"):
                path = address.path if relation != "missing" else _path_of_nothing(address)
                body = BODIES.get(row.name) if method == "post" else None
                seen = world.open(path, method=method, role=role, relation=relation, body=body)
                right = answers_of_page(row, method=method, role=role, relation=relation)
                if said := _say(seen, right, row, method=method):
                    wrong[f"{method} {address.page}"].append(f"{role}, {relation}: {said}")

    assert dict(wrong) == {}


@pytest.mark.parametrize("method", OTHER_METHODS)
@pytest.mark.parametrize("part", PARTS)
def test_no_other_method_changes_anything(world: World, unpainted: None, part: str, method: str) -> None:
    wrong = {}
    for address, row in _pages_of(part, world):
        if row.name not in WRITTEN_BY_READING and is_tried(f"{method} {address.page}"):
            seen = world.open(address.path, method=method, role=Role.OPS, relation="own")
            if seen.wrote or seen.status >= 500:
                wrong[address.page] = (seen.status, seen.wrote)

    assert wrong == {}


@pytest.mark.parametrize("method", METHODS)
def test_nothing_of_another_account_is_reached_through_ones_own(world: World, unpainted: None, method: str) -> None:
    """An address with several ids: the account is the caller's, the person, task or letter in it somebody else's."""
    wrong = {}
    for address in _addresses_with_parts(world):
        path = _path_with(address, customer_id=world.theirs.pk)
        seen = world.open(path, method=method, role=Role.CSM, relation="foreign")
        if seen.page_kind not in _out_of_reach(address) or seen.wrote:
            wrong[f"{method} {address.page}"] = (seen.status, seen.location, seen.wrote)

    assert wrong == {}


@pytest.mark.parametrize("code", sorted(ROWS))
def test_nothing_of_another_account_is_done_from_today(world: World, unpainted: None, code: str) -> None:
    item = ROWS[code]._default_manager.order_by("pk").first()
    path = reverse("today_do", args=[code, item.pk if item else MISSING])

    seen = world.open(path, method="post", role=Role.CSM, relation="foreign")

    assert (seen.status, seen.wrote) == (404, "")


def _pages_of(part: str, world: World) -> Iterator[tuple[Address, Row]]:
    for name, route in ROUTES.items():
        if (name.rpartition(":")[0] or "desk") == part:
            for number, address in enumerate(_open_addresses(route, world)):
                row = row_of_page(address.page)
                assert row, f"{address.page} has no row in docs/rights.md"
                if number == 0 or row.write != NO_METHOD:  # The panels of one page are let in to alike.
                    yield address, row


def _addresses_with_parts(world: World) -> Iterator[Address]:
    for route in ROUTES.values():
        ids = [argument for argument in route.arguments if argument.endswith("_id")]
        if "customer_id" in ids and len(ids) > 1:
            yield from _open_addresses(route, world)


def _out_of_reach(address: Address) -> tuple[str, ...]:
    row = row_of_page(address.page)
    is_for_leaders = row is not None and "leaders" in (row.read, row.write)
    return ("not found", "no method", "refused") if is_for_leaders else ("not found", "no method")


def _open_addresses(route: Route, world: World) -> list[Address]:
    """The pages of a route as they open, without what a list can be asked besides."""
    return [address for address in list_addresses(route, world.examples) if not address.query]


def _path_of_nothing(address: Address) -> str:
    """The same address with ids of nothing."""
    return _path_with(address, **{name: MISSING for name in ROUTES[address.route].arguments if name.endswith("_id")})


def _path_with(address: Address, **ids: UUID) -> str:
    return reverse(address.route, kwargs={**resolve(address.path).kwargs, **ids})


def _say(seen: Seen, right: set[str], row: Row, *, method: str) -> str:
    """Say what is wrong with an answer; "" where nothing is."""
    kind = "led back" if "led back" in right and seen.status == HTTPStatus.FOUND else seen.page_kind
    if kind not in right:
        return f"{seen.status} {seen.location} instead of {sorted(right)}"
    may_write = kind == "done" and (method == "post" or row.name in WRITTEN_BY_READING)
    is_left = kind == "sign-in" and row.write == LED_AWAY
    return "" if may_write or is_left or not seen.wrote else f"{seen.status}, and yet: {seen.wrote}"
