"""Onboarding answers and business plans: the last ones, every earlier one, and what they say as facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from customers.models import Customer
from emails.queries.columns import Columns
from emails.rules.facts import Fact, text_fact
from journeys.models import BusinessPlan, Onboarding
from journeys.rules.briefs import Line
from journeys.rules.documents import split_text

ONBOARDING, PLAN = "onboarding", "business_plan"
"""Kinds of facts, as `emails.facts` reads them again."""

MOST_LINES = 400
MOST_LINE = 1_500
"""A line that long is prose; only so much of it is quoted or weighed."""


def list_onboardings(customer: Customer) -> list[Onboarding]:
    return list(Onboarding.objects.filter(customer=customer).select_related("saved_by"))


def last_onboarding(customer: Customer) -> Onboarding | None:
    return Onboarding.objects.filter(customer=customer).select_related("saved_by").first()


def list_plans(customer: Customer) -> list[BusinessPlan]:
    """This will give every version, the last first; the files themselves are not read."""
    return list(_plans(customer))


def last_plan(customer: Customer) -> BusinessPlan | None:
    return _plans(customer).first()


def approved_plan(customer: Customer) -> BusinessPlan | None:
    """This will give the approved version that generation builds on: the last one."""
    return _plans(customer).filter(approved_at__isnull=False).first()


def find_plan(customer: Customer, number: int) -> BusinessPlan | None:
    return _plans(customer).filter(number=number).first()


def _plans(customer: Customer) -> Any:
    rows = BusinessPlan.objects.filter(customer=customer).select_related("saved_by", "approved_by")
    return rows.defer("content").order_by("-number")


def plan_lines(plan: BusinessPlan | None) -> list[Line]:
    return _lines(plan.body) if plan else []


def _lines(body: str) -> list[Line]:
    return [Line(heading, text[:MOST_LINE]) for heading, text in split_text(body, most=MOST_LINES)]


def onboarding_facts(onboarding: Onboarding | None) -> list[Fact]:
    """This will give each answer as a fact: what a client said may be said back to them."""
    if onboarding is None:
        return []
    url = f"/customers/{onboarding.customer_id}/onboarding"
    return [
        text_fact(
            f"{ONBOARDING}.{place}",
            _flat(row["answer"]),
            kind=ONBOARDING,
            id=onboarding.pk,
            field=f"answer.{place}",
            label=f"Onboarding: {row['question']}"[:200],
            url=url,
        )
        for place, row in enumerate(onboarding.answers)
        if row["answer"].strip()
    ]


def plan_facts(plan: BusinessPlan | None) -> list[Fact]:
    if plan is None:
        return []
    url = f"/customers/{plan.customer_id}/business-plan"
    return [
        text_fact(
            f"{PLAN}.{place}",
            line.text,
            kind=PLAN,
            id=plan.pk,
            field=f"line.{place}",
            label=f"Business plan, version {plan.number}",
            url=url,
        )
        for place, line in enumerate(plan_lines(plan))
    ]


def _answers_record(row: dict[str, Any]) -> Mapping[str, object]:
    return {f"answer.{place}": _flat(one["answer"]) for place, one in enumerate(json.loads(row["answers"]))}


read_onboardings = Columns(Onboarding, ("answers",), _answers_record)


def _plan_record(row: dict[str, Any]) -> Mapping[str, object]:
    return {f"line.{place}": line.text for place, line in enumerate(_lines(row["body"]))}


read_plans = Columns(BusinessPlan, ("body",), _plan_record)


def _flat(text: str) -> str:
    return " ".join(text.split())
