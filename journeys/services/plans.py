"""The business plan: typed or handed in, each time a new version; an approved one releases the first month."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.base import lock_customer
from customers.models import Customer, User
from customers.services.activity import record
from emails.rules.rendering import clean_text
from emails.services.files import clean_file_name
from journeys.models import BusinessPlan
from journeys.queries.plans import last_plan
from journeys.rules.pdf_lines import join_lines
from journeys.rules.plan_files import MOST_TEXT, PlanFile
from journeys.services.delivering import release_first_month
from journeys.services.onboarding import StaleNumber
from journeys.writing.pdf_words import read_pages


def read_words(file: PlanFile) -> PlanFile:
    """Give the file with what it says; a PDF that cannot be read, or says too much, stays without."""
    if not file.is_pdf or file.text:
        return file
    text = join_lines(read_pages(file.content))
    return replace(file, text=text) if len(text) <= MOST_TEXT else file


class NoPlan(Exception):
    """Raised when there is no business plan to approve."""


def save_plan(
    customer: Customer,
    *,
    body: str,
    file: PlanFile | None = None,
    keeps_file: bool = True,
    seen: int | None,
    now: datetime,
    by: User,
) -> BusinessPlan:
    """Keep the plan as a new version; nothing happens where nothing differs.

    file: handed in now; what it says is the text where none was typed. keeps_file: without a new one, the last
    version's file goes along. seen: the version that the caller knew, 0 for none; None does not ask.
    Raises ValidationError, StaleNumber.
    """
    body = clean_text(body).strip()
    if file is not None and not body:
        body = clean_text(read_words(file).text).strip()
    if len(body) > MOST_TEXT:
        raise ValidationError({"body": f"At most {MOST_TEXT:,} characters; these are {len(body):,}."})
    with transaction.atomic():
        lock_customer(customer.pk)
        last = last_plan(customer)
        kept = last if last is not None and file is None and keeps_file else None
        name = clean_file_name(file.name) if file else kept.file_name if kept else ""
        if not body and not name:
            raise ValidationError({"body": "Type the plan, or choose a file."})
        number = last.number if last else 0
        if last is not None and file is None and (last.body, last.file_name) == (body, name):
            return last
        if seen is not None and seen != number:
            raise StaleNumber(number, "business plan")
        saved = BusinessPlan.objects.create(
            customer=customer,
            number=number + 1,
            body=body,
            file_name=name,
            content_type=file.content_type if file else kept.content_type if kept else "",
            content=file.content if file else bytes(kept.content) if kept else b"",
            saved_by=by,
            saved_at=now,
        )
        summary = f"Saved version {saved.number} of the business plan" + (f" with {name}" if name else "")
        record("plan.saved", summary, customer=customer, by=by, now=now, subject=saved, number=saved.number)
    return saved


def approve_plan(customer: Customer, *, number: int | None = None, now: datetime, by: User) -> BusinessPlan:
    """Approve the last version, which releases the first month; approving it again changes nothing.

    number: the version that the caller read; None means the last. Raises NoPlan, StaleNumber.
    """
    with transaction.atomic():
        lock_customer(customer.pk)
        plan = last_plan(customer)
        if plan is None:
            raise NoPlan("There is no business plan yet.")
        if number is not None and number != plan.number:
            raise StaleNumber(plan.number, "business plan")
        approved = BusinessPlan.objects.filter(pk=plan.pk, approved_at=None).update(
            approved_at=now, approved_by=by, updated_at=now
        )
        if approved:
            summary = f"Approved version {plan.number} of the business plan"
            record("plan.approved", summary, customer=customer, by=by, now=now, subject=plan, number=plan.number)
            release_first_month(customer.pk, now=now)
            plan.approved_at, plan.approved_by = now, by
    return plan
