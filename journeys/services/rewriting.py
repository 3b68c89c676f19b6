"""A journey's mail that waits while its month moves: the same text with the dates of now, when its own day has come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from emails.enums import OriginKind
from emails.models import Draft
from emails.registry import Anew, register_rewriter
from emails.services.templated import TemplatedMail
from journeys.enums import JourneyKind
from journeys.queries.mail_facts import MailFacts, MailMonth, read_mail_facts
from journeys.queries.mail_sources import due_after_hold
from journeys.rules.effects import SendMail
from journeys.rules.mail_dates import LOOK_AGAIN
from journeys.rules.moments import moment_of
from journeys.services.mail_links import client_links
from journeys.services.mail_making import Wanted, is_wanted, make_mail
from journeys.services.mailing import effect_of_mail


def write_anew(draft: Draft, now: datetime) -> Anew | None:
    """This will fill the letter's own text with what is so now; None where nobody is there to get it, or it is over."""
    effect = effect_of_mail(draft.origin_id, draft.occurrence) if draft.origin_id else None
    facts = read_mail_facts({effect.journey_id}).get(effect.journey_id) if effect else None
    if effect is None or facts is None or facts.recipient is None or draft.template_version is None:
        return None
    if not is_wanted(effect, facts):
        return None
    month = facts.month(effect.month)
    over = _over_at(effect, facts, month, now=now)
    if over is not None and over <= now:
        return Anew(dropped_because="It would come too late.")
    (links,) = client_links([(facts, effect.month)], now=now)
    mail = make_mail(Wanted(effect, facts, draft.template_version, links), now=now)
    # The rule that approved it, and by whom, stays; so does its end where that does not hang on a date that moved.
    mail = mail._replace(rule=draft.approval_rule, approved_by=draft.approved_by, expires_at=over)
    return Anew(mail, not_before=_first_day(effect, facts, month, now=now) if _has_moved(draft, mail) else None)


def _has_moved(draft: Draft, mail: TemplatedMail) -> bool:
    """Whether the letter says another day than its month begins on."""
    begins = {fact.key: fact.value for fact in mail.facts.get("dueDate", ())}
    return any(begins.get(fact["key"], fact["value"]) != fact["value"] for fact in draft.facts)


def _over_at(effect: SendMail, facts: MailFacts, month: MailMonth | None, *, now: datetime) -> datetime | None:
    """From when on it would come too late; None: as it was. A hold moves the day on which a month begins."""
    if effect.kind == JourneyKind.RESUMES_SOON:
        hold = facts.named_hold(effect.occurrence)
        return hold.until if hold else None
    if effect.kind != JourneyKind.UPCOMING or month is None:
        return None
    day = due_after_hold(month, facts.hold)
    return _moment(facts, day) if day else now + LOOK_AGAIN


def _first_day(effect: SendMail, facts: MailFacts, month: MailMonth | None, *, now: datetime) -> datetime | None:
    """“Coming soon” of a month that moved far ahead is for the days before it, as it was planned."""
    if effect.kind != JourneyKind.UPCOMING or month is None:
        return None
    early = _moment(facts, month.due_date - timedelta(days=month.step.reminder_days))
    return early if early > now else None


def _moment(facts: MailFacts, day: Any) -> datetime:
    return moment_of(day, facts.journey.local_time, facts.journey.zone)


def register() -> None:
    register_rewriter(OriginKind.JOURNEY, write_anew)
