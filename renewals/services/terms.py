"""Terms discussed, version by version, where a lead decides on discounts; and the next steps of a negotiation."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from customers.base import lock_customer
from customers.enums import Role, TodoState
from customers.models import Todo, User
from customers.services.activity import record
from customers.services.todos import add_todo, finish_todo
from renewals.enums import NEXT_STEP_TODO, TermState
from renewals.models import Renewal, TermNote
from renewals.rules.cycles import LONGEST_TERM_MONTHS
from renewals.rules.terms import TermFacts, why_lead
from renewals.services.renewals import NotAllowed, RenewalClosed
from renewals.services.tasks import OF_TERMS

TERMS_TODO = "terms_proposed"
SOURCE_KIND = OF_TERMS


class TermsDecided(Exception):
    """Raised when terms were decided before."""


@dataclass(frozen=True)
class Terms:
    """What was discussed. price: a year. discount_pct: off what we ask, 5 means 5 %."""

    price: Decimal | None = None
    term_months: int | None = None
    discount_pct: Decimal | None = None
    note: str = ""


def note_terms(renewal: Renewal, terms: Terms, *, now: datetime, by: User, decides: bool = True) -> TermNote:
    """Write the next version. What needs a lead waits for one, unless a lead writes it.

    decides: whether what a lead writes counts as their decision; by a token without the scope `approve` it does not.
    Raises ValidationError, NotAllowed, RenewalClosed.
    """
    _check(renewal, terms, by=by)
    contract = renewal.contract
    facts = TermFacts(contract.current_price, contract.target_price, terms.price, terms.discount_pct)
    reason = why_lead(facts)
    is_decided = bool(reason) and by.is_leader and decides
    with transaction.atomic():
        lock_customer(renewal.customer_id)
        last = TermNote.objects.filter(renewal=renewal).aggregate(last=Max("version"))["last"] or 0
        note = TermNote.objects.create(
            customer_id=renewal.customer_id,
            renewal=renewal,
            version=last + 1,
            price=terms.price,
            term_months=terms.term_months,
            discount_pct=terms.discount_pct,
            note=terms.note.strip()[:1000],
            state=_state(reason, is_decided=is_decided),
            lead_reason=reason,
            written_at=now,
            written_by=by,
            decided_at=now if is_decided else None,
            decided_by=by if is_decided else None,
        )
        summary = f"Terms {note.version} noted" + (f": {reason}" if note.waits_for_lead else "")
        record("terms.noted", summary, customer=renewal.customer_id, by=by, now=now, subject=note)
        if note.waits_for_lead:
            _ask_lead(note, renewal, now=now, by=by)
    return note


def decide_terms(note: TermNote, *, approved: bool, now: datetime, by: User) -> None:
    """Say whether the terms may be offered. Raises NotAllowed for who is no lead, TermsDecided."""
    if not by.is_leader:
        raise NotAllowed("A lead decides this.")
    state = TermState.APPROVED if approved else TermState.REFUSED
    with transaction.atomic():
        moved = TermNote.objects.filter(pk=note.pk, state=TermState.PROPOSED).update(
            state=state, decided_at=now, decided_by=by, updated_at=now
        )
        if not moved:
            raise TermsDecided("It was decided before; look again.")
        summary = f"Terms {note.version}: {state.label.lower()}"
        record(f"terms.{state}", summary, customer=note.customer_id, by=by, now=now, subject=note)
        for todo in Todo.objects.filter(source_kind=SOURCE_KIND, source_id=note.pk, state=TodoState.OPEN):
            finish_todo(todo, now=now, by=by)


def set_next_step(renewal: Renewal, *, title: str, due_date: date, owner: User | None, now: datetime, by: User) -> Todo:
    """Write down what comes next, with a day. Raises ValidationError, NotAllowed, RenewalClosed."""
    _require_open(renewal, by=by)
    if not title.strip():
        raise ValidationError({"title": "Say what is to be done."})
    return add_todo(
        title.strip(),
        customer=renewal.customer_id,
        now=now,
        by=by,
        owner=owner or by,
        kind=NEXT_STEP_TODO,
        due_date=due_date,
        source_kind=SOURCE_KIND,
        source_id=renewal.pk,
        key=f"negotiate:{uuid.uuid4()}",
    )


def _state(reason: str, *, is_decided: bool) -> TermState:
    if not reason:
        return TermState.DISCUSSED
    return TermState.APPROVED if is_decided else TermState.PROPOSED


def _check(renewal: Renewal, terms: Terms, *, by: User) -> None:
    _require_open(renewal, by=by)
    if terms.price is None and terms.term_months is None and terms.discount_pct is None and not terms.note.strip():
        raise ValidationError("Enter a price, a term, a discount or a note.")
    if terms.term_months is not None and not 1 <= terms.term_months <= LONGEST_TERM_MONTHS:
        raise ValidationError({"term_months": f"From 1 to {LONGEST_TERM_MONTHS} months."})
    if terms.discount_pct is not None and not 0 <= terms.discount_pct <= 100:
        raise ValidationError({"discount_pct": "From 0 to 100 %."})


def _require_open(renewal: Renewal, *, by: User) -> None:
    if not by.is_writer:
        raise NotAllowed("Your role may read, not change.")
    if not renewal.is_open:
        raise RenewalClosed("This renewal has its outcome already.")


def _ask_lead(note: TermNote, renewal: Renewal, *, now: datetime, by: User) -> None:
    owner = renewal.customer.owner
    team = owner.team_id if owner else by.team_id
    lead = User.objects.filter(team=team, role=Role.LEAD, is_active=True).order_by("pk").first() if team else None
    add_todo(
        f"Decide on terms {note.version} for {renewal.customer.name}",
        customer=renewal.customer_id,
        now=now,
        by=by,
        owner=lead,
        kind=TERMS_TODO,
        detail=f"{note.lead_reason} {note.note}".strip(),
        source_kind=SOURCE_KIND,
        source_id=note.pk,
        key=f"terms:{note.pk}",
    )
