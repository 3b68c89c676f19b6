"""What price approaches and orders came to: only renewals that went by a plan and ended, only the reader's own."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from customers.models import User
from emails.enums import PriceApproach
from outreach.enums import PlanState, SequencingApproach
from outreach.models import OutreachPlan
from outreach.rules.upsell.conversion import Rate
from renewals.enums import Outcome
from renewals.models import EngageRun, Renewal
from renewals.queries.learning import read_renewal_rates
from tests import factories

pytestmark = pytest.mark.django_db


def end(owner: User, now: datetime, outcome: Outcome | None, price: PriceApproach, *, opened: bool = True) -> None:
    customer = factories.CustomerFactory.create(owner=owner)
    closed_at = now - timedelta(days=30) if outcome else None
    renewal = Renewal.objects.create(
        customer=customer,
        contract=factories.ContractFactory.create(customer=customer),
        outcome=outcome or "",
        closed_at=closed_at,
    )
    plan = OutreachPlan.objects.create(
        customer=customer,
        renewal_id=renewal.pk,
        approach=SequencingApproach.CHAMPION_FIRST,
        pricing_approach=price,
        first_date=now.date(),
        deadline=now.date(),
        state=PlanState.OPEN if opened else PlanState.PROPOSED,
        opened_at=now - timedelta(days=90) if opened else None,
    )
    EngageRun.objects.create(customer=customer, renewal=renewal, plan=plan, opened_at=now)


def test_ended_renewals_are_counted_by_the_plan_they_went_by(csm: User, stranger: User, now: datetime) -> None:
    end(csm, now, Outcome.RENEWED, PriceApproach.VALUE_FIRST)
    end(csm, now, Outcome.EXTENDED, PriceApproach.VALUE_FIRST)
    end(csm, now, Outcome.CONTRACTED, PriceApproach.VALUE_FIRST)
    end(csm, now, Outcome.CHURNED, PriceApproach.LEAD_WITH_PRICE)
    end(csm, now, None, PriceApproach.LEAD_WITH_PRICE)
    end(csm, now, Outcome.RENEWED, PriceApproach.LEAD_WITH_PRICE, opened=False)
    end(stranger, now, Outcome.RENEWED, PriceApproach.LEAD_WITH_PRICE)

    rates = read_renewal_rates(csm, now=now)

    assert rates.count == 4
    assert rates.price_approach == (Rate("Value first", 3, 2), Rate("Lead with price", 1, 0))
    assert rates.sequencing == (Rate("Champion first", 4, 2),)
    assert rates.quarter == (Rate("Q1 (Jan-Mar)", 4, 2),)


def test_nothing_is_counted_where_nothing_ended(csm: User, now: datetime) -> None:
    assert read_renewal_rates(csm, now=now).count == 0
