"""Seven days without an answer: another channel, as a to-do with all three ways and their wording prepared."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from customers.models import Customer, Stakeholder, Todo, User
from customers.queries.calendars import local_date
from customers.services.todos import add_todo
from emails.enums import Lane, OriginKind, Theme
from emails.models import Draft
from emails.rules.companies import short_name
from emails.rules.facts import format_date
from emails.services.drafts import first_role
from emails.services.following import FollowUp, role_in, word_follow_up, write_follow_up
from outreach.enums import CadenceKind, Channel
from outreach.models import Touch
from outreach.queries.people import find_champion, list_reachable
from outreach.rules.channels import ChannelFacts, ChannelOption, call_script, list_channels
from outreach.services.reminding import origin_of

CHANNEL_TODO = "other_channel"
TOUCH = "touch"


class ChannelClosed(Exception):
    """Raised when nobody is there any more to take this way."""


@dataclass(frozen=True)
class Reach:
    """Somebody who does not answer, and who could help to reach them."""

    letter: Draft
    person: Stakeholder
    executive: User | None
    champion: Stakeholder | None

    @property
    def customer(self) -> Customer:
        customer: Customer = self.letter.customer
        return customer

    @property
    def role(self) -> str:
        return role_in(self.letter) or first_role(self.person)


def ask_for_channels(letter_ids: Sequence[uuid.UUID], now: datetime) -> None:
    """Make the to-do for each letter: the recommended way in its title, all three behind it."""
    for letter in Draft.objects.with_people().filter(pk__in=letter_ids):
        reach = read_reach(letter)
        options = list_channels(_facts(reach))
        best = options[0]
        touch = Touch.objects.filter(
            automation__kind=CadenceKind.OTHER_CHANNEL, automation__subject_id=letter.pk
        ).first()
        add_todo(
            best.title,
            customer=letter.customer,
            now=now,
            by=None,
            owner=_owner(best, reach),
            kind=CHANNEL_TODO,
            detail=f"{reach.person.name} has not answered. {best.reason}",
            due_date=local_date(now, letter.customer.timezone),
            source_kind=TOUCH if touch else "draft",
            source_id=touch.pk if touch else letter.pk,
            key=f"channel:{letter.pk}",
            metadata={"letter": str(letter.pk), "options": [_prepared(option, reach, now=now) for option in options]},
        )


def read_reach(letter: Draft) -> Reach:
    """Read who could help. Raises ChannelClosed when the person is gone."""
    if letter.stakeholder is None:
        raise ChannelClosed(f"{letter.to_name} is no longer on record.")
    people = list_reachable(letter.customer, Lane(letter.lane))
    if letter.origin_kind == OriginKind.UPSELL:
        # An offer that nobody answered is no reason to send an executive, or to press through a colleague.
        return Reach(letter, letter.stakeholder, None, None)
    champion = find_champion(people, besides=letter.stakeholder)
    return Reach(letter, letter.stakeholder, letter.customer.executive, champion)


def write_by(todo: Todo, channel: Channel, *, now: datetime, by: User) -> Draft:
    """Write the mail of an introduction or of a nudge as a draft; the one that was written before is given back.

    Raises ChannelClosed for a call, and when nobody is there to take this way.
    """
    letter = Draft.objects.with_people().filter(pk=todo.metadata.get("letter")).first()
    if letter is None:
        raise ChannelClosed("The letter it is about is gone.")
    wanted = _mail(channel, read_reach(letter))
    if wanted is None:
        raise ChannelClosed("Nobody is there who could write or speak for you.")
    with transaction.atomic():
        fresh = Todo.objects.select_for_update(no_key=True).get(pk=todo.pk)
        written = fresh.metadata.get("drafts", {})
        existing = Draft.objects.filter(pk=written.get(channel)).exclude(state="cancelled").first()
        if existing is not None:
            return existing
        draft = write_follow_up(wanted, now=now, by=by)
        fresh.metadata = {**fresh.metadata, "drafts": {**written, str(channel): str(draft.pk)}}
        fresh.save(update_fields=["metadata", "updated_at"])
    return draft


def _facts(reach: Reach) -> ChannelFacts:
    return ChannelFacts(
        name=reach.person.name,
        role=reach.role,
        executive=reach.executive.display_name if reach.executive else "",
        champion=reach.champion.name if reach.champion else "",
    )


def _owner(option: ChannelOption, reach: Reach) -> User | None:
    """A call is made by whoever wrote; an introduction and a nudge are arranged by the account's owner."""
    owner: User | None = reach.customer.owner
    return reach.letter.speaker or owner if option.channel == Channel.CALL else owner or reach.letter.speaker


def _prepared(option: ChannelOption, reach: Reach, *, now: datetime) -> dict[str, Any]:
    """What the to-do keeps of a way: plain values, so that it reads the same when it is looked at later."""
    return {
        "channel": str(option.channel),
        "title": option.title,
        "reason": option.reason,
        "is_possible": option.is_possible,
        "is_recommended": option.is_recommended,
        "wording": _wording(option.channel, reach, now=now) if option.is_possible else "",
    }


def _wording(channel: Channel, reach: Reach, *, now: datetime) -> str:
    mail = _mail(channel, reach)
    if mail is not None:
        return word_follow_up(mail, now=now)
    letter, zone = reach.letter, reach.customer.timezone
    return call_script(
        name=reach.person.name,
        role=reach.role,
        sent_on=format_date(local_date(letter.sent_at, zone)) if letter.sent_at else "",
        account=short_name(reach.customer.name),
        is_renewal=letter.origin_kind != OriginKind.UPSELL,
    )


def _mail(channel: Channel, reach: Reach) -> FollowUp | None:
    """The mail that this way takes; None for a call, and where nobody is there for it."""
    letter, customer = reach.letter, reach.customer
    origin = origin_of(letter)
    if channel == Channel.INTRODUCTION and reach.executive is not None:
        return FollowUp(
            customer=customer,
            stakeholder=reach.person,
            sender=reach.executive,
            theme=Theme.INTRODUCTION,
            origin=origin,
            about=letter,
            lane=Lane(letter.lane),
            cc=copy_of(letter.speaker),
            other=letter.speaker.display_name if letter.speaker else "",
        )
    sender = letter.speaker or customer.owner
    if channel == Channel.NUDGE and reach.champion is not None and sender is not None:
        return FollowUp(
            customer=customer,
            stakeholder=reach.champion,
            sender=sender,
            theme=Theme.NUDGE,
            origin=origin,
            about=letter,
            lane=Lane(letter.lane),
            other=reach.person.name,
        )
    return None


def copy_of(user: User | None) -> tuple[str, ...]:
    return (user.email.lower(),) if user is not None and user.email else ()
