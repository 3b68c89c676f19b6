"""Every operation × role × scope of the token × whose the object is, against docs/rights.md.

Operations are taken from the description, and the description is held to the URL table.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from customers.enums import Role, Scope
from tests.api.description import list_operations
from tests.rights.cells import list_cells
from tests.rights.table import Row, answers_of_api, read_table, row_of_operation
from tests.rights.world import MISSING, Seen, World, key_with

pytestmark = pytest.mark.django_db
OPERATIONS = list_operations()
PARTS = sorted({address.split("/")[2] for _, address in OPERATIONS})
HTTP_METHODS = ("get", "post", "put", "patch", "delete")
NOT_DESCRIBED = {"schema", "docs"}
WRITTEN_BY_READING = frozenset({"/api/customers/{id}/renewal/evidence"})
"""What is taken away is on record."""
STEP = "send_email_draft"


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    rows = {name for name in read_table() if name.split(" ")[-1].startswith("/api/")}
    known = {address for _, address in OPERATIONS} | {f"{method.upper()} {address}" for method, address in OPERATIONS}

    assert {call for call in OPERATIONS if row_of_operation(*call) is None} == set()
    assert rows - known == set()


def test_every_method_of_the_url_table_is_described() -> None:
    described = {(method, _plain(address)) for method, address in OPERATIONS}

    assert set(_methods_under_api()) - described == set()


@pytest.mark.parametrize("part", PARTS)
def test_who_may_what_by_api(world: World, part: str) -> None:
    wrong = defaultdict(list)
    for method, address, row in _calls_of(part):
        for role, relation in list_cells(row, f"{method} {address}"):
            path = path_of(address, world, is_missing=relation == "missing")
            seen = world.ask(path, method=method, role=role, relation=relation)
            right = answers_of_api(row, method=method, role=role, relation=relation)
            if said := _say(seen, right, method=method, address=address):
                wrong[f"{method} {address}"].append(f"{role}, {relation}: {said}")

    assert dict(wrong) == {}


@pytest.mark.parametrize("part", PARTS)
def test_a_token_does_nothing_beyond_its_scopes(world: World, part: str) -> None:
    """Each operation by a token of ops with every scope but the one it needs."""
    wrong = {}
    for method, address, row in _calls_of(part):
        if row.read == "open":
            continue
        path = path_of(address, world)
        needed = _scope_of(path, method)
        key = key_with(world.owner, set(Scope.values) - {needed})
        seen = world.ask(path, method=method, role=Role.OPS, relation="own", key=key)
        if seen.api_kind != "refused" or seen.wrote:
            wrong[f"{method} {address}"] = (str(needed), seen.status, seen.wrote)

    assert wrong == {}


@pytest.mark.parametrize("method", HTTP_METHODS)
def test_nothing_of_another_account_is_reached_through_ones_own(world: World, method: str) -> None:
    """An address with two ids: the account is the caller's, what is in it somebody else's."""
    wrong = {}
    for called, address in OPERATIONS:
        row = row_of_operation(called, address)
        is_of_account = row is not None and row.object == "account"
        if called == method and is_of_account and address.count("Id}") and "{id}" in address:
            path = path_of(address, world).replace(str(world.examples.customer.pk), str(world.theirs.pk))
            seen = world.ask(path, method=method, role=Role.CSM, relation="foreign")
            if seen.api_kind != "not found" or seen.wrote:
                wrong[f"{method} {address}"] = (seen.status, seen.wrote)

    assert wrong == {}


@pytest.mark.parametrize("part", PARTS)
def test_somebody_elses_is_answered_like_what_is_not_there(world: World, part: str) -> None:
    wrong = {}
    for method, address, row in _calls_of(part):
        if row.object in ("account", "own"):
            theirs = world.ask(path_of(address, world), method=method, role=Role.CSM, relation="foreign")
            none = world.ask(path_of(address, world, is_missing=True), method=method, role=Role.CSM, relation="foreign")
            if (theirs.status, theirs.body) != (none.status, none.body):
                wrong[f"{method} {address}"] = (theirs.body, none.body)

    assert wrong == {}


def _calls_of(part: str) -> Iterator[tuple[str, str, Row]]:
    for method, address in OPERATIONS:
        if address.split("/")[2] == part:
            row = row_of_operation(method, address)
            assert row, f"{method} {address} has no row in docs/rights.md"
            yield method, address, row


def path_of(address: str, world: World, *, is_missing: bool = False) -> str:
    """Give the address filled in with ids of the sample account, or with one of nothing."""
    filled = address.replace("{name}", STEP)
    for name in re.findall(r"{(\w+)}", filled):
        filled = filled.replace("{" + name + "}", str(MISSING if is_missing else world.api_id(address, name)))
    assert "{" not in filled, f"Say in tests/rights/ what {address} is filled in with"
    return filled


def _scope_of(path: str, method: str) -> Scope:
    view = resolve(path).func.view_class  # type: ignore[attr-defined]
    usual = Scope.READ if method == "get" else Scope.WRITE
    found: Scope = getattr(view, "scopes", {}).get(method.upper(), usual)
    return found


def _say(seen: Seen, right: set[str], *, method: str, address: str) -> str:
    """Say what is wrong with an answer; "" where nothing is."""
    if seen.api_kind not in right:
        return f"{seen.status} {seen.body[:120]!r} instead of {sorted(right)}"
    may_write = seen.api_kind == "done" and (method != "get" or address in WRITTEN_BY_READING)
    return "" if may_write or not seen.wrote else f"{seen.status}, and yet: {seen.wrote}"


def _methods_under_api() -> Iterator[tuple[str, str]]:
    for address, pattern in _walk(get_resolver().url_patterns, ""):
        if address.startswith("api/") and address.removeprefix("api/") not in NOT_DESCRIBED:
            view = pattern.callback.view_class  # type: ignore[attr-defined]
            yield from ((method, _plain(f"/{address}")) for method in HTTP_METHODS if hasattr(view, method))


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern


def _plain(address: str) -> str:
    """The address with every part that is filled in written alike."""
    words = [word if word[:1] not in "{<" else "*" for word in address.split("/")]
    return "/".join(words)
