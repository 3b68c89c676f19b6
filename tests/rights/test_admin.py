"""Every list and form of the admin × method × role: ops alone are let in, and nobody else changes a row."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from config.benchmarks.addresses import list_admin_addresses
from customers.enums import Role
from tests.rights.cells import is_tried
from tests.rights.table import NOBODY
from tests.rights.world import World

pytestmark = pytest.mark.django_db
LEAST_ADDRESSES = 80
OTHERS = [NOBODY, *(role for role in Role.values if role != Role.OPS)]


@pytest.mark.parametrize("method", ["get", "post", "head"])
@pytest.mark.parametrize("role", OTHERS)
def test_nobody_but_ops_is_let_in(world: World, unpainted: None, role: str, method: str) -> None:
    addresses = list(list_admin_addresses())
    wrong = {}
    for address in addresses:
        if is_tried(f"{method} {address.page} {role}"):
            seen = world.open(address.path, method=method, role=role, relation="own")
            if not seen.location.startswith(("/admin/login/", "/sign-in")) or seen.wrote:
                wrong[address.page] = (seen.status, seen.location, seen.wrote)

    assert len(addresses) >= LEAST_ADDRESSES
    assert wrong == {}


def test_ops_are(world: World, unpainted: None) -> None:
    wrong = {}
    for address in list_admin_addresses():
        if is_tried(f"get {address.page} ops"):
            seen = world.open(address.path, method="get", role=Role.OPS, relation="own")
            if seen.status != HTTPStatus.OK and not seen.location.endswith("/change/"):  # of one row the form itself
                wrong[address.page] = (seen.status, seen.location)

    assert wrong == {}
