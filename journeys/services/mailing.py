"""The client's mails of a journey: from what the clock decided to queued mails. Rows only; the outbox sends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from customers.models import Hold, Todo
from customers.queries.sending import sending_rules
from emails.enums import Purpose
from emails.models import Draft, MailTemplateVersion
from emails.rules.templates import compile_template
from emails.services.templated import TemplatedMail, queue_templated
from journeys.enums import JourneyKind
from journeys.queries.mail_facts import MailFacts, read_mail_facts
from journeys.queries.mail_values import Links, client_values
from journeys.queries.template_pins import pinned_versions
from journeys.rules.effects import SendMail
from journeys.rules.mail_dates import expiry_of_mail
from journeys.rules.moments import moment_of
from journeys.services.mail_links import Wanted, client_links
from journeys.services.templates import find_versions

ABOUT_THE_HOLD = frozenset({JourneyKind.PAUSED, JourneyKind.RESUMES_SOON, JourneyKind.WELCOME_BACK})
ANNOUNCES_PAUSE = frozenset({JourneyKind.PAUSED, JourneyKind.RESUMES_SOON})
NOBODY_TODO = "journey_no_recipient"


def queue_journey_mails(effects: Sequence[SendMail], *, now: datetime) -> list[Draft]:
    """This will write the mails and queue them, each once; a mail that nobody can get becomes a to-do.

    Must be called inside the transaction that completes the automations.
    """
    if not effects:
        return []
    facts = read_mail_facts({effect.journey_id for effect in effects})
    there = [(effect, one) for effect in effects if (one := facts.get(effect.journey_id)) and is_wanted(effect, one)]
    _ask_for_recipients([pair for pair in there if pair[1].recipient is None], now=now)
    reachable = [pair for pair in there if pair[1].recipient is not None]
    versions = find_versions({effect.kind.value for effect, _ in reachable}, now=now)
    links = client_links({link_key(effect, one) for effect, one in reachable}, now=now)
    pins = pinned_versions({effect.journey_id for effect, _ in reachable})
    mails = [
        make_mail(
            effect,
            one,
            pins.get((effect.journey_id, effect.kind.value)) or versions[effect.kind.value],
            links[link_key(effect, one)],
            now=now,
        )
        for effect, one in reachable
    ]
    return queue_templated(mails, now=now)


def occurrence_of_mail(effect: SendMail) -> str:
    return f"{effect.kind.value}/{effect.occurrence}"


def effect_of_mail(journey_id: UUID, occurrence: str) -> SendMail | None:
    """This will say what a journey's mail is about; None where its occurrence is not one of `occurrence_of_mail`."""
    kind, _, about = occurrence.partition("/")
    # What was scheduled by hand names its moment after the month.
    month = re.match(r"month-(\d+)(?:-|$)", about)
    if kind not in JourneyKind.values or not (month or JourneyKind(kind) in ABOUT_THE_HOLD):
        return None
    return SendMail(journey_id, JourneyKind(kind), about, int(month[1]) if month else None)


def is_wanted(effect: SendMail, facts: MailFacts) -> bool:
    """A pause that is over is not announced any more."""
    return effect.kind not in ANNOUNCES_PAUSE or _pause(effect, facts) is not None


def _pause(effect: SendMail, facts: MailFacts) -> Hold | None:
    return facts.named_hold(effect.occurrence) if effect.kind in ANNOUNCES_PAUSE else None


def link_key(effect: SendMail, facts: MailFacts) -> Wanted:
    recipient = facts.recipient
    assert recipient is not None
    return (effect.journey_id, recipient.pk), effect.month


def make_mail(
    effect: SendMail, facts: MailFacts, version: MailTemplateVersion, links: Links, *, now: datetime
) -> TemplatedMail:
    """This will fill one mail of a journey that has a recipient; writes nothing."""
    journey, recipient = facts.journey, facts.recipient
    assert recipient is not None
    pause = _pause(effect, facts)
    wanted = compile_template(version.subject, version.body).names
    values = client_values(
        facts, effect.kind, effect.month, recipient=recipient, links=links, pause=pause, wanted=wanted
    )
    return TemplatedMail(
        customer_id=journey.customer_id,
        recipient=recipient,
        sender=facts.sender,
        version=version,
        values=values.texts,
        facts=values.facts,
        conditions=values.conditions,
        origin_id=journey.pk,
        occurrence=occurrence_of_mail(effect),
        purpose=Purpose.HOLD_NEWS if effect.kind in ABOUT_THE_HOLD else Purpose.PROGRAMME,
        approved_by=journey.started_by,
        rule=f"Mails of {journey.version}",
        expires_at=_expires_at(effect, facts, now),
    )


def _expires_at(effect: SendMail, facts: MailFacts, now: datetime) -> datetime | None:
    journey, month = facts.journey, facts.month(effect.month)
    pause = _pause(effect, facts)
    return expiry_of_mail(
        effect.kind,
        now=now,
        due_at=moment_of(month.due_date, journey.local_time, journey.zone) if month else None,
        hold_until=pause.until if pause else None,
        window=sending_rules(journey.customer, facts.settings, around=now).window,
    )


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
