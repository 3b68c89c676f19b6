"""What the stand-in tells through its webhooks: signed, written down first, sent by whoever comes by.

Source: the contract: `Outreach-Webhook-Signature` is the hex HMAC-SHA256 of the body under the webhook's secret; any
status counts as delivered; a line that breaks is tried four times.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from outreach.clients.outreach_io_stand_in.shapes import text_of
from outreach.models import StandInNews, StandInThing

SIGNATURE = "Outreach-Webhook-Signature"
CLEANUP = "outreach-webhook-cleanup-token"
MOST_ATTEMPTS = 4
AGAIN_AFTER = timedelta(seconds=1)
Post = Callable[[str, Mapping[str, str], bytes], int]
"""Posts a body to an address and gives the status; OSError where the line breaks."""


def tell_news(event: str, row: StandInThing, changed: Mapping[str, Any], *, now: datetime) -> None:
    """This will write down what each webhook of this resource and action is to be told. event: "mailing.replied"."""
    resource, action = event.split(".")
    for hook in StandInThing.objects.filter(kind="webhook"):
        said = hook.attributes
        if (
            said.get("active") is False
            or said["resource"] not in ("*", resource)
            or said["action"] not in ("*", action)
        ):
            continue
        related = {name: {"data": {"type": kind, "id": number}} for name, (kind, number) in row.links.items()}
        data = {"type": resource, "id": row.pk, "attributes": dict(changed), "relationships": related}
        meta = {"deliveredAt": text_of(now), "eventName": event}
        body = json.dumps({"data": data, "meta": meta})
        StandInNews.objects.create(
            url=said["url"],
            event=event,
            body=body,
            signature=sign(body.encode(), said["secret"]) if said.get("secret") else "",
            made_at=now,
            due_at=now,
        )


def deliver(post: Post, *, now: datetime, most: int = 200) -> int:
    """This will send what is due and give how much that was; two that come by at once do not both send one."""
    count = 0
    for row in StandInNews.objects.filter(due_at__lte=now).order_by("id")[:most]:
        claimed = StandInNews.objects.filter(pk=row.pk, due_at=row.due_at, attempts=row.attempts).update(
            attempts=row.attempts + 1, due_at=None
        )
        if claimed:
            _send(row, post, now=now)
            count += 1
    return count


def sign(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _send(row: StandInNews, post: Post, *, now: datetime) -> None:
    headers = {"Content-Type": "application/json", CLEANUP: f"stand-in-{row.pk}"}
    if row.signature:
        headers[SIGNATURE] = row.signature
    try:
        status = post(row.url, headers, row.body.encode())
    except OSError:
        due_at = now + AGAIN_AFTER if row.attempts + 1 < MOST_ATTEMPTS else None
        StandInNews.objects.filter(pk=row.pk).update(due_at=due_at)
        return
    StandInNews.objects.filter(pk=row.pk).update(answer=status)
