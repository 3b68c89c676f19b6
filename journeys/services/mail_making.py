"""A journey's mails from their facts; of many that are alike in all but names and records, that is worked out once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from customers.models import Hold
from customers.queries.sending import sending_rules
from emails.enums import Purpose
from emails.models import MailTemplateVersion
from emails.rules.patterns import Ids, Pattern, make_pattern
from emails.rules.templates import bind, compile_template
from emails.services.templated import TemplatedMail, list_facts
from journeys.enums import JourneyKind
from journeys.queries.mail_facts import MailFacts
from journeys.queries.mail_values import OWN, OWN_FACTS, Links, Values, client_values, own_values
from journeys.rules.effects import SendMail
from journeys.rules.mail_dates import LATE_AFTER_DAYS, expiry_of_mail
from journeys.rules.moments import moment_of

ABOUT_THE_HOLD = frozenset({JourneyKind.PAUSED, JourneyKind.RESUMES_SOON, JourneyKind.WELCOME_BACK})
ANNOUNCES_PAUSE = frozenset({JourneyKind.PAUSED, JourneyKind.RESUMES_SOON})


class Wanted(NamedTuple):
    """One mail to be made, with a recipient among its facts."""

    effect: SendMail
    facts: MailFacts
    version: MailTemplateVersion
    links: Links


def make_mails(wanted: Sequence[Wanted], *, now: datetime) -> list[TemplatedMail]:
    """This will fill the mails, in order; writes nothing."""
    made: dict[int, TemplatedMail] = {}
    for places in _list_alike(wanted):
        first = wanted[places[0]]
        whole = made[places[0]] = make_mail(first, now=now)
        if len(places) > 1:
            pattern, ends = _pattern_of(whole, first), _Ends(now)
            for place in places[1:]:
                one = wanted[place]
                made[place] = _make_alike(one, pattern, whole.rule, ends.of(one))
    return [made[place] for place in range(len(wanted))]


class _Ends:
    """From when on mails that are alike come too late: told once for each hour and zone of their journeys."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[Hashable, datetime | None] = {}

    def of(self, one: Wanted) -> datetime | None:
        effect, journey = one.effect, one.facts.journey
        if effect.kind in LATE_AFTER_DAYS:  # counted from what the account's own window lets through
            return _expires_at(effect, one.facts, self._now)
        key = (journey.local_time, journey.zone)
        if key not in self._known:
            self._known[key] = _expires_at(effect, one.facts, self._now)
        return self._known[key]


def make_mail(one: Wanted, *, now: datetime) -> TemplatedMail:
    """This will fill one mail by itself; writes nothing."""
    effect, facts, recipient = one.effect, one.facts, one.facts.recipient
    assert recipient is not None
    values = client_values(
        facts,
        effect.kind,
        effect.month,
        recipient=recipient,
        links=one.links,
        pause=_pause(effect, facts),
        wanted=_names(one.version),
    )
    return _mail(one, values, f"Mails of {facts.journey.version}", expires_at=_expires_at(effect, facts, now))


def is_wanted(effect: SendMail, facts: MailFacts) -> bool:
    """A pause that is over is not announced any more."""
    return effect.kind not in ANNOUNCES_PAUSE or _pause(effect, facts) is not None


def occurrence_of_mail(effect: SendMail) -> str:
    return f"{effect.kind.value}/{effect.occurrence}"


def _list_alike(wanted: Sequence[Wanted]) -> Iterator[list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for place, one in enumerate(wanted):
        groups[_likeness(one) or place].append(place)
    yield from groups.values()


def _likeness(one: Wanted) -> Hashable:
    """What two mails must have in common to say the same, but for names and records; None: each is made by itself."""
    effect, facts = one.effect, one.facts
    if effect.month not in facts.course.places:
        return None
    made, sender = facts.made_in(effect.month), facts.sender
    return (
        effect.kind,
        effect.month,
        one.version.id,
        facts.journey.version_id,
        sender.id if sender else None,
        facts.course,
        bool(made and made.delivered_at),
        bool(made and made.opened_at),
    )


def _pattern_of(mail: TemplatedMail, one: Wanted) -> Pattern:
    text = bind(compile_template(mail.version.subject, mail.version.body), mail.values, own=OWN)
    return make_pattern(text, list_facts(mail), own=OWN_FACTS, ids=one.facts.records)


def _make_alike(one: Wanted, pattern: Pattern, rule: str, expires_at: datetime | None) -> TemplatedMail:
    recipient = one.facts.recipient
    assert recipient is not None
    values = own_values(one.facts, recipient=recipient, links=one.links, wanted=_names(one.version))
    return _mail(one, values, rule, expires_at=expires_at, pattern=pattern, ids=one.facts.record_ids)


def _names(version: MailTemplateVersion) -> frozenset[str]:
    return compile_template(version.subject, version.body).names


def _mail(
    one: Wanted,
    values: Values,
    rule: str,
    *,
    expires_at: datetime | None,
    pattern: Pattern | None = None,
    ids: Ids | None = None,
) -> TemplatedMail:
    effect, facts, recipient = one.effect, one.facts, one.facts.recipient
    assert recipient is not None
    return TemplatedMail(
        customer_id=facts.journey.customer_id,
        recipient=recipient,
        sender=facts.sender,
        version=one.version,
        values=values.texts,
        facts=values.facts,
        conditions=values.conditions,
        origin_id=facts.journey.id,
        occurrence=occurrence_of_mail(effect),
        purpose=Purpose.HOLD_NEWS if effect.kind in ABOUT_THE_HOLD else Purpose.PROGRAMME,
        approved_by=facts.started_by,
        rule=rule,
        expires_at=expires_at,
        pattern=pattern,
        ids=ids or {},
    )


def _pause(effect: SendMail, facts: MailFacts) -> Hold | None:
    return facts.named_hold(effect.occurrence) if effect.kind in ANNOUNCES_PAUSE else None


def _expires_at(effect: SendMail, facts: MailFacts, now: datetime) -> datetime | None:
    journey, due_date = facts.journey, facts.due_date(effect.month)
    pause = _pause(effect, facts)
    is_by_window = effect.kind in LATE_AFTER_DAYS
    return expiry_of_mail(
        effect.kind,
        now=now,
        due_at=moment_of(due_date, journey.local_time, journey.zone) if due_date else None,
        hold_until=pause.until if pause else None,
        window=sending_rules(journey.customer, facts.settings, around=now).window if is_by_window else None,
    )
