"""Accounts as the simulator plays with them, many at a time, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q

from customers.models import Brake, Customer, Hold, Stakeholder, WorkspaceSettings
from customers.queries.many import many
from customers.queries.sending import sending_rules
from customers.queries.workspace import get_settings
from customers.rules.sending import SendingRules
from emails.enums import LEFT_STATES, DraftState, Lane, Purpose
from emails.models import Draft
from emails.queries.pacing import notice_deadlines
from emails.queries.suppression import list_open
from emails.queries.templates import current_versions
from emails.registry import mails_elsewhere
from emails.rules.facts import fact_from_json
from emails.rules.suppression import SuppressionFacts, strongest
from emails.rules.templates import compile_template
from journeys.enums import AutomationStatus, JourneyKind
from journeys.models import Journey
from journeys.queries.facts import read_facts
from journeys.queries.mail_facts import MailFacts, read_mail_facts
from journeys.queries.mail_sources import MONTH
from journeys.queries.rows import read_rows, rows_of
from journeys.queries.template_pins import list_left_out, pinned_versions
from journeys.registry import find_handler
from journeys.rules.default_mails import MAILS
from journeys.rules.simulated.outbox import WAITING
from journeys.rules.simulated.world import Gone, House, KindRules, Letter, Pause, Person, World

PLAYED = frozenset(JourneyKind.values)
COUNTS_FOR = timedelta(days=40)
"""Nothing that left before can keep a letter back, whatever holidays lie between."""


def read_worlds(customer_ids: Collection[UUID], *, now: datetime) -> list[World]:
    """This will read the accounts that have a journey, by name."""
    found = Journey.objects.filter(customer__in=many(customer_ids)).values_list("pk", "customer_id", "started_at")
    journeys = {pk: customer_id for pk, customer_id, _ in found}
    started_at = {pk: at for pk, _, at in found}
    facts, mail_facts, rows = read_facts(list(journeys)), read_mail_facts(list(journeys)), read_rows(list(journeys))
    customers = list(Customer.objects.filter(pk__in=many(set(journeys.values()))).order_by("name", "pk"))
    reader = _Reader(customers, mail_facts, now)
    told, pinned = _list_told(list(journeys)), _read_pinned(list(journeys))
    left_out = list_left_out(list(journeys))
    deadlines = notice_deadlines([customer.pk for customer in customers])
    worlds = []
    for customer in customers:
        own = [pk for pk, customer_id in journeys.items() if customer_id == customer.pk]
        first = mail_facts[max(own, key=started_at.__getitem__)]
        worlds.append(
            World(
                customer_id=customer.pk,
                customer_name=customer.name,
                zone=customer.timezone,
                house=reader.house,
                rules_around=_rules_of(customer, reader.settings),
                journeys={pk: facts[pk] for pk in own},
                rows={(pk, row.kind, row.occurrence): row for pk in own for row in rows[pk] if row.kind in PLAYED},
                recipient=reader.person(first.recipient) if first.recipient else None,
                sender_email=first.sender.email if first.sender else "",
                holds=reader.holds[customer.pk],
                brake_reason=reader.brakes.get(customer.pk),
                letters=[reader.letter(draft, own) for draft in reader.waiting[customer.pk]],
                gone=reader.gone[customer.pk],
                pinned={key: names for key, names in pinned.items() if key[0] in own},
                left_out={pk: kinds for pk, kinds in left_out.items() if pk in own},
                notice_deadline=deadlines.get(customer.pk),
                told_paused={pk: told[pk] for pk in own if pk in told},
            )
        )
    return worlds


class _Reader:
    """What stands around the journeys: holds, brakes, letters, people and the rules of the house."""

    def __init__(self, customers: list[Customer], mail_facts: Mapping[UUID, MailFacts], now: datetime) -> None:
        ids = [customer.pk for customer in customers]
        self.settings = get_settings()
        self.house = _read_house(self.settings)
        self._months = {str(month.pk): month for one in mail_facts.values() for month in one.months}
        self.holds: dict[UUID, list[Pause]] = defaultdict(list)
        for hold in Hold.objects.filter(customer__in=many(ids), ended_at=None).order_by("starts_at"):
            pause = Pause(hold.pk, hold.scope, hold.starts_at, hold.until, hold.reason)
            self.holds[hold.customer_id].append(pause)
        brakes = Brake.objects.filter(customer__in=many(ids), cleared_at=None)
        self.brakes = dict(brakes.values_list("customer_id", "reason"))
        self.waiting: dict[UUID, list[Draft]] = defaultdict(list)
        self.gone: dict[UUID, list[Gone]] = defaultdict(list)
        left_at = Q(sent_at__gt=now - COUNTS_FOR) | Q(sent_at=None)
        drafts = Draft.objects.filter(Q(state__in=WAITING) | Q(left_at, state__in=LEFT_STATES), customer__in=many(ids))
        for draft in drafts.select_related("stakeholder", "sender").order_by("approved_at", "pk"):
            self._sort(draft)
        for source in mails_elsewhere():
            for mail in source.read(many(ids), now - COUNTS_FOR):
                self.gone[mail.customer_id].append(_gone_elsewhere(mail, source.part))
        people = [facts.recipient for facts in mail_facts.values() if facts.recipient]
        people += [draft.stakeholder for drafts in self.waiting.values() for draft in drafts if draft.stakeholder]
        self._suppressed = list_open({person.email for person in people})

    def _sort(self, draft: Draft) -> None:
        customer_id = draft.customer_id
        if customer_id is None:
            return
        if draft.state in WAITING:
            self.waiting[customer_id].append(draft)
            return
        addresses = frozenset(address.lower() for address in (draft.to_email, *draft.cc) if address)
        at = draft.sent_at or draft.attempted_at or draft.updated_at
        title = draft.subject or f"To {draft.to_name}"
        self.gone[customer_id].append(Gone(title, Lane(draft.lane), at, draft.stakeholder_id, addresses))

    def person(self, person: Stakeholder) -> Person:
        rows = self._suppressed.get(person.email.lower(), [])
        by_lane: dict[Lane, SuppressionFacts] = {}
        for lane in Lane:
            found = strongest(rows, lane)
            if found is not None:
                by_lane[lane] = found
        return Person(person.pk, person.name, person.email, by_lane)

    def letter(self, draft: Draft, journey_ids: Collection[UUID]) -> Letter:
        """This will give a letter that waits already; of other parts too, since they share the cap."""
        kind, _, tail = draft.occurrence.partition("/")
        name, _, place = tail.partition("-")
        is_journeys = draft.lane == Lane.JOURNEY and draft.origin_id in journey_ids
        person = draft.stakeholder
        to = self.person(person) if person else Person(draft.pk, draft.to_name, draft.to_email)
        return Letter(
            journey_id=draft.origin_id if is_journeys else None,
            kind=kind if is_journeys else draft.lane,
            occurrence=draft.occurrence,
            title=draft.subject,
            lane=Lane(draft.lane),
            purpose=Purpose(draft.purpose),
            to=to,
            sender_email=draft.sender.email if draft.sender else "",
            approved_at=draft.approved_at or draft.updated_at,
            expires_at=draft.approval_expires_at or draft.updated_at,
            lapses=draft.lapses,
            is_by_rule=bool(draft.approval_rule),
            month=int(place) if is_journeys and name == "month" else None,
            state=DraftState(draft.state),
            not_before=draft.not_before,
            scheduled_at=draft.scheduled_send_date,
            blocked_by=draft.blocked_by,
            stated=tuple(self._list_stated(draft)) if is_journeys else (),
            pause_id=UUID(place) if is_journeys and name == "hold" and kind != JourneyKind.WELCOME_BACK else None,
        )

    def _list_stated(self, draft: Draft) -> Iterable[tuple[str, UUID, int, date]]:
        for fact in map(fact_from_json, draft.facts):
            month = self._months.get(fact.id)
            if fact.kind == MONTH and fact.field == "due_date" and month is not None:
                yield fact.label, month.journey.pk, month.number, date.fromisoformat(fact.value)


def _gone_elsewhere(mail: Any, part: str) -> Gone:
    """What another system sent counts as the gate counts it."""
    addresses = frozenset({mail.to_email.lower()} - {""})
    title = mail.subject or f"To {mail.to_name}"
    return Gone(title, Lane(mail.lane), mail.left_at, mail.stakeholder_id, addresses, part)


def _read_house(settings: WorkspaceSettings) -> House:
    texts = {mail.key: (mail.subject, mail.body) for mail in MAILS}
    versions = current_versions(list(JourneyKind))
    texts |= {key: (version.subject, version.body) for key, version in versions.items()}
    return House(
        kinds={kind: _kind_rules(kind) for kind in JourneyKind},
        names={key: compile_template(subject, body).names for key, (subject, body) in texts.items()},
        undo=timedelta(seconds=settings.undo_seconds),
        approval_lives=timedelta(days=settings.approval_days),
    )


def _read_pinned(journey_ids: Collection[UUID]) -> dict[tuple[UUID, str], frozenset[str]]:
    kept = pinned_versions(journey_ids)
    return {key: compile_template(version.subject, version.body).names for key, version in kept.items()}


def _kind_rules(kind: JourneyKind) -> KindRules:
    handler = find_handler(kind)
    if handler is None:
        raise LookupError(f"nobody registered {kind}")
    return KindRules(handler.expires_after, handler.stopped_by)


def _rules_of(customer: Customer, settings: WorkspaceSettings) -> Callable[[datetime], SendingRules]:
    @lru_cache(maxsize=8)
    def of_year(year: int) -> SendingRules:
        return sending_rules(customer, settings, around=datetime(year, 7, 1))  # only its year counts

    return lambda moment: of_year(moment.year)


def _list_told(journey_ids: Collection[UUID]) -> dict[UUID, tuple[datetime, str]]:
    """Which journeys' clients were told last that it is paused, and when."""
    rows: Any = rows_of(list(journey_ids)).filter(kind=JourneyKind.PAUSED, status=AutomationStatus.COMPLETED)
    told = rows.order_by("executed_at").values_list("subject_id", "executed_at", "occurrence")
    return {journey_id: (executed_at, occurrence) for journey_id, executed_at, occurrence in told}
