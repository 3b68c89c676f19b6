"""Step 2: the running contract and whom to talk to. Source: spec, "ContractData"."""

from __future__ import annotations

from datetime import timedelta

from customers.enums import ContractState
from customers.models import Contract
from emails.enums import Lane
from outreach.queries.people import list_reachable
from outreach.rules.upsell.recipients import Person, choose_recipient, role_of
from outreach.services.upsell.outcomes import Done, Work


def fetch_contract(work: Work) -> Done:
    """Read the contract that runs, and who would be written to."""
    customer = work.customer
    contract: Contract | None = Contract.objects.filter(customer=customer, state=ContractState.ACTIVE).first()
    output = {
        "accountId": customer.external_id or str(customer.pk),
        "currentPlan": contract.plan if contract else "",
        "currentSpend": str(contract.current_price) if contract else None,
        "currency": contract.currency if contract else customer.currency,
        "contractEndDate": (contract.renewal_date - timedelta(days=1)).isoformat() if contract else None,
        "renewalDate": contract.renewal_date.isoformat() if contract else None,
        "contractTerms": _terms(contract),
        "contactInfo": _contact(work),
    }
    return Done(output, "" if contract else "No running contract is on record.")


def _terms(contract: Contract | None) -> dict[str, str]:
    if contract is None:
        return {}
    terms = {"noticeDays": str(contract.notice_days)}
    if contract.start_date:
        terms["startDate"] = contract.start_date.isoformat()
    return terms


def _contact(work: Work) -> dict[str, str]:
    people = {person.pk: person for person in list_reachable(work.customer, Lane.UPSELL)}
    chosen = choose_recipient([Person(one.pk, one.primary, tuple(one.roles)) for one in people.values()])
    if chosen is None:
        return {}
    person = people[chosen.id]
    return {"name": person.name, "email": person.email, "role": role_of(chosen)}
