"""What stands around the accounts of a benchmark's book: plans with letters and tasks, mails, stops, meetings, record.

One account's Engage is opened by the services; its rows are the pattern of all others, so that they stay real.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import models

from config.benchmarks.answers import fill_answers
from config.benchmarks.book import FilledBook, copy_of, write
from customers.enums import HoldScope, MeetingState
from customers.models import Activity, Brake, Customer, Hold, Meeting, Todo
from customers.services.digests import digest_address
from emails.enums import DraftState, OriginKind, Purpose, SuppressionCause
from emails.models import CapturedMail, Draft, MailEvent, Suppression
from emails.providers.base import OutgoingFile, OutgoingMail, build_mime
from emails.rules.rendering import render
from outreach.models import OutreachPlan, Touch
from renewals.models import EngageRun
from renewals.services.engage import open_engage
from renewals.services.letters import write_letters

ENGAGE_DAYS = (100, 118)
EVENTS = ("processed", "delivered", "open")
LINES_OF_RECORD = 10
LINES_OF_SAMPLE = 400
DOUBTFUL_EVERY = 50
"""Of the letters that left, one of so many is in doubt."""
SET_ASIDE = 40
OPTED_OUT_EVERY = 20
VERBS = ("draft.sent", "todo.done", "customer.updated", "meeting.held", "usage.recorded")


@dataclass(frozen=True)
class Pattern:
    """The account whose Engage was really opened, and its rows."""

    customer: Customer
    run: EngageRun
    touches: list[Touch]
    todos: list[Todo]
    drafts: list[Draft]
    person_order: list[Any]


def fill_work(book: FilledBook, *, now: datetime) -> Customer:
    """This will write the work around the accounts, and give the account that has some of everything."""
    pattern = _open_one(book, now=now)
    others = [c for c in book.customers if c.pk != pattern.customer.pk and _is_in_engage(book, c, now=now)]
    copies = [_Copy(pattern, customer, book, number) for number, customer in enumerate(others)]
    write(OutreachPlan, (copy.plan for copy in copies))
    write(EngageRun, (copy.run() for copy in copies))
    write(Todo, (todo for copy in copies for todo in copy.todos()))
    for model in (Draft, Touch):
        write(model, (row for copy in copies for row in copy.letters_and_touches(now=now) if isinstance(row, model)))
    letters = _write_mails(book, pattern, now=now)
    _write_stops(book.customers, now=now)
    _write_opted_out(book, now=now)
    _write_meetings(book.customers[::3], pattern.customer, now=now)
    _write_record(book, pattern.customer, now=now)
    letter = next(letter for letter in letters if letter.customer_id == pattern.customer.pk)
    fill_answers(book, pattern.customer, letter, now=now)
    return pattern.customer


def _write_opted_out(book: FilledBook, *, now: datetime) -> None:
    """One person of every so many accounts has unsubscribed."""
    people = [book.people[customer.pk][0] for customer in book.customers[::OPTED_OUT_EVERY]]
    write(
        Suppression,
        (
            Suppression(
                address=person.email,
                digest=digest_address(person.email),
                cause=SuppressionCause.UNSUBSCRIBED,
                customer_id=person.customer_id,
                at=now,
                announced_at=now,
            )
            for person in people
        ),
    )


def _days(book: FilledBook, customer: Customer, *, now: datetime) -> int | None:
    contract = book.contracts.get(customer.pk)
    return (contract.renewal_date - now.date()).days if contract else None


def _is_in_engage(book: FilledBook, customer: Customer, *, now: datetime) -> bool:
    days = _days(book, customer, now=now)
    return days is not None and ENGAGE_DAYS[0] <= days <= ENGAGE_DAYS[1]


def _open_one(book: FilledBook, *, now: datetime) -> Pattern:
    customer = next(
        c
        for c in book.customers
        if _is_in_engage(book, c, now=now) and book.contracts[c.pk].renewal.price_locked_at is not None
    )
    run = open_engage(customer, now=now, by=book.lead)
    write_letters(run, now=now, by=book.lead)
    return Pattern(
        customer,
        run,
        touches=list(run.plan.touches.all()),
        todos=list(Todo.objects.filter(customer=customer).exclude(key="")),
        drafts=list(Draft.objects.filter(origin_id=run.plan_id)),
        person_order=[person.pk for person in book.people[customer.pk]],
    )


class _Copy:
    """The pattern's Engage at another account. The first letter of every second one has left."""

    def __init__(self, pattern: Pattern, customer: Customer, book: FilledBook, number: int) -> None:
        self._pattern, self._customer, self._is_under_way = pattern, customer, number % 2 == 0
        self._renewal = book.contracts[customer.pk].renewal
        self._people = dict(zip(pattern.person_order, book.people[customer.pk], strict=True))
        self.plan = copy_of(pattern.run.plan, customer=customer, renewal_id=self._renewal.pk)

    def run(self) -> EngageRun:
        return copy_of(self._pattern.run, customer=self._customer, renewal=self._renewal, plan=self.plan)

    def todos(self) -> Iterator[Todo]:
        return (
            copy_of(todo, customer=self._customer, owner_id=self._customer.owner_id) for todo in self._pattern.todos
        )

    def letters_and_touches(self, *, now: datetime) -> Iterator[models.Model]:
        ids = {draft.pk: uuid4() for draft in self._pattern.drafts}
        for draft in self._pattern.drafts:
            person = self._people[draft.stakeholder_id]
            fields = {"id": ids[draft.pk], "customer": self._customer, "stakeholder": person, "origin_id": self.plan.pk}
            left = _left(now=now) if self._is_under_way and draft.position == 1 else {}
            yield copy_of(draft, **fields, to_name=person.name, to_email=person.email, **left)
        for touch in self._pattern.touches:
            person = self._people[touch.stakeholder_id] if touch.stakeholder_id else None
            yield copy_of(
                touch, plan=self.plan, stakeholder=person, draft_id=ids[touch.draft_id] if touch.draft_id else None
            )


def _left(*, now: datetime) -> dict[str, Any]:
    message_id = f"<{uuid4().hex}@bench.example>"
    return {"state": DraftState.DELIVERED, "sent_at": now, "delivered_at": now, "message_id": message_id}


def _write_mails(book: FilledBook, pattern: Pattern, *, now: datetime) -> list[Draft]:
    """One letter of last month per account: the letter, what was captured, and what its provider told."""
    then = now - timedelta(days=30)
    letters = []
    for number, customer in enumerate(book.customers):
        person = book.people[customer.pk][number % 3]
        fields: dict[str, Any] = {**_left(now=then), "origin_kind": OriginKind.COMPOSE, "origin_id": None}
        if number % DOUBTFUL_EVERY == 0 and customer.pk != pattern.customer.pk:
            fields |= {"state": DraftState.NEEDS_REVIEW, "sent_at": None, "delivered_at": None, "attempted_at": then}
        letters.append(
            copy_of(
                pattern.drafts[0], **fields, purpose=Purpose.FREE, customer=customer, stakeholder=person,
                to_name=person.name, to_email=person.email, reply_token=uuid4().hex, smtp_id=f"<{uuid4().hex}@mx>",
            )
        )  # fmt: skip
    raw = _raw_mail(pattern.drafts[0], now=then)
    write(Draft, letters)
    write(CapturedMail, (_captured(letter, raw, n, now=now) for n, letter in enumerate(letters)))
    write(MailEvent, (_event(letter, kind, now=then) for letter in letters for kind in EVENTS))
    write(MailEvent, (_set_aside(n, now=now) for n in range(SET_ASIDE)))
    return letters


def _raw_mail(draft: Draft, *, now: datetime) -> bytes:
    shown = render(subject=draft.subject, body=draft.body)
    pdf = OutgoingFile("proposal.pdf", "application/pdf", b"%PDF-1.4\n" + b"0" * 20_000)
    mail = OutgoingMail(
        draft_id=draft.pk,
        customer_id=draft.customer_id,
        message_id="<pattern@bench.example>",
        from_name="Benchmark",
        from_email="lead@bench.example",
        to_name=draft.to_name,
        to_email=draft.to_email,
        subject=draft.subject,
        html=shown.html,
        text=shown.text,
        files=(pdf,),
    )
    return build_mime(mail, now=now)


def _captured(letter: Draft, raw: bytes, number: int, *, now: datetime) -> CapturedMail:
    return CapturedMail(
        customer_id=letter.customer_id,
        draft=letter,
        message_id=letter.message_id,
        mail_from="Benchmark <lead@bench.example>",
        mail_to=f"{letter.to_name} <{letter.to_email}>",
        subject=letter.subject,
        attachment_count=1,
        captured_at=now - timedelta(minutes=number),
        raw=raw,
    )


def _event(letter: Draft, kind: str, *, now: datetime) -> MailEvent:
    return MailEvent(draft=letter, kind=kind, at=now, recipient=letter.to_email, applied_at=now)


def _set_aside(number: int, *, now: datetime) -> MailEvent:
    at = now - timedelta(hours=number)
    return MailEvent(kind="", at=at, problem="Not a time", raw='{"event": "delivered", "timestamp": "soon"}')


def _write_stops(customers: list[Customer], *, now: datetime) -> None:
    then = now - timedelta(days=2)
    held, ended, braked = customers[5::97], customers[7::41], customers[9::89]
    write(Hold, (Hold(customer=c, scope=HoldScope.ACCOUNT, starts_at=then, reason="Reorganising") for c in held))
    write(Hold, (Hold(customer=c, scope=HoldScope.JOURNEY, starts_at=then, ended_at=now) for c in ended))
    write(Brake, (Brake(customer=c, set_at=then, reason="Reply: too dear") for c in braked))


def _write_meetings(customers: list[Customer], sample: Customer, *, now: datetime) -> None:
    held = {"state": MeetingState.HELD, "held_at": now}
    write(Meeting, (Meeting(customer=c, title="Quarterly review", starts_at=now, **held) for c in customers))
    write(Meeting, [Meeting(customer=sample, title="Planning call", starts_at=now + timedelta(days=3))])


def _write_record(book: FilledBook, sample: Customer, *, now: datetime) -> None:
    def lines() -> Iterable[Activity]:
        for customer in book.customers:
            yield from (_line(customer, book, n, now=now) for n in range(LINES_OF_RECORD))
        yield from (_line(sample, book, n, now=now) for n in range(LINES_OF_SAMPLE))

    write(Activity, lines())


def _line(customer: Customer, book: FilledBook, number: int, *, now: datetime) -> Activity:
    return Activity(
        customer_id=customer.pk,
        at=now - timedelta(hours=number * 7),
        verb=VERBS[number % len(VERBS)],
        actor=book.lead,
        actor_name="Benchmark lead",
        summary=f"Something was done, number {number}",
    )
