"""Holds: an account or its journey stopped and let go on, with what that means shown before it is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from config.desk.commands.actions.base import Plan, account_link, done, few, of_customer, say_day, to_confirm
from config.desk.commands.answers import Answer, Point, ask, refuse
from config.desk.commands.finding import Task, require_customer
from config.desk.commands.language.times import add_length, read_days
from customers.api.fields import moment_of
from customers.enums import HoldScope
from customers.models import Customer, Hold
from customers.queries.calendars import local_date, zone
from customers.queries.holds import preview_hold
from customers.queries.stops import list_open_holds
from customers.registry.holds import MovedDate, Stops, list_moved_dates, list_waiting
from customers.services.holds import check_end, end_holds, hold_customer

MOST_MOVES = 12
OPEN_END = "open"


def hold(task: Task) -> Answer | Plan:
    """Put an account, or its journey, on hold; the notice deadline inside and the dates that move are shown first."""
    customer, now = require_customer(task), task.caller.now
    scope = HoldScope(task.pins.get("scope") or task.intent.scope or HoldScope.ACCOUNT)
    arguments = {**of_customer(customer), "scope": scope.value}
    if list_open_holds(customer, scope=scope):
        raise refuse(f"{customer.name} is on hold already ({scope.label.lower()}).", arguments=arguments)
    day = _end(task, customer)
    until = moment_of(day, zone=zone(customer.timezone))
    check_end(until, now=now)
    preview = preview_hold(customer, scope=scope, until=until, now=now)
    moves = list_moved_dates(customer, scope, until=until, now=now)
    reason = task.intent.reason
    ends = f"until {say_day(day)}" if day else "until somebody resumes it"
    arguments |= {"until": day.isoformat() if day else None, "reason": reason}
    points = [*_deadline(preview.notice_deadline), *(Point(f"Waits: {stops.words}.") for stops in preview.stops)]
    if preview.in_flight:
        points.append(Point(f"Away already: {', '.join(stop.name for stop in preview.in_flight)}.", kind="warn"))
    points += _moves(moves)
    other = HoldScope.JOURNEY if scope == HoldScope.ACCOUNT else HoldScope.ACCOUNT
    pins: dict[str, Any] = {
        "customer": customer.pk,
        "scope": scope.value,
        "day": day.isoformat() if day else OPEN_END,
    }

    def act() -> Answer:
        made = hold_customer(customer, scope=scope, until=until, reason=reason, now=now, by=task.caller.by)
        what = "Nothing leaves for this account" if scope == HoldScope.ACCOUNT else "The journey waits"
        away = tuple(
            Point(f"Away already, and not to be called back: {stop.name}.", kind="warn") for stop in made.in_flight
        )
        return done(
            f"{customer.name} is on hold {ends}. {what}.", arguments={**arguments, "holdId": str(made.pk)},
            points=away, links=(account_link(customer),),
        )  # fmt: skip

    shown = to_confirm(
        f"Put {customer.name} on hold ({scope.label.lower()}) {ends}?",
        label="Put on hold",
        arguments=arguments,
        facts=tuple(
            row
            for row in (
                ("Account", customer.name),
                ("Holds", str(scope.label)),
                ("Ends", ends.removeprefix("until ")),
                ("Reason", reason),
            )
            if row[1]
        ),
        points=tuple(points),
        choices=(
            task.choice(
                f"Only the {other.label.lower()}" if other == HoldScope.JOURNEY else "The whole account",
                **{**pins, "scope": other.value},
            ),
        ),
    )
    deadline = preview.notice_deadline
    stands = f"{customer.pk}:{scope}:{until}:{deadline}:{[(one.name, one.old, one.new) for one in moves]}"
    return Plan(shown, act, pins=pins, stands=stands)


def _end(task: Task, customer: Customer) -> date | None:
    """The day on which it ends, at the customer's; None for an open end. Raises Stop."""
    if pinned := task.pins.get("day"):
        return None if pinned == OPEN_END else date.fromisoformat(pinned)
    today = local_date(task.caller.now, customer.timezone)
    words = task.intent.when or task.intent.lasting
    if not words:
        return None
    if task.intent.lasting:
        length = add_length(task.intent.lasting, today=today)
        days: tuple[date, ...] = (length,) if length else ()
    else:
        days = read_days(task.intent.when, today=today)
    if not days:
        raise ask(
            f"Until when? I cannot read “{words}” as a date. Write it as 2026-03-12 or 12 March.",
            task.choice("Until somebody resumes it", customer=customer.pk, day=OPEN_END),
        )
    if len(days) > 1:
        choices = [task.choice(say_day(day), customer=customer.pk, day=day.isoformat()) for day in days]
        raise ask(f"“{words}” may be {' or '.join(say_day(day) for day in days)}. Which?", *choices)
    if days[0] <= today:
        raise refuse(f"The hold must end in the future: {say_day(days[0])} is not.")
    return days[0]


def _deadline(day: date | None) -> Sequence[Point]:
    if day is None:
        return ()
    return (Point(f"The notice deadline, {say_day(day)}, falls into this hold.", kind="warn"),)


def _moves(moves: Sequence[MovedDate]) -> Sequence[Point]:
    rows = [
        Point(f"{move.name}: {say_day(move.old)} becomes {say_day(move.new) if move.new else 'open'}")
        for move in moves[:MOST_MOVES]
    ]
    if len(moves) > MOST_MOVES:
        rows.append(Point(f"{few(len(moves) - MOST_MOVES, 'more date')} move."))
    return rows


def resume(task: Task) -> Answer | Plan:
    """End the hold of an account or its journey; what goes on is named first."""
    customer = require_customer(task)
    wanted = task.pins.get("scope") or task.intent.scope
    open_holds = list_open_holds(customer, scope=wanted)
    arguments = {**of_customer(customer), **({"scope": wanted} if wanted else {})}
    links = (account_link(customer),)
    if not open_holds:
        which = f"’s {wanted}" if wanted == HoldScope.JOURNEY else ""
        return done(f"{customer.name}{which} is not on hold.", arguments=arguments, links=links)

    def act() -> Answer:
        ended = end_holds(open_holds, now=task.caller.now, by=task.caller.by)
        said = "Resumed. What waited goes on." if ended else "The hold had ended already."
        return done(f"{customer.name}: {said}", arguments=arguments, links=links)

    scopes = " and ".join(_named(one) for one in open_holds)
    choices = tuple(
        task.choice(f"Only the {one.get_scope_display().lower()}", customer=customer.pk, scope=one.scope)
        for one in open_holds
        if len(open_holds) > 1
    )
    shown = to_confirm(
        f"Resume {customer.name}? The hold ({scopes}) ends now, and what waited may leave again.",
        label="Resume",
        arguments=arguments,
        points=_going_on(customer, open_holds, task),
        choices=choices,
    )
    pins = {"customer": customer.pk, **({"scope": wanted} if wanted else {})}
    return Plan(shown, act, pins=pins, stands=",".join(sorted(str(one.pk) for one in open_holds)))


def _named(one: Hold) -> str:
    until = f", until {say_day(one.until.date())}" if one.until else ""
    return f"{one.get_scope_display().lower()}{until}"


def _going_on(customer: Customer, holds: Sequence[Hold], task: Task) -> tuple[Point, ...]:
    found: list[Stops] = []
    for one in holds:
        found += [stops for stops in list_waiting(customer, one.scope, now=task.caller.now) if stops not in found]
    return tuple(Point(f"Goes on: {stops.words}.") for stops in found) or (
        Point("Nothing waits: what is planned comes on its day."),
    )
