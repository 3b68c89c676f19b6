"""An account, a person there, or its renewal: the facts that matter, and the page that tells the rest."""

from __future__ import annotations

from config.desk.commands.actions.base import (
    account_link,
    account_url,
    done,
    few,
    in_days,
    of_customer,
    of_person,
    say_day,
)
from config.desk.commands.answers import Answer, Point
from config.desk.commands.finding import Task, find_customer_or_person, require_customer
from customers.models import Brake, Customer, Hold, Stakeholder
from customers.queries.lookup import NotThere
from customers.queries.stops import list_open_holds
from customers.rules.money import say_money, say_percent
from renewals.enums import Stage
from renewals.queries.shown import ShownRenewal, require_shown_renewal


def show_customer(task: Task) -> Answer:
    """Show an account with what matters now."""
    customer, person = find_customer_or_person(task)
    if person is not None:
        return _person(customer, person)
    primary = Stakeholder.objects.filter(customer=customer, left_at=None, primary=True).first()
    shown = _renewal_of(task, customer)
    rows = [
        ("Owner", customer.owner.display_name if customer.owner else "nobody"),
        ("Segment", customer.segment),
        ("Health", str(customer.health_score) if customer.health_score is not None else ""),
        ("Churn risk", f"{customer.churn_risk} %" if customer.churn_risk is not None else ""),
        ("Primary contact", primary.name if primary else ""),
        ("Renewal", f"{say_day(shown.contract.renewal_date)}, {in_days(shown.days_to_renewal)}" if shown else ""),
    ]
    return done(
        f"{customer.name}.",
        arguments=of_customer(customer),
        facts=tuple(row for row in rows if row[1]),
        points=_stops(customer),
        links=(("Open the account", account_url(customer)),),
    )


def _person(customer: Customer, person: Stakeholder) -> Answer:
    rows = (
        ("Account", customer.name),
        ("Title", person.title),
        ("Roles", ", ".join(person.role_labels)),
        ("Email", person.email),
    )
    return done(
        f"{person.name}, {customer.name}.",
        arguments={**of_customer(customer), **of_person(person)},
        facts=tuple(row for row in rows if row[1]),
        links=(account_link(customer), ("Sequences", f"{account_url(customer)}/sequences")),
    )


def _renewal_of(task: Task, customer: Customer) -> ShownRenewal | None:
    try:
        return require_shown_renewal(customer, now=task.caller.now)
    except NotThere:
        return None


def _stops(customer: Customer) -> tuple[Point, ...]:
    points = [Point(_hold_words(one), kind="warn") for one in list_open_holds(customer)]
    if Brake.objects.filter(customer=customer, cleared_at=None).exists():
        points.append(
            Point("It waits for a decision after a reply.", url=f"{account_url(customer)}/brake", kind="warn")
        )
    return tuple(points)


def _hold_words(one: Hold) -> str:
    until = f" until {say_day(one.until.date())}" if one.until else ""
    return f"On hold ({one.get_scope_display().lower()}){until}{f': {one.reason}' if one.reason else ''}."


def show_renewal(task: Task) -> Answer:
    """Show when an account renews, until when notice must be given, and at what price."""
    customer = require_customer(task)
    shown = _renewal_of(task, customer)
    links = (("Run Engage", f"{account_url(customer)}/engage"), account_link(customer))
    if shown is None:
        return done(f"{customer.name} has no contract on record, so there is nothing to renew.",
                    arguments=of_customer(customer), links=links[1:])  # fmt: skip
    contract = shown.contract
    increase = shown.increase_percent
    rows = [
        ("Renewal date", f"{say_day(contract.renewal_date)}, {in_days(shown.days_to_renewal)}"),
        ("Stage", str(Stage(shown.stage).label)),
        ("Notice deadline", say_day(shown.notice_deadline)),
        ("Current price", f"{say_money(contract.current_price, contract.currency)} a year"),
    ]
    if contract.target_price is not None:
        change = f" ({say_percent(increase, signed=True)})" if increase is not None else ""
        locked = ", locked" if shown.renewal.price_locked else ", not locked"
        rows.append(("Target price", f"{say_money(contract.target_price, contract.currency)} a year{change}{locked}"))
    days = shown.days_to_renewal
    when = f"renews {in_days(days)}" if days >= 0 else f"was to renew {few(-days, 'day')} ago"
    return done(f"{customer.name} {when}, on {say_day(contract.renewal_date)}.", arguments=of_customer(customer),
                facts=tuple(rows), points=_stops(customer), links=links)  # fmt: skip
