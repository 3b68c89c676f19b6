"""What of ours may stand in the custom fields of a person at Outreach.io, and what stands there for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from customers.enums import ContractState
from customers.models import Contract, Stakeholder
from outreach.queries.enrollments import get_desk

Reader = Callable[[Stakeholder, Contract | None], object]
SOURCES: Mapping[str, tuple[str, Reader]] = {
    "account": ("Name of the account", lambda person, contract: person.customer.name),
    "account_id": ("Id of the account in the other system", lambda person, contract: person.customer.external_id),
    "segment": ("Segment", lambda person, contract: person.customer.segment),
    "owner": (
        "Owner of the account",
        lambda person, contract: person.customer.owner.display_name if person.customer.owner else "",
    ),
    "roles": ("Roles of the person", lambda person, contract: ", ".join(person.role_labels)),
    "language": ("Language", lambda person, contract: person.language),
    "plan": ("Plan of the contract", lambda person, contract: contract.plan if contract else ""),
    "renewal_date": ("Date of the renewal", lambda person, contract: contract.renewal_date if contract else ""),
}
"""Prices, health and notes are not among them: what stands there may be put into a mail by anybody there."""

LAST_FIELD = 150
_FIELD = re.compile(r"custom([1-9]\d{0,2})", re.ASCII)


def custom_values(person: Stakeholder) -> dict[str, str]:
    """This will give the texts for the fields that ops mapped."""
    mapped = get_desk().custom_fields
    if not mapped:
        return {}
    contract = Contract.objects.filter(customer=person.customer_id, state=ContractState.ACTIVE).first()
    known = {name: SOURCES[source][1] for name, source in mapped.items() if source in SOURCES}
    return {name: str(read(person, contract) or "") for name, read in known.items()}


def read_mapping(text: str) -> tuple[dict[str, str], list[str]]:
    """This will read lines like "custom1 = segment" and give the mapping and what cannot be read."""
    mapped: dict[str, str] = {}
    wrong = []
    for line in text.splitlines():
        if not line.strip():
            continue
        name, _, source = (part.strip().lower() for part in line.partition("="))
        number = _FIELD.fullmatch(name)
        if number is None or int(number[1]) > LAST_FIELD or source not in SOURCES or name in mapped:
            wrong.append(line.strip()[:80])
        else:
            mapped[name] = source
    return mapped, wrong
