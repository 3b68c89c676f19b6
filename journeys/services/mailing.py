"""The client's mails of a journey: from what the clock decided to queued mails. Rows only; the outbox sends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from customers.models import Todo
from emails.services.templated import queue_templated
from journeys.enums import JourneyKind
from journeys.queries.mail_facts import MailFacts, read_mail_facts
from journeys.queries.template_pins import pinned_versions
from journeys.rules.effects import SendMail
from journeys.services.mail_links import client_links
from journeys.services.mail_making import ABOUT_THE_HOLD, Wanted, is_wanted, make_mails, occurrence_of_mail
from journeys.services.portal_messages import write_messages
from journeys.services.templates import find_versions

NOBODY_TODO = "journey_no_recipient"


def queue_journey_mails(effects: Sequence[SendMail], *, now: datetime) -> list[UUID]:
    """This will write the mails and queue them, each once, and give the ids of those that are new.

    A mail that nobody can get becomes a to-do.

    Must be called inside the transaction that completes the automations.
    """
    if not effects:
        return []
    facts = read_mail_facts({effect.journey_id for effect in effects})
    there = [(effect, one) for effect in effects if (one := facts.get(effect.journey_id)) and is_wanted(effect, one)]
    write_messages(there, now=now)
    _ask_for_recipients([pair for pair in there if pair[1].recipient is None], now=now)
    reachable = [pair for pair in there if pair[1].recipient is not None]
    versions = find_versions({effect.kind.value for effect, _ in reachable}, now=now)
    links = client_links([(one, effect.month) for effect, one in reachable], now=now)
    pins = pinned_versions({effect.journey_id for effect, _ in reachable})
    texts = [
        (pins.get((effect.journey_id, effect.kind.value)) if pins else None) or versions[effect.kind.value]
        for effect, _ in reachable
    ]
    wanted = [Wanted(*pair, text, found) for pair, text, found in zip(reachable, texts, links, strict=True)]
    return queue_templated(make_mails(wanted, now=now), now=now)


def effect_of_mail(journey_id: UUID, occurrence: str) -> SendMail | None:
    """This will say what a journey's mail is about; None where its occurrence is not one of `occurrence_of_mail`."""
    kind, _, about = occurrence.partition("/")
    # What was scheduled by hand names its moment after the month.
    month = re.match(r"month-(\d+)(?:-|$)", about)
    if kind not in JourneyKind.values or not (month or JourneyKind(kind) in ABOUT_THE_HOLD):
        return None
    return SendMail(journey_id, JourneyKind(kind), about, int(month[1]) if month else None)


def _ask_for_recipients(pairs: Iterable[tuple[SendMail, MailFacts]], *, now: datetime) -> None:
    Todo.objects.bulk_create(
        [_todo(effect, facts, now=now) for effect, facts in pairs],
        ignore_conflicts=True,
    )


def _todo(effect: SendMail, facts: MailFacts, *, now: datetime) -> Todo:
    journey = facts.journey
    what = f"M{effect.month} {effect.kind.label.lower()}" if effect.month else effect.kind.label.lower()
    return Todo(
        customer_id=journey.customer_id,
        title=f"Nobody to write to: the programme's mail “{what}” was not written",
        detail="There is neither a primary contact nor a champion with an address. Name one: the mail is written then.",
        kind=NOBODY_TODO,
        owner=journey.customer.owner,
        due_date=facts.day(now),
        waits_since=now,
        source_kind="journey",
        source_id=journey.pk,
        key=f"journey:{journey.pk}:{occurrence_of_mail(effect)}:nobody",
        metadata={"mail": occurrence_of_mail(effect)},
    )
