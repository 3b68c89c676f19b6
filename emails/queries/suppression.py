"""Which addresses may not be written to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField

from customers.models.prepared import Slot, prepared
from customers.services.digests import digest_address
from emails.enums import Lane, SuppressionCause
from emails.models import Suppression
from emails.rules.suppression import SuppressionFacts, strongest


def find_suppression(address: str, lane: Lane) -> SuppressionFacts | None:
    """This will give what stands in the way of mail of this lane to the address, the strongest reason first."""
    return list_suppressed([address], lane).get(address.lower())


def list_suppressed(addresses: Iterable[str], lane: Lane) -> dict[str, SuppressionFacts]:
    """This will give the same for many addresses in one query, by address in lower case."""
    found = {address: strongest(rows, lane) for address, rows in list_open(addresses).items()}
    return {address: facts for address, facts in found.items() if facts is not None}


def list_open(addresses: Iterable[str]) -> dict[str, list[SuppressionFacts]]:
    """This will give every open suppression of the addresses, in one query, by address in lower case."""
    by_digest = {digest_address(address): address.lower() for address in addresses if address}
    if not by_digest:
        return {}
    found: dict[str, list[SuppressionFacts]] = defaultdict(list)
    for row in _open(len(by_digest)).ask(**{f"digest{place}": one for place, one in enumerate(by_digest)}):
        found[by_digest[row.digest]].append(facts_of(row, address=by_digest[row.digest]))
    return dict(found)


@prepared
def _open(count: int) -> Any:
    digests = [Slot(f"digest{place}", CharField()) for place in range(count)]
    return Suppression.objects.open().filter(digest__in=digests).select_related("by").order_by("at", "pk")


def facts_of(row: Suppression, *, address: str = "") -> SuppressionFacts:
    """This will give a row's facts. address: of whom it is asked, for a row that has lost its own."""
    by = row.by.display_name if row.by else ""
    return SuppressionFacts(row.address or address, SuppressionCause(row.cause), row.at, row.topic, by)
