"""What the names in a client's mail stand for, and the records behind each (promise 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from customers.models import Hold, Stakeholder
from customers.rules.calling import given_name
from emails.rules.facts import (
    Fact,
    count_fact,
    date_fact,
    format_date,
    format_percent,
    name_fact,
    percent_fact,
    state_fact,
    text_fact,
)
from emails.rules.templates import one_line, points
from journeys.enums import JourneyKind
from journeys.queries.mail_facts import MailFacts, MailMonth
from journeys.queries.mail_sources import (
    HOLD,
    JOURNEY,
    MONTH,
    NO,
    due_after_hold,
    hold_record,
    month_record,
    progress_pct,
)
from journeys.rules.mail_dates import position_of

OWN = ("clientName", "accountName", "progressLink", "deliverableLink", "certificateLink")
OWN_FACTS = ("recipient.name", "customer.name")
OPEN_END = "open"
PREVIOUS = ("previousMonth", "previousTitle", "previousDate")
NEXT = ("nextMonth", "nextTitle", "nextDate")
CELEBRATED_APART = ("progress", "achievements", "allAchievements", "nextMonth", "nextTitle", "nextDate")
"""What "ready" leaves to the congratulation where the programme sends that apart."""


@dataclass
class Values:
    """By name: the text, and the facts behind it. conditions: what must still be so when the mail leaves."""

    texts: dict[str, str] = field(default_factory=dict)
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    conditions: list[Fact] = field(default_factory=list)
    wanted: frozenset[str] | None = None

    def put(self, name: str, text: str, facts: Callable[[], Iterable[Fact]] = tuple) -> None:
        """Facts take longer to make than all else of a mail: those that nobody wants are not made."""
        self.texts[name] = text
        if self.wants(name):
            self.facts[name] = list(facts())

    def wants(self, *names: str) -> bool:
        return self.wanted is None or not self.wanted.isdisjoint(names)


class Links(NamedTuple):
    """Where the client gets in: their progress, a deliverable, the certificate."""

    progress: str
    deliverable: str
    certificate: str


def client_values(
    facts: MailFacts,
    kind: JourneyKind,
    number: int | None,
    *,
    recipient: Stakeholder,
    links: Links,
    pause: Hold | None = None,
    wanted: frozenset[str] | None = None,
) -> Values:
    """This will give the values of one mail to the client.

    pause: the hold that it is about. wanted: the names that its text uses, since lists take a while; None for all.
    """
    values = own_values(facts, recipient=recipient, links=links, wanted=wanted)
    _put_house(values, facts)
    month = facts.month(number)
    if month is not None:
        _put_month(values, facts, month)
    else:
        _put_pause(values, facts, pause)
    if kind == JourneyKind.READY and facts.journey.version.celebrates_apart:
        for name in CELEBRATED_APART:
            values.put(name, "")
    values.conditions += _conditions(facts, kind, month, pause)
    return values


def own_values(
    facts: MailFacts, *, recipient: Stakeholder, links: Links, wanted: frozenset[str] | None = None
) -> Values:
    """This will give those values of a mail, OWN, that no other account's has alike."""
    customer, called = facts.customer, one_line(given_name(recipient.name))
    # Of each mail of thousands: at once, without `put`.
    texts = dict(zip(OWN, (called, one_line(customer.name), *links), strict=True))
    values = Values(texts, wanted=wanted)
    if values.wants("clientName"):
        fact = _name("recipient.name", recipient.name, "stakeholder", recipient.id, "name", "Contact", called)
        values.facts["clientName"] = [fact]
    if values.wants("accountName"):
        fact = _name("customer.name", customer.name, "customer", customer.id, "name", "Account")
        values.facts["accountName"] = [fact]
    return values


def _put_house(values: Values, facts: MailFacts) -> None:
    for name, key, text, column in (
        ("programName", "programme.name", facts.settings.programme_name, "programme_name"),
        ("companyName", "own.name", facts.settings.company_name, "company_name"),
    ):
        values.put(name, one_line(text), partial(_of_settings, key, text, column))
    sender = facts.sender
    signed = sender.display_name if sender else ""
    behind = [_name("sender.name", signed, "user", sender.pk, "name", "Our colleague")] if sender else []
    values.put("senderName", one_line(signed), lambda: behind)


def _of_settings(key: str, text: str, column: str) -> list[Fact]:
    return [_name(key, text, "workspace", "1", column, "Settings")]


def _put_month(values: Values, facts: MailFacts, month: MailMonth) -> None:
    read = _MonthFacts(facts, month)
    values.put("phaseName", one_line(facts.journey.version.phase_name))
    _put_day(values, facts, month, "month", "monthTitle", "dueDate")
    for name, prefix, lines in (
        ("keyItems", "item", month.step.key_items),
        ("achievements", "done", month.step.achievements),
    ):
        if values.wants(name):
            values.put(name, points(lines), partial(read.lines, prefix, lines))
    percent = progress_pct(read.place, read.total)
    values.put("progress", format_percent(percent), lambda: [read.percent("progress_pct", percent, "Progress")])
    values.put("monthsDone", str(read.place), partial(read.counts, "position", read.place, "Months completed"))
    values.put("monthsTotal", str(read.total), partial(read.counts, "total", read.total, "Months in all"))
    if values.wants("allAchievements"):
        _put_all_achievements(values, facts, month)
    for find, names in ((facts.before, PREVIOUS), (facts.after, NEXT)):
        if values.wants(*names):
            _put_neighbour(values, facts, find(month.number), *names)


def _put_neighbour(
    values: Values, facts: MailFacts, month: MailMonth | None, number: str, title: str, day: str
) -> None:
    if month is not None:
        _put_day(values, facts, month, number, title, day)
        return
    for name in (number, title, day):
        values.put(name, "")


def _put_day(values: Values, facts: MailFacts, month: MailMonth, number: str, title: str, day: str) -> None:
    """A month's number, title and date."""
    read, words, due = _MonthFacts(facts, month), month.step.title, month.due_date
    values.put(number, str(month.number), partial(read.counts, "number", month.number, "Month"))
    values.put(title, one_line(words), lambda: [read.text("title", words, "Title")])
    values.put(day, format_date(due), lambda: [read.date("due_date", due, "Due date")])


def _put_all_achievements(values: Values, facts: MailFacts, month: MailMonth) -> None:
    """The first achievement of each month so far, which is what the spec's halfway and completion mails list."""
    lines, behind = [], []
    for one in facts.kept:
        if one.number <= month.number and one.step.achievements:
            lines.append(one.step.achievements[0])
            behind += _MonthFacts(facts, one).lines("done", one.step.achievements[:1])
    values.put("allAchievements", points(lines), lambda: behind)


def _put_pause(values: Values, facts: MailFacts, hold: Hold | None) -> None:
    record = hold_record(hold, zone=facts.journey.zone) if hold else {}
    for name, column, label, empty in (
        ("pauseStart", "starts_on", "Pause begins", ""),
        ("pauseEnd", "ends_on", "Pause ends", OPEN_END),
        ("resumeDate", "resumes_on", "Resumes", ""),
    ):
        day = record.get(column)
        if hold is not None and isinstance(day, date):
            fact = date_fact(f"pause.{column}", day, kind=HOLD, id=hold.pk, field=column, label=label)
            values.put(name, format_date(day), partial(list, [fact]))
        else:
            values.put(name, empty)
    _put_timeline(values, facts, is_over=hold is None)


def _put_timeline(values: Values, facts: MailFacts, *, is_over: bool) -> None:
    lines, behind = [], []
    for month in facts.open_months:
        day = due_after_hold(month, None if is_over else facts.hold)
        if day is None:
            continue
        title = one_line(month.step.title)
        read = _MonthFacts(facts, month)
        lines.append(f"M{month.number} {title}: {format_date(day)}")
        behind.append(read.text("title", month.step.title, "Title"))
        behind.append(read.date("due_date" if is_over else "due_after_hold", day, "Date"))
    values.put("timeline", points(lines), lambda: behind)


class _MonthFacts:
    """Makes the facts of one month, each with the field by which it is read again."""

    def __init__(self, facts: MailFacts, month: MailMonth) -> None:
        kept = facts.numbers
        self.month, self.unit = month, facts.journey.version.phase_name.lower()
        self.place, self.total = position_of(month.number, kept), len(kept)
        self.url = f"/customers/{facts.journey.customer_id}/journey"

    def counts(self, column: str, value: int, label: str) -> list[Fact]:
        """Alone, and as so many months: "4 out of 8 months" claims both."""
        key, where = self._key(column), self._at(column, label)
        return [count_fact(key, value, **where), count_fact(f"{key}.of", value, **where, unit=self.unit)]

    def percent(self, column: str, value: Decimal, label: str) -> Fact:
        return percent_fact(self._key(column), value, **self._at(column, label))

    def date(self, column: str, day: date, label: str) -> Fact:
        return date_fact(self._key(column), day, **self._at(column, label))

    def text(self, column: str, text: str, label: str) -> Fact:
        return text_fact(self._key(column), one_line(text), **self._at(column, label))

    def state(self, column: str, state: str, label: str) -> Fact:
        return state_fact(self._key(column), state, **self._at(column, label))

    def lines(self, prefix: str, lines: Sequence[str]) -> list[Fact]:
        return [self.text(f"{prefix}_{place}", text, self.month.step.title) for place, text in enumerate(lines, 1)]

    def _key(self, column: str) -> str:
        return f"m{self.month.number}.{column}"

    def _at(self, column: str, label: str) -> dict[str, str]:
        name = f"M{self.month.number}, {label.lower()}"
        return {"kind": MONTH, "id": str(self.month.pk), "field": column, "label": name, "url": self.url}


def _conditions(facts: MailFacts, kind: JourneyKind, month: MailMonth | None, pause: Hold | None) -> list[Fact]:
    """What a mail takes for granted: that nobody has opened what it misses, that the journey goes on."""
    journey = facts.journey
    found = [
        state_fact("journey.cancelled", NO, kind=JOURNEY, id=journey.pk, field="cancelled", label="Journey cancelled")
    ]
    if month is not None:
        read = _MonthFacts(facts, month)
        record = month_record(
            month,
            kept=facts.numbers,
            deliverable=facts.deliverable(month),
            hold=facts.hold,
        )
        columns = {JourneyKind.UPCOMING: ("skipped", "delivered"), JourneyKind.OVERDUE: ("skipped", "opened")}
        found += [read.state(name, str(record[name]), name.capitalize()) for name in columns.get(kind, ())]
    elif pause is not None:
        found.append(state_fact("pause.ended", NO, kind=HOLD, id=pause.pk, field="ended", label="Pause over"))
    return found


def _name(key: str, name: str, kind: str, id: object, column: str, label: str, *forms: str) -> Fact:
    return name_fact(key, one_line(name), kind=kind, id=id, field=column, label=label, variants=forms)
