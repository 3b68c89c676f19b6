"""A link scanner opens every link of every mail: nobody is unsubscribed, nobody clicked, nothing moved."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client

from config.drills.ground import drill_ground, make_team, queue_letters
from config.drills.sender import NOON
from emails.models import CapturedMail, Draft, Suppression
from emails.services import outbox
from journeys.models import AutomationSchedule

LETTERS = 30
LINK = re.compile(r"https?://[^\s\"'<>)]+")


def drill_scanner(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will GET and HEAD every link that leads to this desk. count, seed: not needed."""
    with drill_ground():
        queue_letters(LETTERS, by=make_team(), now=NOON)
        outbox.sweep(now=NOON)
        before = _standing()
        links = {link for mail in CapturedMail.objects.all() for link in find_links(bytes(mail.raw))}
        answers: Counter[str] = Counter()
        for link in sorted(links):
            client = Client(raise_request_exception=False)
            for verb in (client.get, client.head):
                answers[str(verb(_path(link)).status_code)] += 1
        yield {
            "database": connection.vendor,
            "mails": CapturedMail.objects.count(),
            "links": len(links),
            "answers": dict(answers),
            "unsubscribed": Suppression.objects.count(),
            "human_clicks": Draft.objects.filter(clicked_at__isnull=False).count(),
            "passed": bool(links) and _standing() == before and not Suppression.objects.exists(),
        }


def find_links(raw: bytes) -> set[str]:
    """This will find the links of a message that lead here: in its text, its HTML and its headers."""
    message = message_from_bytes(raw)
    texts = [str(value) for value in message.values()]
    texts += [_text(part) for part in message.walk() if part.get_content_maintype() == "text"]
    found = {link.rstrip(".,;") for text in texts for link in LINK.findall(text)}
    return {link for link in found if urlsplit(link).netloc == urlsplit(settings.PUBLIC_URL).netloc}


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode(errors="replace") if isinstance(payload, bytes) else ""


def _path(link: str) -> str:
    parts = urlsplit(link)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _standing() -> list[Any]:
    """Everything that a click could have moved."""
    return [
        list(Draft.objects.order_by("pk").values_list("pk", "state", "opened_at", "clicked_at", "replied_at")),
        list(AutomationSchedule.objects.order_by("pk").values_list("pk", "status", "trigger_at")),
        list(Suppression.objects.order_by("pk").values_list("pk", "lifted_at")),
    ]
