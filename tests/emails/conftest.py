"""An account with people, a contract and facts; letters of a plan."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from customers.models import Contract, Customer, Stakeholder, User
from emails.enums import OriginKind, PriceApproach
from emails.models import Draft
from emails.rules import letters as keys
from emails.rules.facts import Fact, count_fact, date_fact, money_fact, percent_fact
from emails.rules.letters import LetterBrief, Origin, Recipient, Sender, tone_for
from emails.services.ordering import write_draft
from tests import factories


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme Corporation", owner=csm)


@pytest.fixture
def contract(account: Customer) -> Contract:
    return factories.ContractFactory.create(customer=account)


@pytest.fixture
def sarah(account: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(
        customer=account, name="Sarah Lee", email="sarah@acme.example", title="Head of Analytics", roles=["champion"]
    )


@pytest.fixture
def win(account: Customer) -> Any:
    return factories.WinFactory.create(customer=account, text="Cut onboarding time by half")


def contract_facts(contract: Contract) -> tuple[Fact, ...]:
    """The price facts of a contract as the app that knows prices gives them, read from the ground's own records."""
    where: dict[str, Any] = {
        "kind": "contract",
        "id": contract.pk,
        "url": f"/customers/{contract.customer_id}#contract",
    }
    increase = contract.increase_pct or Decimal(0)
    return (
        money_fact(keys.PRICE_NEW, contract.target_price, "USD", field="target_price", label="New price", **where),
        money_fact(keys.PRICE_CURRENT, contract.current_price, "USD", field="current_price", label="Price", **where),
        percent_fact(keys.PRICE_INCREASE_PCT, increase, kind="test", id="1", field="increase", label="Increase"),
        date_fact(keys.RENEWAL_DATE, contract.renewal_date, field="renewal_date", label="Renewal date", **where),
        count_fact(keys.TERM_MONTHS, 12, kind="test", id="1", field="term", label="Term", unit="months"),
    )


@pytest.fixture(autouse=True)
def _test_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source for the facts that no ground record holds."""
    from emails import facts

    record = {"increase": Decimal("7.2"), "term": 12}
    monkeypatch.setitem(facts._readers, "test", lambda ids: dict.fromkeys(ids, record))


def make_brief(person: Stakeholder, sender: User, *, approach: PriceApproach, **more: Any) -> LetterBrief:
    role = person.roles[0] if person.roles else "user"
    return LetterBrief(
        customer=person.customer.name,
        recipient=Recipient(name=person.name, role=role, title=person.title),
        sender=Sender(name=sender.display_name, title=sender.title, company="Evergreen"),
        tone=tone_for(role),
        price_approach=approach,
        confidence=82,
        **more,
    )


def make_draft(
    person: Stakeholder,
    contract: Contract,
    sender: User,
    now: datetime,
    *,
    approach: PriceApproach = PriceApproach.VALUE_FIRST,
    origin: Origin | None = None,
    locked: bool = True,
) -> Draft:
    brief = make_brief(person, sender, approach=approach)
    return write_draft(
        customer=person.customer,
        stakeholder=person,
        sender=sender,
        tone=brief.tone,
        price_approach=approach,
        lane="renewal",  # type: ignore[arg-type]
        origin=origin or Origin(kind=OriginKind.ENGAGE, id=uuid4(), send_timing="Week 1 (Day 115)"),
        facts=contract_facts(contract),
        brief=brief,
        now=now,
        by=sender,
        is_price_locked=locked,
    )


@pytest.fixture
def draft(sarah: Stakeholder, contract: Contract, csm: User, win: Any, now: datetime) -> Draft:
    return make_draft(sarah, contract, csm, now)


RENEWAL = date(2026, 7, 2)
