"""Promise 10 put to the test: disorder ends where one clean run does. Forgeries: `forgeries.py`."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from config.drills.fake_sendgrid import EventSigner, write_event
from config.drills.ground import drill_ground, make_account, make_team
from config.drills.sender import NOON
from customers.models import Customer, User
from emails.enums import DraftState
from emails.models import Draft, MailEvent
from emails.services import events

LETTERS = 40
MOST_REPEATS = 46
PATH = "/webhooks/sendgrid/events"
COMPARED = ("state", "delivered_at", "bounced_at", "bounce_kind", "opened_at", "clicked_at", "smtp_id")


def drill_events(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will tell the lives of letters cleanly, then others in disorder up to 46 times. count: not needed."""
    luck = random.Random(seed)  # noqa: S311  # disorder, no secret
    signer = EventSigner()
    with drill_ground(), override_settings(SENDGRID_EVENT_PUBLIC_KEY=signer.public_key):
        user = make_team()
        clean = _letters(user, "clean")
        _post_all(signer, [[item for place, draft in enumerate(clean) for item in _life(draft, place)]])
        expected = _standing(clean)
        for repeats in (1, 3, 12, MOST_REPEATS):
            messy = _letters(user, f"messy-{repeats}")
            items = [item for place, draft in enumerate(messy) for item in _life(draft, place)] * repeats
            luck.shuffle(items)
            _post_all(signer, list(_split(items, luck)))
            yield {
                "database": connection.vendor,
                "repeats": repeats,
                "events": len(items),
                "differs": sum(one != other for one, other in zip(_standing(messy), expected, strict=True)),
                "kept_twice": MailEvent.objects.filter(draft__in=messy).count() - len(items) // repeats,
                "passed": _standing(messy) == expected
                and MailEvent.objects.filter(draft__in=messy).count() == len(items) // repeats,
            }


def _letters(user: User, name: str) -> list[Draft]:
    person = make_account(Customer.objects.count(), owner=user)
    return Draft.objects.bulk_create(
        Draft(
            customer=person.customer,
            stakeholder=person,
            to_name=person.name,
            to_email=person.email,
            sender=user,
            subject=name,
            body="Hello",
            state=DraftState.SENT,
            sent_at=NOON,
            message_id=f"<{uuid4().hex}@drill.example>",
            provider="sendgrid",
            provider_id=f"message-{place}",
        )
        for place in range(LETTERS)
    )


def _life(draft: Draft, place: int) -> list[dict[str, Any]]:
    """Four kinds of lives, told in order."""
    at, letter, message = NOON.timestamp(), str(draft.pk), f"message-{place}"
    browser = {"useragent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/129.0 Safari/537.36"}
    told = [write_event(letter, message, "processed", at + 1, email=draft.to_email)]
    if place % 4 == 3:
        return [*told, write_event(letter, message, "bounce", at + 9, email=draft.to_email, type="bounce")]
    told.append(write_event(letter, message, "delivered", at + 5, email=draft.to_email))
    if place % 4 == 1:
        told.append(write_event(letter, message, "open", at + 7, email=draft.to_email, sg_machine_open=True))
    if place % 4 == 2:
        told.append(write_event(letter, message, "open", at + 900, email=draft.to_email, **browser))
        told.append(
            write_event(letter, message, "click", at + 960, email=draft.to_email, url="https://a.example/1", **browser)
        )
    return told


def _split(items: list[Any], luck: random.Random) -> Iterator[list[Any]]:
    place = 0
    while place < len(items):
        size = luck.randint(1, 400)
        yield items[place : place + size]
        place += size


def _post_all(signer: EventSigner, calls: list[list[Any]]) -> None:
    for items in calls:
        raw = json.dumps(items).encode()
        if (status := raw_post(PATH, raw, signed(signer, raw))) != 200:
            raise RuntimeError(f"a clean call was answered {status}")
    events.sweep(now=timezone.now() + timedelta(minutes=10))


def _standing(letters: list[Draft]) -> list[Any]:
    rows = {
        row[0]: row[1:]
        for row in Draft.objects.filter(pk__in=[draft.pk for draft in letters]).values_list("pk", *COMPARED)
    }
    return [rows[draft.pk] for draft in letters]


def signed(signer: EventSigner, raw: bytes, *, timestamp: str = "") -> dict[str, str]:
    stamp = timestamp or str(int(time.time()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": signer.sign(raw, stamp),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }


def raw_post(path: str, raw: bytes, headers: dict[str, str]) -> int:
    kind = headers.get("content-type", "application/json")
    return Client(raise_request_exception=False).post(path, raw, kind, headers=headers).status_code
