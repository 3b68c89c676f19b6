"""The simulator against reality: what it says beforehand is, line by line, what is then carried out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from customers.enums import HoldScope
from customers.models import Activity, Customer, Hold, User
from customers.services.holds import hold_customer, set_brake
from emails.enums import WAITING_STATES, SuppressionCause
from emails.models import Draft, MailTemplate, MailTemplateVersion
from emails.services import outbox
from emails.services.suppression import suppress
from emails.services.templates import NewText, publish_draft, save_draft
from journeys.enums import AutomationStatus, DeliverableState, JourneyKind
from journeys.models import AutomationLog, AutomationSchedule, Deliverable, Journey, TemplatePin
from journeys.rules.moments import moment_of
from journeys.rules.simulated.world import CELEBRATING, Assumptions, Event, Happening, Opens
from journeys.services.clock import tick_as_of
from journeys.services.simulating import simulate
from journeys.services.templates import ensure_templates
from tests import factories
from tests.journeys.ground import approve_plan, begin, default_version, deliver, make_version, open_month

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)  # a Friday; the clocks change within the month
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
STATES = 12
Line = tuple[datetime, str, str, str, str, str]


def make_client(number: int, *, by: User, versions: list[Any]) -> Customer:
    """One of STATES ways in which an account may stand, in one of the zones."""
    state, zone = number % STATES, ZONES[number % len(ZONES)]
    customer: Customer = factories.CustomerFactory.create(
        owner=by, timezone=zone, name=f"Client {number:03}", contact_cap=1 + number % 3, account_cap=3
    )
    if state == 11:
        customer.contact_cap, customer.account_cap = 9, 9
        customer.save()
    if state != 9:
        person = factories.StakeholderFactory.create(
            customer=customer, primary=True, email=f"client{number}@client.example"
        )
        if state == 10:
            suppress(person.email, cause=SuppressionCause.UNSUBSCRIBED, now=BEGIN - timedelta(days=9), by=None)
    now = BEGIN - timedelta(days=40)
    start = now.date() + timedelta(days=(1, 8, 15, 40, 45)[number % 5])
    journey = begin(customer, now=now, by=by, start=start, version=versions[1] if state == 11 else versions[0])
    if state != 1:
        approve_plan(customer, now=now)
    if state in (2, 3, 4):
        deliver(journey, 1, now=BEGIN - timedelta(days=2), by=by)
    if state in (3,):
        open_month(journey, 1, now=BEGIN - timedelta(days=1))
    if state == 4:
        deliver(journey, 2, now=BEGIN - timedelta(hours=1), by=by)
    if state == 5:
        until = moment_of(date(2026, 3, 19), time.min, zone)
        hold_customer(
            customer, scope=HoldScope.JOURNEY, until=until, reason="Holiday", now=BEGIN - timedelta(days=3), by=by
        )
    if state == 6:
        hold_customer(customer, scope=HoldScope.JOURNEY, until=None, reason="", now=BEGIN - timedelta(days=3), by=by)
    if state == 7:
        until = moment_of(date(2026, 3, 25), time.min, zone)
        hold_customer(customer, scope=HoldScope.ACCOUNT, until=until, reason="", now=BEGIN - timedelta(days=1), by=by)
    if number % 3 == 0:
        keep_old_text(journey, JourneyKind.UPCOMING)
    if state == 8:
        set_brake(customer, reason="Sarah answered", now=BEGIN - timedelta(days=1), by=None)
    return customer


def keep_old_text(journey: Journey, kind: str) -> None:
    """The journey's mails of the kind go on saying what the first text says: among it the day."""
    version = MailTemplateVersion.objects.get(template__key=kind, number=1)
    TemplatePin.objects.create(
        customer_id=journey.customer_id, journey=journey, template_id=version.template_id, version=version
    )


def publish_dateless(kind: str, *, by: User) -> None:
    """A second text of the mail, which names no day."""
    ensure_templates(now=BEGIN - timedelta(days=50))
    template = MailTemplate.objects.get(key=kind)
    text = NewText("Soon: {{monthTitle}}", "Hi {{clientName}}, it is on its way.")
    draft = save_draft(template, text, edit=None, now=BEGIN - timedelta(days=49), by=by)
    publish_draft(template, edit=draft.edit, keep_old=[], now=BEGIN - timedelta(days=49), by=by)


def assumed_moments(customer: Customer, assume: Assumptions) -> dict[str, datetime]:
    today = BEGIN.astimezone(ZoneInfo(customer.timezone)).date()
    moments = {}
    if assume.reply_on_day is not None:
        moments["reply"] = moment_of(today + timedelta(days=assume.reply_on_day), time(9), customer.timezone)
    if assume.hold is not None:
        moments["hold"] = moment_of(assume.hold[0], time.min, customer.timezone)
    return moments


class Reality:
    """The real services on a frozen clock, with people who do what is assumed."""

    def __init__(self, customers: list[Customer], assume: Assumptions, *, by: User) -> None:
        self.customers, self.assume, self.by = customers, assume, by
        self.acts = [
            (moment, what, customer)
            for customer in customers
            for what, moment in assumed_moments(customer, assume).items()
        ]

    def live(self, until: datetime) -> None:
        moment: datetime | None = BEGIN
        self._open_what_lies_there()
        while moment is not None and moment <= until:
            self._live(moment)
            moment = self._next(moment)

    def _live(self, now: datetime) -> None:
        for moment, what, customer in self.acts:
            if moment == now:
                self._act(what, customer, now)
        for _ in range(30):
            report = tick_as_of(now=now)
            assert not report.errors
            sent = outbox.send_due(now=now)
            self._open(now)
            if not (report.outcomes or report.swept.get("outbox") or sent or self._review(now)):
                return
        raise AssertionError("it never came to rest")

    def _act(self, what: str, customer: Customer, now: datetime) -> None:
        if what == "reply":
            set_brake(customer, reason="Somebody there has replied", now=now, by=None)
        elif not Hold.objects.filter(customer=customer, scope=HoldScope.JOURNEY, ended_at=None).exists():
            assert self.assume.hold is not None
            until = moment_of(self.assume.hold[1], time.min, customer.timezone)
            hold_customer(customer, scope=HoldScope.JOURNEY, until=until, reason="Assumed", now=now, by=self.by)

    def _review(self, now: datetime) -> int:
        waiting = Deliverable.objects.filter(state__in=[DeliverableState.WRITING, DeliverableState.PENDING_REVIEW])
        rows = list(waiting.select_related("month", "journey").order_by("pk"))
        for row in rows:
            deliver(row.journey, row.month.number, now=now, by=self.by)
        return len(rows)

    def _open_what_lies_there(self) -> None:
        if self.assume.opens == Opens.ALL:
            Deliverable.objects.filter(delivered_at__isnull=False, opened_at=None).update(opened_at=BEGIN)

    def _open(self, now: datetime) -> None:
        if self.assume.opens != Opens.ALL:
            return
        for draft in Draft.objects.filter(sent_at=now):
            kind, _, tail = draft.occurrence.partition("/month-")
            if tail and kind in CELEBRATING:
                rows = Deliverable.objects.filter(journey=draft.origin_id, month__number=int(tail), opened_at=None)
                rows.filter(delivered_at__isnull=False).update(opened_at=now)

    def _next(self, after: datetime) -> datetime | None:
        waiting = Draft.objects.filter(state__in=sorted(WAITING_STATES))
        moments = [
            AutomationSchedule.objects.filter(status=AutomationStatus.SCHEDULED, trigger_at__gt=after)
            .order_by("trigger_at")
            .values_list("trigger_at", flat=True)
            .first(),
            Hold.objects.filter(ended_at=None, until__gt=after)
            .order_by("until")
            .values_list("until", flat=True)
            .first(),
            min((moment for moment, _, _ in self.acts if moment > after), default=None),
        ]
        for name in ("not_before", "approval_expires_at"):
            later = waiting.filter(**{f"{name}__gt": after}).order_by(name)
            moments.append(later.values_list(name, flat=True).first())
        return min((moment for moment in moments if moment is not None), default=None)


def nameless(occurrence: str) -> str:
    """An assumed hold has an id of its own."""
    return occurrence.partition("hold-")[0] + "hold" if "hold-" in occurrence else occurrence


def simulated_lines(events: list[Event]) -> list[Line]:
    return sorted(
        (event.at, str(event.customer_id), event.kind, nameless(event.occurrence), event.outcome, event.reason)
        for event in events
        if event.about != Happening.PERSON and event.outcome != "nobody"
    )


def real_lines() -> list[Line]:
    return sorted([*_log_lines(), *_mail_lines()])


def _log_lines() -> Iterator[Line]:
    outcomes = {"Skipped": "skipped", "Moved": "moved", "Expired": "expired"}
    rows = dict(AutomationSchedule.objects.values_list("pk", "occurrence"))
    for line in AutomationLog.objects.filter(at__gte=BEGIN):
        outcome = outcomes.get(line.action, "done")
        reason = line.metadata.get("reason", "")
        yield line.at, str(line.customer_id), line.kind, nameless(rows[line.automation_id]), outcome, reason


def _mail_lines() -> Iterator[Line]:
    drafts = {str(draft.pk): draft for draft in Draft.objects.all()}
    for draft in drafts.values():
        if draft.sent_at is not None and draft.sent_at >= BEGIN:
            yield (
                draft.sent_at,
                str(draft.customer_id),
                draft.occurrence.partition("/")[0],
                nameless(draft.occurrence),
                "sent",
                "",
            )
    words = {"draft.blocked": "blocked", "draft.waits": "waits", "draft.dropped": "dropped"}
    for line in Activity.objects.filter(verb__in=[*words, "draft.approval_expired"], at__gte=BEGIN):
        draft = drafts[str(line.subject_id)]
        kind = draft.occurrence.partition("/")[0]
        reason = line.summary.split("”", 1)[1].split(": ", 1)[-1].removeprefix(" waits: ")
        outcome = words.get(line.verb, "expired")
        if outcome == "expired":
            reason = "Its approval has expired; a person is asked again."
        yield line.at, str(line.customer_id), kind, nameless(draft.occurrence), outcome, reason


def refuse_writes(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    assert sql.lstrip(" (").startswith(("SELECT", "WITH")), f"the simulator wrote: {sql[:200]}"
    return execute(sql, params, many, context)


IS_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
BY_DAY = (12, 12) if IS_POSTGRES else (24, 12)
MANY, SOME = (200, 24) if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else BY_DAY
"""Accounts in twelve states; 200 of them take minutes, and are played at night. On PostgreSQL each state once by day: a
letter costs more there and takes the same branches."""

CASES = [
    pytest.param(MANY, Assumptions(opens=Opens.ALL), 33, id="opens everything"),
    pytest.param(SOME, Assumptions(opens=Opens.NONE, reply_on_day=12), 33, id="opens nothing and replies"),
    pytest.param(
        SOME, Assumptions(opens=Opens.NONE, hold=(date(2026, 3, 11), date(2026, 3, 20))), 33, id="is paused meanwhile"
    ),
]


@pytest.mark.parametrize(("count", "assume", "days"), CASES)
def test_simulated_list_equals_what_is_really_carried_out(
    csm: User, ops: User, count: int, assume: Assumptions, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = play_both(range(count), assume, days, csm=csm, ops=ops, monkeypatch=monkeypatch)

    assert len(expected) > 5 * count


def test_simulated_mail_follows_its_month_that_a_pause_moves_as_the_real_one(
    csm: User, ops: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“Coming soon”, kept back by the cap or refused when the pause begins, lives as long as the month is moved."""
    assume = Assumptions(opens=Opens.NONE, hold=(date(2026, 3, 11), date(2026, 3, 20)))

    lines = play_both((12, 22), assume, 33, csm=csm, ops=ops, monkeypatch=monkeypatch)

    late = [line[0] for line in lines if line[2] == JourneyKind.UPCOMING and line[4] == "dropped"]
    assert late == [datetime(2026, 3, 20, 3, 30, tzinfo=UTC), datetime(2026, 3, 20, 8, 0, tzinfo=UTC)]


def play_both(
    numbers: Iterable[int],
    assume: Assumptions,
    days: int,
    *,
    csm: User,
    ops: User,
    monkeypatch: pytest.MonkeyPatch,
) -> list[Line]:
    """Simulate and live the same days for these accounts, and give the lines that both must have."""
    # The outbox looks at the clock again for each letter: here no time passes.
    monkeypatch.setattr(outbox, "monotonic", lambda: 0.0)
    publish_dateless(JourneyKind.UPCOMING, by=ops)
    versions = [default_version(), make_version(months=3, celebrates_apart=True)]
    customers = [make_client(number, by=csm, versions=versions) for number in numbers]

    with connection.execute_wrapper(refuse_writes):
        simulated = simulate([customer.pk for customer in customers], assume, now=BEGIN, days=days)
    Reality(customers, assume, by=csm).live(BEGIN + timedelta(days=days))

    expected, found = real_lines(), simulated_lines(list(simulated.events))
    assert _differences(expected, found) == []
    assert found == expected
    return expected


def _differences(expected: list[Line], found: list[Line]) -> list[str]:
    """The first lines that only one of the two has, so that a failure can be read."""
    only = sorted(set(expected) ^ set(found))
    return [f"{'really' if line in expected else 'simulated'}: {line}" for line in only[:20]]
