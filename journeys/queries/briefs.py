"""What a deliverable is written from: the brief, and every fact it may state with its record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery

from customers.models import Customer, Stakeholder
from emails.facts import register_source
from emails.queries.columns import Columns
from emails.queries.ground_facts import free_letter_facts
from emails.rules.companies import short_name
from emails.rules.facts import Fact, count_fact, date_fact, format_date, text_fact
from journeys.models import Deliverable, JourneyMonth, ProgrammeStep
from journeys.queries.plans import (
    ONBOARDING,
    PLAN,
    approved_plan,
    last_onboarding,
    onboarding_facts,
    plan_facts,
    plan_lines,
    read_onboardings,
    read_plans,
)
from journeys.rules.briefs import Answer, DeliverableBrief, Earlier, Line, clean_lines
from journeys.rules.documents import split_text
from journeys.rules.onboarding import with_questions
from journeys.writing.writers import Commission

MONTH, TEXT = "programme_month", "deliverable"
MOST_EARLIER_LINES = 60
SHOWN_KINDS = frozenset({"customer", "stakeholder", "user", "workspace", "win", "usage", MONTH})
"""What the model is told of the account: prices and contracts are no part of a programme's texts."""


def register_sources() -> None:
    """Make what journeys know readable as facts again."""
    register_source(ONBOARDING, read_onboardings)
    register_source(PLAN, read_plans)
    register_source(MONTH, read_months)
    register_source(TEXT, read_texts)


def read_commission(deliverable: Deliverable, *, now: datetime, instruction: str = "") -> Commission:
    """This will gather what one deliverable is written from."""
    customer = deliverable.customer
    months = list(
        JourneyMonth.objects.filter(journey=deliverable.journey_id)
        .select_related("step", "deliverable", "journey__version")
        .order_by("number")
    )
    month = next(one for one in months if one.pk == deliverable.month_id)
    kept = [one for one in months if not one.is_skipped]
    earlier = [one for one in months if one.number < month.number and _is_delivered(one)]
    onboarding, plan = last_onboarding(customer), approved_plan(customer)
    recipient = _recipient(customer)
    following = next((one for one in kept if one.number > month.number), None)
    brief = DeliverableBrief(
        customer=short_name(customer.name),
        phase=month.journey.version.phase_name,
        number=month.number,
        count=len(kept),
        title=month.step.title,
        description=" ".join(month.step.description.split()),
        items=clean_lines(month.step.key_items),
        done=clean_lines(month.step.achievements),
        answers=tuple(
            Answer(row["question"], " ".join(row["answer"].split()))
            for row in with_questions(onboarding.answers if onboarding else ())
        ),
        plan=tuple(plan_lines(plan)),
        earlier=tuple(_earlier(one) for one in earlier),
        next_title=following.step.title if following else "",
        next_date=format_date(following.due_date) if following else "",
        instruction=" ".join(instruction.split()),
        language=recipient.language if recipient and recipient.language else "en",
    )
    account = free_letter_facts(customer, stakeholder=recipient, sender=customer.owner, now=now)
    own = (*_month_facts(month, kept, following), *_step_facts(month))
    told = (*onboarding_facts(onboarding), *plan_facts(plan), *(fact for one in earlier for fact in _text_facts(one)))
    shown = tuple(fact for fact in (*account, *own) if fact.kind in SHOWN_KINDS)
    return Commission(brief, (*account, *own, *told), shown)


def _recipient(customer: Customer) -> Stakeholder | None:
    """The primary contact, else the champion, as the mails of a journey choose."""
    people = [person for person in customer.stakeholders.all() if not person.has_left]
    return next((person for person in people if person.primary), None) or next(
        (person for person in people if "champion" in person.roles), None
    )


def _is_delivered(month: JourneyMonth) -> bool:
    deliverable = getattr(month, "deliverable", None)
    return deliverable is not None and deliverable.is_delivered


def _earlier(month: JourneyMonth) -> Earlier:
    lines = tuple(Line(*pair) for pair in split_text(month.deliverable.body, most=MOST_EARLIER_LINES))
    return Earlier(month.number, month.deliverable.title, clean_lines(month.step.achievements), lines)


def _month_facts(month: JourneyMonth, kept: list[JourneyMonth], following: JourneyMonth | None) -> list[Fact]:
    url = f"/customers/{month.customer_id}/journey"
    where: dict[str, Any] = {"kind": MONTH, "id": month.pk, "url": url}
    found = [count_fact("journey.count", len(kept), field="total", label="Months of the programme", **where)]
    for one in (row for row in kept if row.number <= month.number):
        where = {"kind": MONTH, "id": one.pk, "url": url}
        found.append(
            count_fact(f"month.{one.number}", one.number, field="number", label=f"Number of M{one.number}", **where)
        )
    for one in (month, *([following] if following else [])):
        where = {"kind": MONTH, "id": one.pk, "url": url}
        found.append(
            date_fact(f"due.{one.number}", one.due_date, field="due_date", label=f"Day of M{one.number}", **where)
        )
        found.append(
            text_fact(f"title.{one.number}", one.step.title, field="title", label=f"Title of M{one.number}", **where)
        )
    return found


def _step_facts(month: JourneyMonth) -> list[Fact]:
    return [
        text_fact(f"step.{field}", text, kind=MONTH, id=month.pk, field=field, label="Programme")
        for field, text in _step_texts(month.step).items()
    ]


def _step_texts(step: ProgrammeStep) -> dict[str, str]:
    texts = {"description": " ".join(step.description.split())}
    for name, values in (("item", step.key_items), ("done", step.achievements)):
        texts |= {f"{name}.{place}": text for place, text in enumerate(clean_lines(values))}
    return {field: text for field, text in texts.items() if text}


def _text_facts(month: JourneyMonth) -> list[Fact]:
    """What a delivered text says has been approved by a person."""
    deliverable = month.deliverable
    lines = {"title": deliverable.title, **_text_lines(deliverable.body)}
    return [
        text_fact(
            f"m{month.number}.{field}",
            text,
            kind=TEXT,
            id=deliverable.pk,
            field=field,
            label=f"M{month.number}, as it was delivered",
            url=f"/deliverables/{deliverable.pk}",
        )
        for field, text in lines.items()
    ]


def _text_lines(body: str) -> dict[str, str]:
    pairs = split_text(body, most=MOST_EARLIER_LINES)
    return {f"line.{place}": text for place, (_, text) in enumerate(pairs)}


def _month_record(row: dict[str, Any]) -> Mapping[str, object]:
    """A month with what its step says."""
    lists = {name: json.loads(row[f"step__{name}"]) for name in ("key_items", "achievements")}
    texts = _step_texts(ProgrammeStep(description=row["step__description"], **lists))
    return {"title": row["step__title"], **{name: row[name] for name in ("number", "due_date", "total")}, **texts}


_kept = JourneyMonth.objects.filter(journey=OuterRef("journey"), skipped_at=None).order_by().values("journey")
read_months = Columns(
    JourneyMonth,
    ("number", "due_date", "step__title", "step__description", "step__key_items", "step__achievements"),
    _month_record,
    (("total", Subquery(_kept.annotate(count=Count("pk")).values("count")), IntegerField()),),
)


def _text_record(row: dict[str, Any]) -> Mapping[str, object]:
    return {"title": row["title"], **_text_lines(row["body"])}


read_texts = Columns(Deliverable, ("title", "body"), _text_record)
