"""Questions, answered from the records with the pages that show them; never in a model's own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from config.desk.approvals import Queue
from config.desk.commands.actions.base import account_link, account_url, done, few, in_days, of_customer, say_day
from config.desk.commands.actions.people import answer_who
from config.desk.commands.answers import Answer, Point, ask, refuse
from config.desk.commands.finding import Task, find_customer_or_person, require_customer
from config.desk.commands.language.grammar import LAST_MONTH, NEXT_MONTH
from config.desk.commands.language.times import read_span
from customers.enums import ContractState, TodoState
from customers.models import Contract, Customer, Hold, Todo
from customers.queries.calendars import local_date
from customers.rules.money import say_money
from emails.enums import SENT_STATES, WAITING_STATES, DraftState
from emails.models import Draft
from emails.queries.leaving import in_their_day
from emails.queries.listing import list_visible_drafts
from emails.queries.waiting import WaitingRow
from journeys.models import Journey
from journeys.queries.overdue import is_overdue
from journeys.queries.timelines import MonthRow, Timeline, get_last_journey, read_timeline

MOST_SHOWN = 12
SOON_DAYS = 30


def answer_question(task: Task) -> Answer:
    """Answer one of the questions that are known."""
    answer = _ANSWERS[task.intent.question](task)
    return replace(answer, arguments={"question": task.intent.question, **answer.arguments})


def _timeline(task: Task, customer: Customer) -> Timeline:
    journey = get_last_journey(customer)
    if journey is None:
        raise refuse(f"{customer.name} is on no journey.", links=(("Journey", f"{account_url(customer)}/journey"),))
    return read_timeline(journey, now=task.caller.now)


def _month_due(task: Task) -> Answer:
    customer = require_customer(task)
    timeline = _timeline(task, customer)
    wanted = task.intent.month
    if wanted == NEXT_MONTH:
        month = next((one for one in timeline.months if not one.is_done and not one.is_skipped), None)
    elif wanted == LAST_MONTH:
        month = timeline.months[-1] if timeline.months else None
    else:
        month = next((one for one in timeline.months if one.number == wanted), None)
    if month is None:
        raise refuse(
            f"The journey of {customer.name} has no month {wanted}: it has {few(len(timeline.months), 'month')}."
            if wanted > 0
            else f"No month of {customer.name} is open any more.",
            links=(_journey_link(customer),),
        )
    days = (month.due_date - local_date(task.caller.now, customer.timezone)).days
    verb = "was due" if days < 0 else "is due"
    return done(
        f"Month {month.number} of {customer.name}, “{month.title}”, "
        f"{verb} on {say_day(month.due_date)}, {in_days(days)}.",
        arguments={**of_customer(customer), "month": month.number, "dueDate": month.due_date.isoformat()},
        facts=(("State", _standing_of(month)),),
        points=_held(timeline),
        links=(_journey_link(customer), *((("Its deliverable", month.url),) if month.url else ())),
    )


def _standing_of(month: MonthRow) -> str:
    late = ", overdue" if month.is_overdue else ""
    return f"{month.state.label}{late}"


def _held(timeline: Timeline) -> tuple[Point, ...]:
    if timeline.hold is None:
        return ()
    until = f" until {say_day(timeline.hold.until.date())}" if timeline.hold.until else ""
    return (Point(f"It is on hold{until}: the dates move by as long as that lasts.", kind="warn"),)


def _journey_link(customer: Customer) -> tuple[str, str]:
    return "Timeline", f"{account_url(customer)}/journey"


def _next(task: Task) -> Answer:
    """What comes: the next month, the clock's next rows, what somebody of us has to do."""
    customer = require_customer(task)
    today = local_date(task.caller.now, customer.timezone)
    points: list[Point] = []
    journey = get_last_journey(customer)
    if journey is not None:
        timeline = read_timeline(journey, now=task.caller.now)
        points += _held(timeline)
        month = next((one for one in timeline.months if not one.is_done and not one.is_skipped), None)
        if month is not None:
            days = (month.due_date - today).days
            points.append(
                Point(
                    f"Month {month.number}, “{month.title}”, due {say_day(month.due_date)}, {in_days(days)}",
                    url=month.url,
                )
            )
        points += [
            Point(f"{one.name}: {say_day(local_date(one.row.trigger_at, customer.timezone))}")
            for one in sorted(timeline.ahead, key=lambda one: one.row.trigger_at)[:4]
        ]
    contract = Contract.objects.filter(customer=customer, state=ContractState.ACTIVE).first()
    if contract is not None:
        days = (contract.renewal_date - today).days
        points.append(
            Point(
                f"Renewal on {say_day(contract.renewal_date)}, {in_days(days)}", url=f"{account_url(customer)}/engage"
            )
        )
    waiting = Draft.objects.filter(customer=customer, state__in=sorted(WAITING_STATES)).count()
    if waiting:
        points.append(Point(f"{few(waiting, 'letter')} approved and waiting to leave", url="/waiting"))
    todos = Todo.objects.filter(customer=customer, state=TodoState.OPEN).order_by("due_date", "created_at")[:4]
    points += [
        Point(f"To do: {one.title}" + (f", by {say_day(one.due_date)}" if one.due_date else "")) for one in todos
    ]
    message = f"What comes at {customer.name}:" if points else f"Nothing is planned at {customer.name}."
    return done(
        message,
        arguments=of_customer(customer),
        points=tuple(points),
        links=(_journey_link(customer), account_link(customer)),
    )


def _standing(task: Task) -> Answer:
    customer = require_customer(task)
    timeline = _timeline(task, customer)
    current = next((one for one in timeline.months if one.is_current), None)
    where = f"in month {current.number}, “{current.title}”" if current else "through with its journey"
    return done(
        f"{customer.name} is {where}; {timeline.done_count} of {timeline.kept_count} months are delivered.",
        arguments={**of_customer(customer), "month": current.number if current else None},
        points=(
            *_held(timeline),
            *(
                Point(
                    f"Month {one.number}, “{one.title}”: {_standing_of(one).lower()}, due {say_day(one.due_date)}",
                    url=one.url,
                )
                for one in timeline.months
            ),
        ),
        links=(_journey_link(customer),),
    )


def _overdue(task: Task) -> Answer:
    rows = Journey.objects.visible_to(task.caller.by).filter(is_overdue(task.caller.now))
    listed = list(rows.select_related("customer").order_by("open_due_date", "customer__name")[: MOST_SHOWN + 1])
    count = len(listed) if len(listed) <= MOST_SHOWN else rows.count()
    points = tuple(
        Point(
            one.customer.name
            + (f": month {one.current_month}, due {say_day(one.open_due_date)}" if one.open_due_date else ""),
            url=f"{account_url(one.customer)}/journey",
        )
        for one in listed[:MOST_SHOWN]
    )
    message = f"{few(count, 'journey')} overdue:" if count else "No journey is overdue."
    return done(message, arguments={"count": count}, points=points, links=(("All of them", "/journeys?state=overdue"),))


def _renewals(task: Task) -> Answer:
    today = local_date(task.caller.now, task.caller.by.timezone)
    words = task.intent.when.lower().removeprefix("the ")
    span = (
        read_span(words.replace("coming", "next"), today=today) if words else (today, today + timedelta(days=SOON_DAYS))
    )
    if span is None:
        raise ask(
            f"Which time is “{task.intent.when}”?",
            *(
                task.choice(text, text=f"Which renewals come {text.lower()}?", intent=replace(task.intent, when=text))
                for text in ("This month", "Next month", "This quarter")
            ),
        )
    first, last = span
    rows = Contract.objects.visible_to(task.caller.by).filter(
        state=ContractState.ACTIVE, renewal_date__gte=first, renewal_date__lte=last
    )
    listed = list(rows.select_related("customer").order_by("renewal_date", "customer__name")[: MOST_SHOWN + 1])
    count = len(listed) if len(listed) <= MOST_SHOWN else rows.count()
    points = tuple(
        Point(
            f"{one.customer.name}: {say_day(one.renewal_date)}, {say_money(one.current_price, one.currency)} a year",
            url=account_url(one.customer),
        )
        for one in listed[:MOST_SHOWN]
    )
    between = f"from {say_day(first)} to {say_day(last)}" if first != last else f"on {say_day(first)}"
    message = f"{few(count, 'renewal')} {between}:" if count else f"No renewal comes {between}."
    return done(
        message, arguments={"from": first.isoformat(), "to": last.isoformat(), "count": count}, points=points,
        links=(("The book", "/"),),
    )  # fmt: skip


def _not_sent(task: Task) -> Answer:
    """Say of the latest letters that have not left what keeps each; where all have, when the last one left."""
    rows = list_visible_drafts(task.caller.by).exclude(state=DraftState.CANCELLED)
    whose, arguments, links = "", {}, [("All that waits", "/waiting")]
    if task.intent.customer or task.intent.person or task.pins or task.caller.here:
        customer, person = find_customer_or_person(task)
        rows = rows.filter(customer=customer, **({"stakeholder": person} if person else {}))
        whose, arguments = f" to {person.name if person else customer.name}", of_customer(customer)
        links.append(account_link(customer))
    unsent = list(rows.exclude(state__in=sorted(SENT_STATES)).order_by("-updated_at")[:4])
    points = tuple(
        Point(f"“{one.subject}” to {one.to_name}: {_why(one, task)}", url=f"/drafts/{one.pk}") for one in unsent
    )
    if unsent:
        message = (
            f"{few(len(unsent), 'letter')}{whose} has not left:"
            if len(unsent) == 1
            else f"{few(len(unsent), 'letter')}{whose} have not left:"
        )
        return done(message, arguments=arguments, points=points, links=tuple(links))
    last = rows.filter(sent_at__isnull=False).order_by("-sent_at").first()
    if last is None or last.sent_at is None:
        return done(f"No letter{whose} is on record.", arguments=arguments, links=tuple(links))
    left = in_their_day(last.sent_at, last.customer.timezone, now=task.caller.now)
    point = Point(f"“{last.subject}” to {last.to_name} left {left}.", url=f"/drafts/{last.pk}")
    return done(f"Every letter{whose} has left.", arguments=arguments, points=(point,), links=tuple(links))


def _why(draft: Draft, task: Task) -> str:
    if draft.state == DraftState.DRAFT:
        return f"nobody has approved it. {draft.outcome}".strip()
    if draft.state in WAITING_STATES:
        row = WaitingRow(draft)
        at = row.next_try_at
        later = f" Next try {in_their_day(at, draft.customer.timezone, now=task.caller.now)}." if at else ""
        return f"{row.reason}{later}"
    return f"{draft.get_state_display().lower()}. {draft.outcome}".strip()


def _on_hold(task: Task) -> Answer:
    rows = Hold.objects.visible_to(task.caller.by).filter(ended_at=None).select_related("customer")
    listed = list(rows.order_by("customer__name", "scope")[: MOST_SHOWN + 1])
    count = len(listed) if len(listed) <= MOST_SHOWN else rows.count()
    points = tuple(
        Point(
            f"{one.customer.name} ({one.get_scope_display().lower()})"
            + (
                f" until {say_day(local_date(one.until, one.customer.timezone))}"
                if one.until
                else ", until somebody resumes it"
            ),
            url=account_url(one.customer),
        )
        for one in listed[:MOST_SHOWN]
    )
    message = f"{few(count, 'hold')} open:" if count else "Nothing is on hold."
    return done(message, arguments={"count": count}, points=points)


def _approvals(task: Task) -> Answer:
    queue = Queue(task.caller.by, mine=False, now=task.caller.now)
    count = len(queue)
    points = tuple(Point(f"{one.title}, {one.customer_name}", url=f"/approvals?item={one.id}") for one in queue[0:6])
    message = (
        f"{few(count, 'thing')} {'waits' if count == 1 else 'wait'} for a yes:" if count else "Nothing waits for a yes."
    )
    return done(message, arguments={"count": count}, points=points, links=(("Approvals", "/approvals"),))


_ANSWERS: Mapping[str, Callable[[Task], Answer]] = {
    "month_due": _month_due,
    "next": _next,
    "standing": _standing,
    "overdue": _overdue,
    "renewals": _renewals,
    "not_sent": _not_sent,
    "on_hold": _on_hold,
    "approvals": _approvals,
    "who": answer_who,
}
