"""Outreach.io's stand-in in this workspace: filled from our people and accounts, played on, connected for the demo."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit
from uuid import UUID

from django.db import transaction

from customers.models import Customer, User
from customers.queries.moments import Waiting, When
from outreach.clients.choice import is_outreach_stand_in
from outreach.clients.outreach_io_stand_in import life, news
from outreach.clients.outreach_io_stand_in.grants import consent
from outreach.clients.outreach_io_stand_in.seed import seed
from outreach.clients.outreach_io_stand_in.server import SERVER
from outreach.clients.outreach_io_stand_in.shapes import Refusal
from outreach.models import (
    OutreachConnection,
    OutreachMailbox,
    OutreachSequence,
    StandInDesk,
    StandInGrant,
    StandInNews,
    StandInThing,
)
from outreach.services.outreach_connection import Consent, begin_consent, take_consent
from outreach.services.outreach_discovery import discover_due

MOST_COMPANIES = 500
_posts: dict[str, news.Post] = {}


class NotPlayable(Exception):
    """Raised when nobody's part can be played: Outreach.io itself is connected, or there is no such person there."""


def use_post(post: news.Post) -> None:
    """This will have the stand-in's news sent by `post`; set once, at start-up."""
    _posts["post"] = post


def fill_stand_in(*, now: datetime) -> None:
    """This will put in sequences, and a mailbox and a company for each of ours that is missing."""
    people = [
        (user.email, user.get_full_name() or user.username)
        for user in User.objects.filter(is_active=True).exclude(email="").order_by("date_joined", "pk")
    ]
    seed(people, Customer.objects.order_by("name").values_list("name", flat=True)[:MOST_COMPANIES], now=now)


def answer_consent(query: Mapping[str, str], *, is_given: bool, now: datetime) -> str:
    """This will give where the browser goes on. Raises NotPlayable, ValueError for a request that is not ours."""
    if not is_outreach_stand_in():
        raise NotPlayable("Outreach.io itself is connected here.")
    fill_stand_in(now=now)
    return consent(dict(query), is_given=is_given, now=now)


def connect_stand_in(*, now: datetime, by: User) -> OutreachConnection:
    """This will connect to the stand-in as a person would, and read what is there. Raises NotOps, ConsentRefused."""
    secret = secrets.token_urlsafe(16)
    asked = dict(parse_qsl(urlsplit(begin_consent(session_secret=secret, now=now, by=by)).query))
    answer = parse_qs(urlsplit(answer_consent(asked, is_given=True, now=now)).query)
    row = take_consent(Consent(answer["state"][0], answer["code"][0], "", secret), now=now, by=by)
    discover_due(now=now)
    row.refresh_from_db()
    return row


def forget_stand_in(*, connected_by: Collection[UUID]) -> bool:
    """This will take the stand-in out with all that it keeps, if one of these people connected it."""
    ours = OutreachConnection.objects.filter(server=SERVER, connected_by__in=connected_by)
    with transaction.atomic():
        if not ours.delete()[0]:
            return False
        for model in (StandInThing, StandInGrant, StandInNews, StandInDesk, OutreachMailbox, OutreachSequence):
            model._default_manager.all().delete()
    return True


def play(state_number: int, deed: str, *, now: datetime) -> None:
    """This will let the person in a sequence do something, and tell of it. Raises NotPlayable."""
    if not is_outreach_stand_in():
        raise NotPlayable("Outreach.io itself is connected here.")
    try:
        life.hear(state_number, deed, now=now)
    except (KeyError, Refusal):
        raise NotPlayable("This cannot be played.") from None
    work(now)


def stand_in_waiting(when: When) -> Waiting:
    """This will give what has come due at the stand-in; nothing where there is none."""
    if not is_outreach_stand_in():
        return ()
    return (
        StandInThing.objects.filter(next_at__lte=when).order_by("next_at"),
        StandInNews.objects.filter(due_at__lte=when).order_by("due_at"),
    )


def work(now: datetime) -> int:
    """This will play what has come due and send the news of it."""
    if not is_outreach_stand_in():
        return 0
    count = life.go_on(now=now)
    if post := _posts.get("post"):
        count += news.deliver(post, now=now)
    return count
