"""The facts of an account that every letter may use: its people, ours, wins, usage, the last meeting."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from customers.enums import MeetingState
from customers.models import Customer, Meeting, Stakeholder, User, Win
from customers.queries.calendars import local_date
from customers.queries.workspace import get_settings
from customers.rules.metrics import metric_name
from emails.facts import told_facts
from emails.queries.usage import latest_samples, list_growths
from emails.rules import letters as keys
from emails.rules.facts import Fact, count_fact, date_fact, facts_by_key, name_fact, percent_fact, text_fact

MOST_WINS = 5
MOST_METRICS = 20
WORKSPACE_URL = "/settings"
PEOPLE_URL = "/settings/people"


def account_facts(
    customer: Customer, *, stakeholder: Stakeholder | None, sender: User | None, now: datetime
) -> tuple[Fact, ...]:
    """Gather what is known of the account besides prices; the app that knows those adds them."""
    return (
        *_names(customer, stakeholder, sender),
        *_title(customer, stakeholder),
        *_wins(customer),
        *_usage(customer),
        *_last_meeting(customer, stakeholder, now),
    )


def free_letter_facts(
    customer: Customer, *, stakeholder: Stakeholder | None, sender: User | None, now: datetime
) -> tuple[Fact, ...]:
    """Gather all that a letter without a brief may state: its writer may speak of anything on record."""
    ground = account_facts(customer, stakeholder=stakeholder, sender=sender, now=now)
    found = facts_by_key(_readings(customer)) | facts_by_key(told_facts(customer, now=now)) | facts_by_key(ground)
    return tuple(found.values())


def record_url(customer: Customer, anchor: str) -> str:
    """The place on the account page that shows the record."""
    return f"/customers/{customer.pk}#{anchor}"


def _names(customer: Customer, stakeholder: Stakeholder | None, sender: User | None) -> list[Fact]:
    company = get_settings().company_name
    found = [
        name_fact(
            "customer.name",
            customer.name,
            kind="customer",
            id=customer.pk,
            field="name",
            label="Account",
            url=record_url(customer, "account"),
        ),
        name_fact(
            "own.name", company, kind="workspace", id="1", field="company_name", label="Our company", url=WORKSPACE_URL
        ),
    ]
    people = {person.pk: person for person in customer.stakeholders.all()}
    if stakeholder is not None:
        people[stakeholder.pk] = stakeholder
    for person in people.values():
        key = "recipient.name" if stakeholder and person.pk == stakeholder.pk else f"stakeholder.{person.pk}"
        found.append(
            name_fact(
                key,
                person.name,
                kind="stakeholder",
                id=person.pk,
                field="name",
                label="Person at the account",
                url=record_url(customer, "people"),
            )
        )
    found += our_people(customer, sender=sender)
    return found


def our_people(customer: Customer, *, sender: User | None) -> list[Fact]:
    """Give the facts that name people of ours: who signs, and who else has a seat at the account."""
    found = []
    ours = {user.pk: user for user in (sender, customer.owner, customer.account_executive, customer.executive) if user}
    for user in ours.values():
        key = "sender.name" if sender and user.pk == sender.pk else f"colleague.{user.pk}"
        found.append(
            name_fact(
                key,
                user.display_name,
                kind="user",
                id=user.pk,
                field="name",
                label="Our colleague",
                url=f"{PEOPLE_URL}?{urlencode({'q': user.display_name})}",
            )
        )
    if sender and sender.signature.strip():
        found.append(
            text_fact(
                "sender.signature",
                sender.signature.strip(),
                kind="user",
                id=sender.pk,
                field="signature",
                label="Signature",
            )
        )
    return found


def _title(customer: Customer, stakeholder: Stakeholder | None) -> list[Fact]:
    """The recipient's title, which a letter may name in any language; one word alone is an ordinary one."""
    title = " ".join(stakeholder.title.split()) if stakeholder else ""
    if stakeholder is None or " " not in title:
        return []
    url = record_url(customer, "people")
    return [
        text_fact(
            "recipient.title", title, kind="stakeholder", id=stakeholder.pk, field="title", label="Title", url=url
        )
    ]


def _wins(customer: Customer) -> list[Fact]:
    rows = Win.objects.filter(customer=customer)[:MOST_WINS]
    return [
        text_fact(
            f"{keys.WIN_PREFIX}{place}",
            win.text,
            kind="win",
            id=win.pk,
            field="text",
            label="Win",
            url=record_url(customer, "wins"),
        )
        for place, win in enumerate(rows, 1)
    ]


def _usage(customer: Customer) -> list[Fact]:
    """The metric that grew most tells the story; its level comes along."""
    grown = [growth for growth in list_growths(customer.pk) if growth.percent > 0]
    if not grown:
        return []
    best = max(grown, key=lambda growth: growth.percent)
    sample, url = best.last, record_url(customer, "usage")
    metric = metric_name(sample.metric)
    return [
        text_fact(keys.USAGE_METRIC, metric, kind="usage", id=sample.pk, field="metric", label="Metric", url=url),
        percent_fact(
            keys.USAGE_GROWTH_PCT,
            best.percent,
            kind="usage",
            id=sample.pk,
            field="growth_pct",
            label=f"Growth of {metric}",
            url=url,
        ),
        count_fact(
            keys.USAGE_LEVEL,
            sample.value,
            kind="usage",
            id=sample.pk,
            field="value",
            label=f"Present {metric}",
            url=url,
            unit=metric,
        ),
    ]


def _readings(customer: Customer) -> list[Fact]:
    """How much is used of each metric now, and what the plan allows."""
    url, found = record_url(customer, "usage"), []
    for sample in latest_samples(customer.pk)[:MOST_METRICS]:
        metric = metric_name(sample.metric)
        for field, label, value in (("value", "Present", sample.value), ("limit", "Limit of", sample.limit)):
            if value is not None:
                found.append(
                    count_fact(
                        f"usage.{sample.metric}.{field}",
                        value,
                        kind="usage",
                        id=sample.pk,
                        field=field,
                        label=f"{label} {metric}",
                        url=url,
                        unit=metric,
                    )
                )
    return found


def _last_meeting(customer: Customer, stakeholder: Stakeholder | None, now: datetime) -> list[Fact]:
    if stakeholder is None:
        return []
    meeting = (
        Meeting.objects.filter(customer=customer, stakeholders=stakeholder, state=MeetingState.HELD, starts_at__lte=now)
        .order_by("-starts_at")
        .first()
    )
    if meeting is None:
        return []
    day, url = local_date(meeting.starts_at, customer.timezone), record_url(customer, "meetings")
    return [
        text_fact(
            keys.MEETING_TITLE, meeting.title, kind="meeting", id=meeting.pk, field="title", label="Meeting", url=url
        ),
        date_fact(
            keys.MEETING_DATE, day, kind="meeting", id=meeting.pk, field="starts_on", label="Last meeting", url=url
        ),
    ]
