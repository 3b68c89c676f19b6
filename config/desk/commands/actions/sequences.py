"""Sequences at Outreach.io: put somebody forward, see who is in which, pause and resume. Source: PRD-191."""

from __future__ import annotations

from collections.abc import Sequence

from config.desk.commands.actions.base import Plan, done, few, of_customer, of_person, to_confirm
from config.desk.commands.answers import Answer, Point, ask
from config.desk.commands.finding import (
    Task,
    find_customer,
    find_customer_or_person,
    find_person,
    find_sequence,
    offered_sequences,
    search_people,
)
from customers.models import Customer, Stakeholder
from outreach.enums import AskedThrough, EnrollmentState, Standing, Wish
from outreach.models import Enrollment
from outreach.queries.enrollments import list_of_customer, list_of_stakeholder
from outreach.services.enrolling import Asking, ask_to_enroll
from outreach.services.enrollment_control import Outcome, change_all, change_of

MOST_SHOWN = 20


def enroll(task: Task) -> Answer | Plan:
    """Put a person forward for a sequence. It stays pending until somebody approves it."""
    person = _whom(task)
    customer = person.customer
    sequence = find_sequence(task, offered_sequences())
    arguments = {
        **of_customer(customer), **of_person(person), "sequence": sequence.name, "sequenceId": sequence.sequence_id,
    }  # fmt: skip

    def act() -> Answer:
        through = AskedThrough.STAKEHOLDER if task.caller.is_at_page else AskedThrough.API
        row = ask_to_enroll(person, Asking(sequence.sequence_id, through), now=task.caller.now, by=task.caller.by)
        points = (Point(row.outcome, kind="warn"),) if row.outcome else ()
        return done(
            f"{person.name} is put forward for “{sequence.name}”. Nothing is done there before somebody approves it.",
            arguments={**arguments, "enrollmentId": str(row.pk), "status": "pending_approval"},
            points=points,
            links=(("Approve it", f"/approvals?item={row.pk}"), _sequences_link(customer)),
        )

    shown = done(
        f"Put {person.name} at {customer.name} forward for “{sequence.name}”.",
        arguments=arguments,
        facts=(("Who", f"{person.name}, {customer.name}"), ("Sequence", sequence.name), ("Then", "waits for approval")),
    )
    pins = {"person": person.pk, "customer": customer.pk, "sequence": sequence.sequence_id}
    return Plan(shown, act, pins=pins, stands=f"{person.pk}:{person.email}:{sequence.sequence_id}", asks=False)


def _whom(task: Task) -> Stakeholder:
    """The person who is meant: at the named account, else at the one at hand, else anywhere. Raises Stop."""
    here = find_customer(task) if task.intent.customer or task.caller.here or "customer" in task.pins else None
    if not task.intent.person and "person" not in task.pins:
        raise ask("Who is to be enrolled?")
    if here is not None and not task.intent.customer and "customer" not in task.pins:
        # The account of the page comes first, but is not what was said.
        found = search_people(task.intent.person, task.caller, customer=here)
        here = here if found.is_sure else None
    person = find_person(task, here)
    if person is None:
        raise ask("Who is to be enrolled?")
    return person


def show_sequences(task: Task) -> Answer:
    """Say which sequences a person, or everybody of an account, is in; without a name, which are offered."""
    intent = task.intent
    if not (intent.customer or intent.person or task.pins or task.caller.here):
        rows = offered_sequences()
        points = tuple(Point(f"{row.name}: {few(row.step_count or 0, 'step')}") for row in rows[:MOST_SHOWN])
        return done(f"{few(len(rows), 'sequence')} can be used.", points=points)
    customer, person = find_customer_or_person(task)
    listed = list_of_stakeholder(person) if person else list_of_customer(customer)
    arguments = {**of_customer(customer), **(of_person(person) if person else {})}
    live = [row for row in listed if row.is_live]
    if not listed:
        message = f"{person.name} is in no sequence." if person else f"Nobody at {customer.name} is in a sequence."
    else:
        earlier = few(len(listed) - len(live), "earlier one")
        message = f"{person.name if person else customer.name}: {few(len(live), 'sequence')} now, {earlier}."
    points = tuple(Point(_line(row, with_name=person is None)) for row in listed[:MOST_SHOWN])
    return done(message, arguments=arguments, points=points, links=(_sequences_link(customer),))


def _line(row: Enrollment, *, with_name: bool) -> str:
    steps = f", step {row.step} of {row.step_count}" if row.step and row.step_count else ""
    replied = ", replied" if row.replied_at else ""
    name = f"{row.stakeholder.name}: " if with_name else ""
    return f"{name}“{row.sequence_name}”, {row.label.lower()}{steps}{replied}"


def pause_outreach(task: Task) -> Answer | Plan:
    """Pause every sequence of a person or an account, named one by one before it is confirmed."""
    return _change(task, Wish.PAUSE)


def resume_outreach(task: Task) -> Answer | Plan:
    return _change(task, Wish.RESUME)


def _change(task: Task, wish: Wish) -> Answer | Plan:
    customer, person = find_customer_or_person(task)
    listed = list_of_stakeholder(person) if person else list_of_customer(customer)
    rows = [row for row in listed if _is_meant(row, wish)]
    name = f"{person.name} at {customer.name}" if person else customer.name
    arguments = {**of_customer(customer), **(of_person(person) if person else {})}
    if not rows:
        what = "runs that could be paused" if wish == Wish.PAUSE else "is paused"
        return done(
            f"No sequence of {name} {what}.",
            arguments=arguments,
            links=(_sequences_link(customer),),
            points=_pending(listed),
        )
    verb = "Pause" if wish == Wish.PAUSE else "Resume"
    shown = to_confirm(
        f"{verb} {few(len(rows), 'sequence')} for {name}?",
        label=f"{verb} outreach",
        arguments=arguments,
        points=(*(Point(_line(row, with_name=person is None)) for row in rows[:MOST_SHOWN]), *_pending(listed)),
    )

    def act() -> Answer:
        outcomes = (
            change_of(person, wish, now=task.caller.now, by=task.caller.by)
            if person
            else change_all(customer, wish, now=task.caller.now, by=task.caller.by)
        )
        return _changed(outcomes, wish, name=name, arguments=arguments, customer=customer)

    pins = {"customer": customer.pk, **({"person": person.pk} if person else {})}
    stands = ";".join(sorted(f"{row.pk}:{row.state}:{row.standing}:{row.wish}" for row in rows))
    return Plan(shown, act, pins=pins, stands=stands)


def _is_meant(row: Enrollment, wish: Wish) -> bool:
    if not row.is_there:
        return False
    is_paused = row.standing == Standing.PAUSED
    if wish == Wish.RESUME:
        return is_paused or row.wish == Wish.PAUSE
    return not (is_paused and not row.wish)


def _pending(rows: Sequence[Enrollment]) -> tuple[Point, ...]:
    waiting = [row for row in rows if row.state == EnrollmentState.PENDING]
    if not waiting:
        return ()
    return (
        Point(
            f"{few(len(waiting), 'enrollment')} still waits for approval; decline it to keep it out.", url="/approvals"
        ),
    )


def _changed(
    outcomes: Sequence[Outcome], wish: Wish, *, name: str, arguments: dict[str, object], customer: Customer
) -> Answer:
    done_there = [one for one in outcomes if one.is_done]
    word = "Paused" if wish == Wish.PAUSE else "Resumed"
    message = f"{word} {len(done_there)} of {few(len(outcomes), 'sequence')} for {name}."
    points = tuple(
        Point(f"“{one.enrollment.sequence_name}”: {one.message}", kind="" if one.is_done else "warn")
        for one in outcomes
    )
    return done(message, arguments=arguments, points=points, links=(_sequences_link(customer),))


def _sequences_link(customer: Customer) -> tuple[str, str]:
    return "Sequences", f"/customers/{customer.pk}/sequences"
